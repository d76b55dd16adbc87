import { isDeepStrictEqual } from "node:util";
import { OperatorError } from "../../errors/operator-error.ts";
import { Engine, removeEngine } from "../engine/engine.ts";
import type { EngineEvent } from "../engine/layout.ts";
import type { SeenPacket, StandAnswer, StandAsked, WireDownAnswer, WireStatus } from "../verbs/api.ts";
import { type LoadedPatterns, loadedPatterns } from "./pattern-source.ts";
import { toEngineSettings } from "./to-engine-settings.ts";
import { type Watcher, Watchers } from "./watchers.ts";
import type { WireSettings } from "./wire-settings.ts";
import { forgetWish, keepWish, keptWish } from "./wish.ts";

/**
 * What the steward has on the wire: one engine, what it was asked to be like, and who watches it.
 *
 * What must stay true: the wish is kept only when it came true, and forgotten before anything is taken away; whatever fails leaves either what was
 * there before, or nothing.
 */
export class Wire implements Disposable {
  readonly #folder: string;
  readonly #watchers = new Watchers();
  #held: Held | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Whether this process must stay. */
  get isHeld(): boolean {
    return this.#held !== undefined;
  }

  /** @throws OperatorError what the engine and the patterns refuse; then everything is as it was */
  async up(settings: WireSettings): Promise<WireStatus> {
    const since = this.#held?.since ?? new Date().toISOString();
    await this.#become(settings, since);
    keepWish(this.#folder, { settings, since });
    return this.status();
  }

  /** Brings about again what a former steward held. */
  async raise(): Promise<boolean> {
    const wish = keptWish(this.#folder);
    if (wish === undefined || this.#held !== undefined) return false;
    await this.#become(wish.settings, wish.since);
    return true;
  }

  /** Takes everything away, also what a steward left that died. */
  async down(): Promise<WireDownAnswer> {
    const wasWished = forgetWish(this.#folder);
    const held = this.#held?.settings.interfaces.map(({ name }) => name) ?? [];
    this.#letGo();
    this.#watchers.end();
    const left = await removeEngine();
    const interfaces = [...new Set([...held, ...left])].sort();
    return { wasUp: wasWished || interfaces.length > 0, interfaces, removed: [] };
  }

  status(): WireStatus {
    const held = this.#held;
    const watchers = this.#watchers.size;
    if (held === undefined) {
      const wish = keptWish(this.#folder);
      return { state: "down", ...(wish ?? {}), patterns: 0, delay: "none", leftOut: [], watchers };
    }
    const { settings, since, engine, patterns } = held;
    return {
      state: "up",
      settings,
      since,
      engine: engine.status(),
      patterns: patterns?.count ?? 0,
      delay: "none",
      leftOut: [],
      watchers,
    };
  }

  /** Goes on until who watches leaves, or the engine goes down. @throws OperatorError `wire-down` */
  async watch(watcher: Watcher): Promise<void> {
    this.#engine();
    await this.#watchers.watch(watcher);
  }

  stand({ standings }: StandAsked): StandAnswer {
    const engine = this.#engine();
    const refused: string[] = [];
    for (const { network, state, forMs } of standings) {
      if (state === "trusted") {
        if (!engine.trust(network)) refused.push(network);
      } else if (state === "unknown") {
        engine.distrust(network);
        engine.forgive(network);
      } else engine.stand(network, { state, forMs });
    }
    return { refused };
  }

  handOver(port: number, listener: { readonly pid: number; readonly fd: number }): void {
    this.#engine().handOver(port, listener);
  }

  endHandOver(port: number): void {
    this.#engine().endHandOver(port);
  }

  /** The engine goes, the wish stays. */
  [Symbol.dispose](): void {
    this.#letGo();
    this.#watchers.end();
  }

  #engine(): Engine {
    if (this.#held === undefined) throw new OperatorError("wire-down", "The wire disguise is not up.");
    return this.#held.engine;
  }

  async #become(settings: WireSettings, since: string): Promise<void> {
    const patterns = loadedPatterns(settings);
    const former = this.#held;
    if (former !== undefined && isDeepStrictEqual(former.settings, settings)) {
      if (patterns !== undefined) former.engine.match(patterns.tables);
      former.patterns = patterns;
      return;
    }
    this.#letGo();
    try {
      this.#held = await this.#raised(settings, { since, patterns });
    } catch (error) {
      if (former !== undefined) this.#held = await this.#raised(former.settings, former);
      throw error;
    }
  }

  async #raised(settings: WireSettings, { since, patterns }: Pick<Held, "since" | "patterns">): Promise<Held> {
    const engine = await Engine.up(toEngineSettings(settings), (event) => this.#saw(event));
    const held: Held = { settings, since, engine, patterns };
    if (patterns === undefined) return held;
    try {
      engine.match(patterns.tables);
    } catch (error) {
      engine.down();
      throw error;
    }
    return held;
  }

  #letGo(): void {
    this.#held?.engine.down();
    this.#held = undefined;
  }

  #saw({ at, ...event }: EngineEvent): void {
    const pattern = event.kind === "pattern" ? this.#held?.patterns?.patternOf(event.detail) : undefined;
    const seen: SeenPacket = { sight: "packet", event: { ...event, atNs: `${at}` } };
    this.#watchers.tell(pattern === undefined ? seen : { ...seen, pattern: pattern.id, weight: pattern.weight });
  }
}

interface Held {
  readonly settings: WireSettings;
  readonly since: string;
  readonly engine: Engine;
  patterns: LoadedPatterns | undefined;
}
