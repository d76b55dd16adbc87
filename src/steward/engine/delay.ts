import { type BpfMap, number32 } from "./bpf-map.ts";
import type { NetworkInterface } from "./host-network.ts";
import { presentFq, restoreQueue, useFq } from "./qdisc.ts";
import { QueueDelay } from "./queue-delay.ts";
import { removeTable } from "./queue-table.ts";

/**
 * How suspects are answered late, for each interface: by departure times where its root queue is `fq` or may become it, else by a queue of
 * packets that this process reads, else by the decoys themselves, else not at all; each with its reason. Never by a queue that shapes (HTB,
 * TBF, ifb): they do not delay a packet that is alone.
 */
export type DelayMethod = "fq" | "nfqueue" | "decoys" | "absent";

export interface DelayOfInterface {
  readonly interface: string;
  readonly method: DelayMethod;
  readonly why: string;
}

export interface DelayWish {
  readonly delayMs: number;
  /** Interfaces where the program for what leaves is attached, and those where it is not. */
  readonly interfaces: readonly { readonly network: NetworkInterface; readonly seesLeaving: boolean }[];
  /** Whether the sensor's decoys answer late by themselves. */
  readonly decoysWait: boolean;
  readonly isTrusted: (source: string) => boolean;
  /** The map `delays` of the programs. */
  readonly map: BpfMap;
}

interface Place {
  readonly network: NetworkInterface;
  method: DelayMethod;
  why: string;
}

export class Delays {
  readonly #wish: DelayWish;
  readonly #places: Place[];
  /** Until when each suspect is one, in milliseconds of this process's clock; the newest last. */
  readonly #suspects = new Map<string, number>();
  #queue: QueueDelay | undefined;

  private constructor(wish: DelayWish) {
    this.#wish = wish;
    this.#places = wish.interfaces.map(({ network, seesLeaving }) => {
      const fq = seesLeaving ? useFq(network.name) : { state: "none" as const, why: `nothing is seen leaving ${network.name}` };
      if (fq.state === "none") return { network, method: "absent", why: fq.why };
      this.#plan(network, fq.limit);
      return { network, method: "fq", why: fq.isOwn ? "its root queue is fq, made by the engine" : "its root queue is fq" };
    });
  }

  static async up(wish: DelayWish): Promise<Delays> {
    const delays = new Delays(wish);
    await delays.#queueTheRest();
    return delays;
  }

  status(): readonly DelayOfInterface[] {
    return this.#places.map(({ network, method, why }) => ({ interface: network.name, method, why }));
  }

  stand(source: string, forMs: number): void {
    if (this.#queue === undefined) return;
    this.#suspects.delete(source);
    this.#suspects.set(source, performance.now() + forMs);
    this.#queue.renew();
  }

  forgive(source: string): void {
    if (this.#suspects.delete(source)) this.#queue?.renew();
  }

  /** Who is trusted may have changed. */
  renew(): void {
    this.#queue?.renew();
  }

  /** Sees whether the queues are still what they were. */
  async follow(): Promise<void> {
    for (const place of this.#places.filter(({ method }) => method === "fq")) {
      const fq = await presentFq(place.network.name);
      if (fq.state === "fq") continue;
      this.#wish.map.delete(number32(place.network.index));
      Object.assign(place, { method: "absent", why: `its root queue was changed: ${fq.why}` } satisfies Partial<Place>);
    }
  }

  /** Queues are put back where they are still ours. */
  down(): void {
    this.#queue?.down();
    for (const { network } of this.#places) restoreQueue(network.name);
  }

  /** At most half of the queue may wait: within the time itself and the one before it a quarter each. */
  #plan({ index }: NetworkInterface, limit: number): void {
    const bytes = Buffer.alloc(24);
    bytes.writeBigUInt64LE(BigInt(Math.round(this.#wish.delayMs * 1e6)), 0);
    bytes.writeUInt32LE(Math.max(1, Math.floor(limit / 4)), 16);
    this.#wish.map.set(number32(index), bytes);
  }

  async #queueTheRest(): Promise<void> {
    const rest = this.#places.filter(({ method }) => method === "absent");
    if (rest.length === 0) return;
    const names = rest.map(({ network }) => network.name);
    const made = await QueueDelay.up(names, { delayMs: this.#wish.delayMs, suspects: () => this.#standing() });
    if (made instanceof QueueDelay) {
      this.#queue = made;
      for (const place of rest) Object.assign(place, { method: "nfqueue", why: `${place.why}, so packets wait in a queue of nftables` });
      return;
    }
    const last = this.#wish.decoysWait ? "so only the decoys answer late" : "so suspects are answered at once";
    for (const place of rest)
      Object.assign(place, {
        method: this.#wish.decoysWait ? "decoys" : "absent",
        why: `${place.why}; ${made.why}; ${last}`,
      } satisfies Partial<Place>);
  }

  /** Suspects of now that nobody trusts, the newest last. */
  #standing(): readonly string[] {
    const now = performance.now();
    for (const [source, until] of this.#suspects) if (until <= now) this.#suspects.delete(source);
    return [...this.#suspects.keys()].filter((source) => !this.#wish.isTrusted(source));
  }
}

/** Takes away what delays left on these interfaces when their process was killed; the names of those that had something. */
export function removeDelays(networks: readonly NetworkInterface[]): readonly string[] {
  removeTable();
  return networks.filter(({ name }) => restoreQueue(name)).map(({ name }) => name);
}
