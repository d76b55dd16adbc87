/** What the benchmarks use of the package ssh2, which comes without types. */
declare module "ssh2" {
  import type { EventEmitter } from "node:events";
  import type { Socket } from "node:net";

  export interface Algorithms {
    readonly kex: readonly string[];
    readonly cipher: readonly string[];
    readonly serverHostKey: readonly string[];
    readonly compress: readonly string[];
  }

  export interface ConnectOptions {
    readonly sock: Socket;
    readonly username: string;
    readonly password: string;
    readonly authHandler: readonly string[];
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
  }

  // The package is CommonJS, and Node sees only some of its names.
  export { ssh2 as default };

  const ssh2: { readonly Client: typeof Client; readonly Server: typeof Server };
}
