import { Buffer } from "node:buffer";
import type { ChildProcess } from "node:child_process";
import type { Socket } from "node:net";
import type { Order } from "./orders.ts";

/**
 * Hands accepted sockets to a worker over Node's channel, and lets nothing back through it.
 *
 * Why: Node trusts the other end of its channel. A worker that was taken over could crash this process with a few bytes (an
 * acknowledgement that nobody waits for fails an assertion; a broken frame throws in a callback of ours; an endless one fills the memory).
 * So this class stands before Node's reader, which never sees a byte: the acknowledgements of sockets that are under way are counted here,
 * and any other byte, or any descriptor, is hostile. To Node, a socket is acknowledged as soon as its write has ended: the kernel keeps the
 * descriptor for the worker, our copy may go (never earlier: libuv aborts when a descriptor is closed under a pending write), and the next
 * need not wait for a turn of the worker.
 */
export class SocketChannel {
  readonly #child: ChildProcess;
  readonly #hostile: (why: string) => void;
  readonly #queue: { readonly order: Order; readonly socket: Socket }[] = [];
  #isWriting = false;
  #unacknowledged = 0;
  /** How much of the next acknowledgement has come. */
  #heardBytes = 0;

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
    this.#next();
  }

  /** The worker is gone: sockets that did not reach it are closed. */
  abandon(): void {
    for (const { socket } of this.#queue.splice(0)) socket.destroy();
  }

  #next(): void {
    if (this.#isWriting || this.#unacknowledged >= MAX_UNACKNOWLEDGED) return;
    const next = this.#queue.shift();
    if (next === undefined) return;
    if (!this.#child.connected) {
      next.socket.destroy();
      return;
    }
    this.#isWriting = true;
    this.#unacknowledged += 1;
    this.#child.send(next.order, next.socket, {}, (error) => this.#written(error, next.socket));
  }

  #written(error: Error | null, socket: Socket): void {
    this.#isWriting = false;
    if (error !== null) socket.destroy();
    // Node waits for an acknowledgement only if it found a descriptor to send.
    else if (Array.isArray(Reflect.get(this.#child, "_handleQueue"))) this.#child.emit("internalMessage", { cmd: "NODE_HANDLE_ACK" });
    else this.#unacknowledged -= 1;
    this.#next();
  }

  #guard(): void {
    const channel = rawChannel(this.#child);
    const trusting = channel.onread;
    channel.onread = (bytes) => {
      // Without bytes it is the end of the channel.
      if (bytes === undefined) trusting.call(channel, bytes);
      else this.#heard(Buffer.from(bytes), channel);
    };
  }

  #heard(bytes: Buffer, channel: RawChannel): void {
    const descriptor = channel.pendingHandle;
    channel.pendingHandle = null;
    descriptor?.close();
    const isExpected = descriptor === null && bytes.every((byte) => this.#isAcknowledging(byte));
    if (isExpected) this.#next();
    else this.#hostile("bytes on the channel that carries sockets");
  }

  #isAcknowledging(byte: number): boolean {
    if (this.#unacknowledged === 0 || byte !== ACKNOWLEDGEMENT[this.#heardBytes]) return false;
    this.#heardBytes = (this.#heardBytes + 1) % ACKNOWLEDGEMENT.length;
    if (this.#heardBytes === 0) this.#unacknowledged -= 1;
    return true;
  }
}

/** What Node 26 writes to acknowledge a socket (`serialization: "json"`). */
const ACKNOWLEDGEMENT = Buffer.from('{"cmd":"NODE_HANDLE_ACK"}\n');
/** Sockets on their way: the kernel allows a user as many as it has descriptors. */
const MAX_UNACKNOWLEDGED = 256;

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
