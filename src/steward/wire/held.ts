import { isDeepStrictEqual } from "node:util";
import { hostSeed } from "../../detectors/responders/host-seed.ts";
import { OperatorError } from "../../errors/operator-error.ts";
import type { Pattern } from "../../patterns/index.ts";
import { Engine } from "../engine/engine.ts";
import type { Listener } from "../engine/hand-over.ts";
import type { EngineEvent } from "../engine/layout.ts";
import { networkBytes, sourceBytes } from "../engine/layout.ts";
import type { WireStatus } from "../verbs/api.ts";
import { ConfiguredTrust } from "./configured-trust.ts";
import { delayOf, engineTroubles } from "./engine-troubles.ts";
import { NftHandOver } from "./nft/nft-hand-over.ts";
import { type LoadedPatterns, loadedPatterns } from "./pattern-source.ts";
import type { Stand, StandingBook } from "./standing-book.ts";
import { startedAt } from "./started-at.ts";
import { toEngineSettings } from "./to-engine-settings.ts";
import type { WireSettings } from "./wire-settings.ts";

/**
 * What is on the wire now: an engine, its patterns, and what it was told of sources and decoys, so that another engine can be told the same.
 *
 * What must stay true: what is configured as trusted stays so, whatever the sensor says; a listening socket is handed over anew only where the
 * process that asked for it is still the same.
 */
export class Held {
  readonly settings: WireSettings;
  readonly #engine: Engine;
  readonly #handOver: NftHandOver | undefined;
  readonly #leftOut: readonly string[];
  readonly #absent: readonly string[];
  readonly #book: StandingBook;
  readonly #trust: ConfiguredTrust;
  readonly #turned: Map<number, Turned>;
  #patterns: LoadedPatterns | undefined;

  private constructor(parts: Parts) {
    this.settings = parts.asked.settings;
    this.#engine = parts.engine;
    this.#handOver = parts.handOver;
    this.#leftOut = parts.leftOut;
    this.#absent = parts.asked.absent;
    this.#book = parts.asked.book;
    this.#trust = new ConfiguredTrust(parts.asked.settings.trusted);
    this.#turned = parts.asked.turned;
    this.#patterns = parts.patterns;
  }

  /** @throws OperatorError what patterns, engine and responders refuse; then nothing is there */
  static async raise(asked: ToHold): Promise<Held> {
    const { settings, absent, book } = asked;
    const trust = new ConfiguredTrust(settings.trusted);
    const patterns = loadedPatterns(settings);
    const wanted = await toEngineSettings(settings, hostSeed());
    const interfaces = wanted.settings.interfaces.filter(({ name }) => !absent.includes(name));
    const engine = await Engine.up({ ...wanted.settings, interfaces }, asked.onEvent);
    try {
      if (patterns !== undefined) engine.match(patterns.tables);
      const { handOver, leftOut } = await NftHandOver.begin(settings.handOver, () => sourcesOf(book, trust));
      const held = new Held({
        asked,
        engine,
        patterns,
        leftOut: [...wanted.leftOut, ...leftOut],
        ...(handOver === undefined ? {} : { handOver }),
      });
      held.#tellAgain();
      return held;
    } catch (error) {
      engine.down();
      throw error;
    }
  }

  async down(): Promise<void> {
    this.#engine.down();
    await this.#handOver?.end();
  }

