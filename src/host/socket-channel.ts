import { Buffer } from "node:buffer";
import type { ChildProcess } from "node:child_process";
import type { Socket } from "node:net";
import type { Order } from "./orders.ts";

/**
 * Hands accepted sockets to a worker over Node's channel, and lets nothing back through it but the one answer that Node needs.
 *
 * Why: Node trusts the other end of its channel. A worker that was taken over could crash this process with a few bytes (an
 * acknowledgement that nobody waits for fails an assertion; a broken frame throws in a callback of ours; an endless one fills the memory).
 * So this class stands before Node's reader: it passes on exactly the acknowledgement of the one socket that is under way, and treats any
 * other byte, or any descriptor, as hostile. One socket is under way at a time, and its write must have ended: libuv aborts when a
 * descriptor is closed under a pending write.
 */
export class SocketChannel {
  readonly #child: ChildProcess;
  readonly #hostile: (why: string) => void;
  readonly #queue: { readonly order: Order; readonly socket: Socket }[] = [];
  #state: "idle" | "writing" | "unacknowledged" = "idle";
  #heard = "";

  constructor(child: ChildProcess, hostile: (why: string) => void) {
    this.#child = child;
    this.#hostile = hostile;
    this.#guard();
  }

  /** Sends an order alone. It may overtake sockets that wait. */
  tell(order: Order): void {
    if (this.#child.connected) this.#child.send(order, ignoreClosed);
  }

  /** Sends an accepted socket with its order. */
  hand(order: Order, socket: Socket): void {
    // A socket that knows its server makes Node keep lists of sockets on both sides and talk about them over the channel.
    Reflect.set(socket, "server", null);
    this.#queue.push({ order, socket });
    if (this.#state === "idle") this.#next();
  }

  /** The worker is gone: sockets that did not reach it are closed. */
  abandon(): void {
    for (const { socket } of this.#queue.splice(0)) socket.destroy();
  }

  #next(): void {
    const next = this.#queue.shift();
    if (next === undefined) return;
    if (!this.#child.connected) {
      next.socket.destroy();
      return;
    }
    this.#state = "writing";
    this.#child.send(next.order, next.socket, {}, (error) => this.#written(error, next.socket));
  }

  #written(error: Error | null, socket: Socket): void {
    if (error !== null) socket.destroy();
    // A socket that its visitor has reset already has no descriptor: Node sends the order alone, and no acknowledgement comes.
    else this.#state = "unacknowledged";
  }

  #guard(): void {
    const channel = rawChannel(this.#child);
    const trusting = channel.onread;
    channel.onread = (bytes) => {
      if (bytes !== undefined && !this.#isExpected(bytes, channel)) return;
      trusting.call(channel, bytes);
    };
  }

  #isExpected(bytes: ArrayBuffer, channel: RawChannel): boolean {
    const handle = channel.pendingHandle;
    channel.pendingHandle = null;
    handle?.close();
    this.#heard += Buffer.from(bytes).toString("latin1", 0, ACKNOWLEDGEMENT.length + 1);
    const isExpected = !handle && this.#state === "unacknowledged" && ACKNOWLEDGEMENT.startsWith(this.#heard);
    if (!isExpected) this.#hostile("bytes on the channel that carries sockets");
    else if (this.#heard === ACKNOWLEDGEMENT) this.#acknowledged();
    return isExpected;
  }

  #acknowledged(): void {
    this.#heard = "";
    this.#state = "idle";
    // Node handles the acknowledgement on the next tick: ours comes after it.
    process.nextTick(() => process.nextTick(() => this.#next()));
  }
}

/** What Node 26 writes to acknowledge a socket (`serialization: "json"`). */
const ACKNOWLEDGEMENT = '{"cmd":"NODE_HANDLE_ACK"}\n';

/** The part of Node's own channel object that is needed to stand before its reader. */
interface RawChannel {
  onread: (this: unknown, bytes: ArrayBuffer | undefined) => void;
  pendingHandle: { close(): void } | null;
}

function rawChannel(child: ChildProcess): RawChannel {
  const symbol = Object.getOwnPropertySymbols(child).find((one) => one.description === "kChannelHandle");
  const channel: unknown = symbol === undefined ? undefined : Reflect.get(child, symbol);
  if (isRawChannel(channel)) return channel;
  throw new Error("this version of Node keeps its channel elsewhere: workers cannot be guarded");
}

function isRawChannel(value: unknown): value is RawChannel {
  return typeof value === "object" && value !== null && "onread" in value && typeof value.onread === "function" && "pendingHandle" in value;
}

function ignoreClosed(): void {
  // The channel closed meanwhile: the worker's end is noticed elsewhere.
}
