import { closeSync, openSync } from "node:fs";
import { OperatorError } from "../../errors/operator-error.ts";
import { type BpfMap, number32 } from "./bpf-map.ts";
import type { BpfObject } from "./bpf-object.ts";
import { errorName, type LibbpfCalls } from "./libbpf-calls.ts";

/**
 * Which decoy gets a suspect's new connections to a real service's port, in this network namespace. The decoy's own listening socket is put
 * into a map of the kernel's, which lets go of it when the decoy closes it or dies: then the real service answers. The link goes with this
 * process.
 */
export class HandOver implements Disposable {
  readonly #object: BpfObject;
  readonly #link: number;
  /** Places of the map of sockets, by port. */
  readonly #places = new Map<number, number>();

  /** @throws OperatorError `kernel-missing` */
  constructor(object: BpfObject) {
    this.#object = object;
    const network = openSync("/proc/self/ns/net", "r");
    this.#link = object.calls.linkCreate(object.program("utsu_turn"), network, BPF_SK_LOOKUP, NO_OPTIONS);
    const cause = errorName(this.#link);
    closeSync(network);
    if (this.#link < 0) throw new OperatorError("kernel-missing", `The kernel hands no connections over (${cause}).`);
  }

  /**
   * From now on suspects that connect to `port` reach the decoy that listens on `listener`.
   *
   * @param listener a TCP listening socket: the process that holds it, and its number there
   * @throws OperatorError `steward-refused` where that is no such socket
   */
  turn(port: number, listener: Listener): void {
    const place = this.#places.get(port) ?? this.#free();
    const socket = this.#borrow(listener);
    try {
      if (!listensOnTcp(this.#object.calls, socket) || !this.#sockets().set(number32(place), number32(socket)))
        throw new OperatorError("steward-refused", "That is no listening TCP socket.");
    } finally {
      this.#object.calls.closeFd(socket);
    }
    this.#places.set(port, place);
    this.#object.map("turned_ports").set(number32(port), number32(place).subarray(0, 2));
  }

  /** The real service for everybody. False: it was so. */
  turnBack(port: number): boolean {
    const place = this.#places.get(port);
    if (place === undefined) return false;
    this.#object.map("turned_ports").set(number32(port), number32(0).subarray(0, 2));
    this.#sockets().delete(number32(place));
    return this.#places.delete(port);
  }

  ports(): readonly number[] {
    return [...this.#places.keys()];
  }

  [Symbol.dispose](): void {
    this.#object.calls.closeFd(this.#link);
  }

  #sockets(): BpfMap {
    return this.#object.map("decoy_sockets");
  }

  #free(): number {
    const used = new Set(this.#places.values());
    const place = Array.from({ length: MOST_PLACES }, (_, index) => index + 1).find((number) => !used.has(number));
    if (place === undefined) throw new OperatorError("steward-refused", `Only ${MOST_PLACES} ports can be handed over.`);
    return place;
  }

  /** The same socket under a number of this process; the caller closes it. */
  #borrow({ pid, fd }: Listener): number {
    const { calls } = this.#object;
    const process = calls.systemCall(PIDFD_OPEN, pid, 0, 0);
    const socket = process < 0 ? process : calls.systemCall(PIDFD_GETFD, process, fd, 0);
    const cause = errorName(-1);
    if (process >= 0) calls.closeFd(process);
    if (socket < 0) throw new OperatorError("steward-refused", `Process ${pid} has no socket ${fd} to hand over (${cause}).`);
    return socket;
  }
}

export interface Listener {
  readonly pid: number;
  readonly fd: number;
}

const BPF_SK_LOOKUP = 36;
const MOST_PLACES = 1023;
/** The same numbers on all processors (Linux 5.3 and 5.6). */
const PIDFD_OPEN = 434;
const PIDFD_GETFD = 438;
/** `struct bpf_link_create_opts` with nothing but its size. */
const NO_OPTIONS = Buffer.concat([Buffer.from([64]), Buffer.alloc(63)]);

/** A socket of another kind would only stand in the map without ever getting a connection. */
function listensOnTcp(calls: LibbpfCalls, socket: number): boolean {
  const option = (number: number) => {
    const value = Buffer.alloc(4);
    return calls.getsockopt(socket, SOL_SOCKET, number, value, number32(value.length)) === 0 ? value.readInt32LE() : 0;
  };
  return option(SO_PROTOCOL) === IPPROTO_TCP && option(SO_ACCEPTCONN) === 1;
}

const SOL_SOCKET = 1;
const SO_ACCEPTCONN = 30;
const SO_PROTOCOL = 38;
const IPPROTO_TCP = 6;
