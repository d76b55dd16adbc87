import { closeSync, read, readSync, writeSync } from "node:fs";
import koffi from "koffi";
import { number32 } from "./bpf-map.ts";
import { errorName } from "./libbpf-calls.ts";
import { acceptUpTo, bindQueue, parseQueueMessages, settleQueue } from "./queue-messages.ts";

/**
 * Reads a queue of the kernel's (NFQUEUE) and lets each packet go when its time has come. What waits is in the kernel; here are numbers and
 * times. When this process ends, the kernel closes the queue, and rules with `bypass` let everything pass.
 */
export class QueueReader implements Disposable {
  readonly number: number;
  readonly #socket: number;
  readonly #delayMs: number;
  readonly #waiting: { readonly id: number; readonly at: number }[] = [];
  readonly #into = Buffer.alloc(DATAGRAM_BYTES);
  #timer: NodeJS.Timeout | undefined;
  #isOpen = true;

  private constructor(socket: number, { queue, delayMs }: { readonly queue: number; readonly delayMs: number }) {
    this.#socket = socket;
    this.number = queue;
    this.#delayMs = delayMs;
  }

  /** A queue that nobody else reads; or why there is none. */
  static open(delayMs: number): QueueReader | { readonly why: string } {
    const calls = socketCalls();
    const socket = calls.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
    if (socket < 0) return { why: `the kernel has no netfilter sockets (${errorName(-1)})` };
    calls.setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, TURN, TURN.length);
    calls.setsockopt(socket, SOL_SOCKET, SO_RCVBUFFORCE, number32(RECEIVE_BYTES), 4);
    calls.setsockopt(socket, SOL_NETLINK, NETLINK_NO_ENOBUFS, number32(1), 4);
    if (calls.bind(socket, NETLINK_ADDRESS, NETLINK_ADDRESS.length) === 0)
      for (let queue = FIRST_QUEUE; queue < FIRST_QUEUE + TRIES; queue += 1)
        if (asked(socket, bindQueue(queue)) === 0 && asked(socket, settleQueue(queue, MOST_WAITING)) === 0) {
          const reader = new QueueReader(socket, { queue, delayMs });
          reader.#listen();
          return reader;
        }
    closeSync(socket);
    return { why: "the kernel has no queue of packets for processes (nfnetlink_queue)" };
  }

  /** What waits goes on its way at once. */
  [Symbol.dispose](): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    clearTimeout(this.#timer);
    const last = this.#waiting.at(-1);
    if (last !== undefined) this.#accept(last.id);
  }

  /** A thread waits in read(2); it comes back at the latest after a turn, and then the socket is closed. */
  #listen(): void {
    read(this.#socket, this.#into, 0, this.#into.length, null, (error, size) => {
      if (error === null && this.#isOpen) this.#take(this.#into.subarray(0, size));
      const isOver = !this.#isOpen || (error !== null && !PASSING.has(error.code ?? ""));
      if (isOver) closeSync(this.#socket);
      else this.#listen();
    });
  }

  #take(datagram: Uint8Array): void {
    const at = performance.now() + this.#delayMs;
    for (const message of parseQueueMessages(datagram)) if (message.kind === "packet") this.#waiting.push({ id: message.id, at });
    this.#wait();
  }

  #wait(): void {
    const first = this.#waiting[0];
    if (first === undefined || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => this.#release(), Math.max(0, Math.ceil(first.at - performance.now())));
  }

  #release(): void {
    this.#timer = undefined;
    const now = performance.now();
    const left = this.#waiting.findIndex(({ at }) => at > now);
    const last = this.#waiting.splice(0, left < 0 ? this.#waiting.length : left).at(-1);
    if (last !== undefined) this.#accept(last.id);
    this.#wait();
  }

  #accept(last: number): void {
    writeSync(this.#socket, acceptUpTo(this.number, last));
  }
}

const [AF_NETLINK, SOCK_RAW, SOCK_CLOEXEC, NETLINK_NETFILTER] = [16, 3, 0o2000000, 12];
const [SOL_SOCKET, SO_RCVTIMEO, SO_RCVBUFFORCE, SOL_NETLINK, NETLINK_NO_ENOBUFS] = [1, 20, 33, 270, 5];
/** `struct sockaddr_nl`: family 2 · pad 2 · port 4 (the kernel's choice) · groups 4 */
const NETLINK_ADDRESS = Buffer.from([AF_NETLINK, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
/** `struct timeval`: a quarter of a second. */
const TURN = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 0x90, 0xd0, 0x03, 0, 0, 0, 0, 0]);
const FIRST_QUEUE = 0x5554;
const TRIES = 16;
const MOST_WAITING = 4096;
const RECEIVE_BYTES = 8 << 20;
const DATAGRAM_BYTES = 1 << 16;
/** Nothing came in a turn; a signal; more came than there was room for. */
const PASSING: ReadonlySet<string> = new Set(["EAGAIN", "EINTR", "ENOBUFS"]);

/** How the kernel answered a message: 0, or an error's number. */
function asked(socket: number, message: Uint8Array): number {
  const into = Buffer.alloc(4096);
  try {
    writeSync(socket, message);
    for (let tries = 0; tries < 8; tries += 1) {
      const answer = parseQueueMessages(into.subarray(0, readSync(socket, into, 0, into.length, null))).find(
        ({ kind }) => kind === "answer",
      );
      if (answer?.kind === "answer") return answer.error;
    }
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
  }
  return -1;
}

interface SocketCalls {
  socket(family: number, type: number, protocol: number): number;
  bind(socket: number, address: Uint8Array, size: number): number;
  setsockopt(socket: number, level: number, ...rest: readonly [option: number, value: Uint8Array, size: number]): number;
}

let loaded: SocketCalls | undefined;

function socketCalls(): SocketCalls {
  loaded ??= bindCalls();
  return loaded;
}

function bindCalls(): SocketCalls {
  const c = koffi.load("libc.so.6");
  return {
    socket: c.func("int socket(int, int, int)"),
    bind: c.func("int bind(int, const uint8_t *, uint32_t)"),
    setsockopt: c.func("int setsockopt(int, int, int, const uint8_t *, uint32_t)"),
  };
}