  /** Reads the patterns anew. False: they are as they were. @throws OperatorError; then the old ones stay */
  rematch(): boolean {
    const patterns = loadedPatterns(this.settings);
    if (patterns === undefined || isDeepStrictEqual(patterns.tables, this.#patterns?.tables)) return false;
    this.#engine.match(patterns.tables);
    this.#patterns = patterns;
    return true;
  }

  /** Networks for which there was no room, and sources that the operator trusts. */
  stand(standings: readonly Stand[]): readonly string[] {
    const refused = standings.filter((stand) => !this.#standOne(stand)).map(({ network }) => network);
    this.#handOver?.changed();
    return refused;
  }

  /** @throws OperatorError `steward-refused`, `kernel-missing` */
  turn(port: number, listener: Listener): void {
    this.#engine.handOver(port, listener);
    this.#turned.set(port, { ...listener, startedAt: startedAt(listener.pid) });
  }

  turnBack(port: number): void {
    this.#engine.endHandOver(port);
    this.#turned.delete(port);
  }

  /** What an event says was matched. */
  matched({ match }: Pick<EngineEvent, "match">): Pattern | undefined {
    return match === undefined ? undefined : this.#patterns?.patterns[match.pattern];
  }

  /** Interfaces that were asked for and are without an engine. */
  get missing(): readonly string[] {
    const gone = this.#engine.status().interfaces.flatMap(({ name, isGone }) => (isGone ? [name] : []));
    return [...this.#absent, ...gone];
  }

  /** Root queues that are the engine's, each such as `queue fq of eth0`. */
  get queues(): readonly string[] {
    return this.#engine.status().delay.flatMap(({ interface: name, method }) => (method === "fq" ? [`queue fq of ${name}`] : []));
  }

  status(): Pick<WireStatus, "engine" | "patterns" | "delay" | "elsewhere" | "leftOut"> {
    const engine = this.#engine.status();
    const { settings } = this;
    return {
      engine,
      patterns: this.#patterns?.patterns.length ?? 0,
      delay: delayOf(engine),
      ...(this.#handOver === undefined ? {} : { elsewhere: this.#handOver.inForce }),
      leftOut: [...this.#leftOut, ...engineTroubles(engine, settings), ...this.#troubles(engine.handedOver)],
    };
  }

  /** What changes while it is up. */
  #troubles(handedOver: readonly number[]): readonly string[] {
    const waiting = this.settings.handOver.filter(({ port, decoy }) => decoy !== undefined && !handedOver.includes(port));
    return [
      ...this.#absent.map((name) => `There is no interface ${name} now; it gets the engine when it is there.`),
      ...waiting.map(({ port, decoy }) => `Suspects at port ${port} reach the real service: no sensor has handed over its decoy ${decoy}.`),
      ...(this.#handOver?.troubles ?? []),
    ];
  }

  #standOne(stand: Stand): boolean {
    const { network, state, forMs } = stand;
    if (isSuspect(state) && this.#trust.covers(network)) return false;
    const before = this.#book.take(stand, performance.now());
    if (before === "trusted" && state !== "trusted" && !this.#trust.has(network)) this.#engine.distrust(network);
    if (state === "trusted") return this.#trust.has(network) || this.#engine.trust(network);
    const isSource = state !== "unknown" || isSourceText(network);
    if (isSource && (isSuspect(before) !== isSuspect(state) || state === "unknown")) this.#engine.forgive(network);
    if (state !== "unknown") this.#engine.stand(network, { state, forMs });
    return true;
  }

  /** Who is trusted for a time only is so no longer than that. */
  expire(): void {
    for (const network of this.#book.expire(performance.now())) if (!this.#trust.has(network)) this.#engine.distrust(network);
  }

  #tellAgain(): void {
    for (const { network, state, forMs } of this.#book.standings(performance.now())) {
      if (state === "trusted") this.#engine.trust(network);
      else if (state !== "unknown" && !(isSuspect(state) && this.#trust.covers(network))) this.#engine.stand(network, { state, forMs });
    }
    for (const [port, { pid, fd, startedAt: began }] of this.#turned)
      if (startedAt(pid) !== began || began === undefined || !this.#turnAgain(port, { pid, fd })) this.#turned.delete(port);
  }

  #turnAgain(port: number, listener: Listener): boolean {
    try {
      this.#engine.handOver(port, listener);
      return true;
    } catch (error) {
      if (error instanceof OperatorError) return false;
      throw error;
    }
  }
}

/** @throws OperatorError `source-invalid` where one of them can stand for nobody */
export function refuseNonsense(standings: readonly Stand[]): void {
  for (const { network, state } of standings) (state === "trusted" || state === "unknown" ? networkBytes : sourceBytes)(network);
}

export interface ToHold {
  readonly settings: WireSettings;
  /** Interfaces that are not there: without them. */
  readonly absent: readonly string[];
  readonly book: StandingBook;
  readonly turned: Map<number, Turned>;
  readonly onEvent: (event: EngineEvent) => void;
}

/** A socket that was handed over, and when its process began. */
export interface Turned extends Listener {
  readonly startedAt: string | undefined;
}

interface Parts {
  readonly asked: ToHold;
  readonly engine: Engine;
  readonly patterns: LoadedPatterns | undefined;
  readonly handOver?: NftHandOver;
  readonly leftOut: readonly string[];
}

const isSuspect = (state: Stand["state"]) => state === "suspect" || state === "hostile";

function sourcesOf(book: StandingBook, trust: ConfiguredTrust): readonly string[] {
  return book.suspects(performance.now()).flatMap(({ network }) => (trust.covers(network) ? [] : [network]));
}

function isSourceText(network: string): boolean {
  try {
    return sourceBytes(network).length > 0;
  } catch (error) {
    if (error instanceof OperatorError) return false;
    throw error;
  }
}
