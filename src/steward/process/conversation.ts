import type { Socket } from "node:net";
import { OperatorError } from "../../errors/operator-error.ts";
import { LineFrame } from "./line-frame.ts";
import { encodeReply, MOST_BYTES, parseRequest, type Reply, type Request, refusal } from "./messages.ts";

/** One connection to the steward: its request, then lines to it. Whatever comes is a value; nothing that a peer does throws here. */
export class Conversation {
  readonly #socket: Socket;
  readonly #left = new AbortController();

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("error", () => this.#end());
    socket.on("close", () => this.#end());
  }

  /** Whether nobody waits for an answer any more. */
  get isOver(): boolean {
    return this.#left.signal.aborted;
  }

  /** Comes when nobody waits for an answer any more. */
  get left(): AbortSignal {
    return this.#left.signal;
  }

  /** The one request, or the refusal that was sent instead; undefined: the peer left, or was too slow. */
  async request(limitMs: number): Promise<Request | undefined> {
    const line = await this.#line(limitMs);
    if (line === undefined) return undefined;
    const request = parseRequest(line);
    if ("verb" in request) return request;
    this.last(request);
    return undefined;
  }

  tell(reply: Reply): void {
    if (!this.isOver) this.#socket.write(encodeReply(reply));
  }

  /** How many bytes wait for a peer that is too slow. */
  get waiting(): number {
    return this.#socket.writableLength;
  }

  /** The line after which nothing comes. */
  last(reply: Reply): void {
    if (!this.isOver) this.#socket.end(encodeReply(reply));
  }

  /** The only line, to a peer who need not even leave. */
  turnAway(reply: Reply): void {
    this.#socket.end(encodeReply(reply), () => this.#socket.destroy());
  }

  #end(): void {
    this.#left.abort();
  }

  #line(limitMs: number): Promise<string | undefined> {
    const frame = new LineFrame(MOST_BYTES);
    const socket = this.#socket;
    return new Promise((resolve) => {
      const late = setTimeout(() => settle(refusal(new OperatorError("steward-refused", "The request did not come in time."))), limitMs);
      const settle = (outcome: string | Reply | undefined) => {
        clearTimeout(late);
        socket.off("data", onData);
        socket.on("data", () => undefined);
        if (typeof outcome === "object") this.last(outcome);
        resolve(typeof outcome === "string" ? outcome : undefined);
      };
      const onData = (bytes: Buffer) => {
        const sofar = frame.push(bytes);
        if (sofar === "too-long") settle(refusal(new OperatorError("steward-refused", `A request is at most ${MOST_BYTES} bytes long.`)));
        else if (sofar !== "more") settle(sofar.line);
      };
      socket.on("data", onData);
      socket.on("close", () => settle(undefined));
      socket.on("end", () => settle(undefined));
    });
  }
}
