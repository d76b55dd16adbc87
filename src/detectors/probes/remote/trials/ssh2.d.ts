/** What login trials and benchmarks use of the package ssh2, which comes without types. */
declare module "ssh2" {
  import type { EventEmitter } from "node:events";
  import type { Socket } from "node:net";

  /** Names in the order of preference, or what comes behind the default ones. */
  export type Names = readonly string[] | { readonly append: readonly string[] };

  export interface Algorithms {
    readonly kex?: Names;
    readonly cipher?: Names;
    readonly serverHostKey?: Names;
    readonly hmac?: Names;
    readonly compress?: Names;
  }

  export interface ConnectOptions {
    readonly sock: Socket;
    readonly username: string;
    readonly password: string;
    /** Methods in order; or what is asked for the next one by those that are left, null at first. */
    readonly authHandler: readonly string[] | ((left: readonly string[] | null) => string | false);
    readonly tryKeyboard?: boolean;
    readonly algorithms: Algorithms;
    readonly readyTimeout: number;
  }

  export interface Channel extends EventEmitter {
    write(text: string): boolean;
  }

  export class Client extends EventEmitter {
    connect(options: ConnectOptions): this;
    shell(window: { readonly term: string }, opened: (error: Error | undefined, channel: Channel) => void): this;
    end(): this;
  }

  export interface AuthContext {
    readonly method: string;
    readonly username: string;
    readonly password: string;
    accept(): void;
    reject(methods: readonly string[]): void;
  }

  export interface ServerOptions {
    readonly hostKeys: readonly string[];
    readonly algorithms: Algorithms;
  }

  export class Server extends EventEmitter {
    constructor(options: ServerOptions, listener: (client: EventEmitter) => void);
    listen(port: number, host: string, listening: () => void): this;
    address(): { readonly port: number };
    close(): void;
  }

  // The package is CommonJS, and Node sees only some of its names.
  export { ssh2 as default };

  const ssh2: { readonly Client: typeof Client; readonly Server: typeof Server };
}
