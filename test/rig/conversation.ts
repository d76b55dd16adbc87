import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** A visitor on a real socket, for tests: collects what it is told. */
export class Conversation {
  readonly socket: Socket;
  #text = "";
  #wake: (() => void)[] = [];
  #isOver = false;

  constructor(port: number, host = "127.0.0.1") {
    this.socket = connect({ port, host, allowHalfOpen: true });
    this.socket.on("data", (bytes: Buffer) => {
      this.#text += bytes.toString("latin1");
      this.#changed();
    });
    this.socket.on("error", () => this.#ended());
    this.socket.on("end", () => this.#ended());
    this.socket.on("close", () => this.#ended());
  }

  get text(): string {
    return this.#text;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  async connected(): Promise<this> {
    if (this.socket.connecting) await once(this.socket, "connect");
    return this;
  }

  say(text: string | Uint8Array): this {
    this.socket.write(text);
    return this;
  }

  /** Waits until all that was heard contains `wanted`. */
  async hears(wanted: string, withinMs = 10_000): Promise<string> {
    await this.#until(() => this.#text.includes(wanted), withinMs, `"${wanted}"`);
    return this.#text;
  }

  /** Waits until the other side is gone. */
  async over(withinMs = 10_000): Promise<void> {
    await this.#until(() => this.#isOver, withinMs, "the end");
  }

  async #until(holds: () => boolean, withinMs: number, what: string): Promise<void> {
    const giveUp = AbortSignal.timeout(withinMs);
    while (!holds()) {
      if (giveUp.aborted || (this.#isOver && what !== "the end"))
        throw new Error(`waited for ${what}, heard ${JSON.stringify(this.#text.slice(-400))}`);
      await new Promise<void>((resolve) => {
        this.#wake.push(resolve);
        giveUp.addEventListener("abort", () => resolve(), { once: true });
      });
    }
  }

  #ended(): void {
    this.#isOver = true;
    this.#changed();
  }

  #changed(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }
}
