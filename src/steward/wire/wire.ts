import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { OperatorError } from "../../errors/operator-error.ts";
import { removeEngine } from "../engine/engine.ts";
import type { Listener } from "../engine/hand-over.ts";
import { readHostNetwork } from "../engine/host-network.ts";
import type { EngineEvent } from "../engine/layout.ts";
import type { SeenPacket, StandAnswer, StandAsked, WireDownAnswer, WireStatus, WireUpAnswer } from "../verbs/api.ts";
import { Held, refuseNonsense, type Turned } from "./held.ts";
import { AuthLogs } from "./logs/auth-logs.ts";
import { removeTable, standingTables } from "./nft/remove-table.ts";
import { StandingBook } from "./standing-book.ts";
import { type Watcher, Watchers } from "./watchers.ts";
import type { WireSettings } from "./wire-settings.ts";
import { forgetWish, keepWish, keptWish, type Wish } from "./wish.ts";

/**
 * What the steward has on the wire: what it was asked for, what of that is there, and who watches.
 *
 * What must stay true: a wish is kept only when it came true, and forgotten before anything is taken away; whatever fails leaves either what was
 * there before, or nothing. As long as there is a wish this process tries to fulfil it: also after interfaces came and went.
 */
export class Wire {
  readonly #folder: string;
  readonly #logs = new AuthLogs((text, from) => this.#watchers.tell({ sight: "log", text, from }));
  readonly #watchers = new Watchers((wantsLogs) => this.#logs.want(wantsLogs));
  readonly #book = new StandingBook(MOST_STANDINGS);
  readonly #turned = new Map<number, Turned>();
  #held: Held | undefined;
  #wish: Wish | undefined;
  /** Why the wish is not fulfilled. */
  #why: string | undefined;
  #work: Promise<unknown> = Promise.resolve();
  #tending: NodeJS.Timeout | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Whether this process must stay. */
  get isHeld(): boolean {
    return this.#wish !== undefined;
  }

  /** The engine goes, the wish stays; when what is being done is done. */
  close(): Promise<void> {
    return this.#inTurn(async () => {
      clearInterval(this.#tending);
      const held = this.#held;
      this.#held = undefined;
      this.#watchers.end();
      this.#logs[Symbol.dispose]();
      await held?.down();
    });
  }

  /** @throws OperatorError what the engine, the patterns and the responders refuse; then everything is as it was */
  up(settings: WireSettings): Promise<WireUpAnswer> {
    return this.#inTurn(async () => {
      const did = await this.#become(settings);
      this.#wish = { settings, since: this.#wish?.since ?? new Date().toISOString() };
      this.#why = undefined;
      keepWish(this.#folder, this.#wish);
      this.#tend();
      return { ...this.status(), did };
    });
  }

  /** Takes up the wish of a former steward; why it cannot be fulfilled now, or undefined. False: there is none. */
  raise(): Promise<string | boolean> {
    return this.#inTurn(async () => {
      this.#wish = keptWish(this.#folder);
      if (this.#wish === undefined) return false;
      await this.#fulfil(this.#wish);
      this.#tend();
      return this.#why ?? true;
    });
  }

  /** Takes everything away, also what a steward left that died. */
  down(): Promise<WireDownAnswer> {
    return this.#inTurn(async () => {
      clearInterval(this.#tending);
      this.#wish = undefined;
      this.#why = undefined;
      const wasWished = forgetWish(this.#folder);
      const tables = await standingTables();
      const held = this.#held;
      const queues = held?.queues ?? [];
      this.#held = undefined;
      await held?.down();
      this.#turned.clear();
      this.#watchers.end();
      const names = held?.settings.interfaces.map(({ name }) => name) ?? [];
      const interfaces = [...new Set([...names, ...(await leftEngines())])].sort();
      await removeTable();
      const removed = [...tables, ...queues];
      return { wasUp: wasWished || interfaces.length + removed.length > 0, interfaces, removed };
    });
  }

  status(): WireStatus {
    const watchers = this.#watchers.size;
    const wish = this.#wish ?? keptWish(this.#folder);
    if (this.#held !== undefined && wish !== undefined)
      return { state: "up", ...wish, ...watched(this.#held.status(), watchers), watchers };
    const leftOut = this.#why === undefined ? [] : [this.#why];
    return { state: "down", ...(wish ?? {}), patterns: 0, delay: "none", leftOut, watchers };
  }

  /** Goes on until who watches leaves, or the wire disguise goes down. @throws OperatorError `wire-down` */
  async watch(watcher: Watcher): Promise<void> {
    this.#there();
    await this.#watchers.watch(watcher);
  }

  /** @throws OperatorError `wire-down`, `source-invalid` */
  stand({ standings }: StandAsked): StandAnswer {
    refuseNonsense(standings);
    if (this.#held === undefined && this.#wish !== undefined) {
      // It is being raised anew, and takes it from the book.
      for (const standing of standings) this.#book.take(standing, performance.now());
      return { refused: [] };
    }
    return { refused: this.#there().stand(standings) };
  }

  /** @throws OperatorError `wire-down`, `steward-refused`, `kernel-missing` */
  handOver(port: number, listener: Listener): void {
    this.#there().turn(port, listener);
  }

  endHandOver(port: number): void {
    this.#there().turnBack(port);
  }

  #there(): Held {
    if (this.#held === undefined) throw new OperatorError("wire-down", "The wire disguise is not up.");
    return this.#held;
  }

  /** One after the other. */
  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const mine = this.#work.then(act);
    this.#work = mine.catch(() => undefined);
    return mine;
  }

  async #become(settings: WireSettings): Promise<WireUpAnswer["did"]> {
    const former = this.#held;
    if (former === undefined) {
      this.#held = await this.#raisedSoon(settings);
      return "raised";
    }
    if (isDeepStrictEqual(former.settings, settings)) return former.rematch() ? "patterns" : "nothing";
    await this.#replace(former, settings);
    return "changed";
  }

  /** Between the two everything passes for a moment. What cannot be is found out only by trying, so the former comes back then. */
  async #replace(former: Held, settings: WireSettings, absent: readonly string[] = []): Promise<void> {
    const { missing } = former;
    this.#held = undefined;
    this.#why = "It is being raised anew.";
    await former.down();
    try {
      this.#held = await this.#raised(settings, absent);
    } catch (error) {
      if (error instanceof OperatorError) this.#held = await this.#raised(former.settings, missing);
      throw error;
    }
    this.#why = undefined;
  }

  /** What a steward that was killed just now left passes everything a moment later, and only then gives way. */
  async #raisedSoon(settings: WireSettings, absent: readonly string[] = []): Promise<Held> {
    const until = performance.now() + STALE_MS;
    for (;;) {
      try {
        return await this.#raised(settings, absent);
      } catch (error) {
        if (keptWish(this.#folder) === undefined || performance.now() > until || !isTaken(error)) throw error;
        await sleep(STALE_TRY_MS);
      }
    }
  }

  #raised(settings: WireSettings, absent: readonly string[]): Promise<Held> {
    return Held.raise({ settings, absent, book: this.#book, turned: this.#turned, onEvent: (event) => this.#saw(event) });
  }

  async #fulfil({ settings }: Wish): Promise<void> {
    try {
      const absent = await this.#absent(settings);
      if (absent.length === settings.interfaces.length)
        this.#why = `There is no interface ${absent.join(", ")} now; it goes up when it is there.`;
      else {
        this.#held = await this.#raisedSoon(settings, absent);
        this.#why = undefined;
      }
    } catch (error) {
      if (!(error instanceof OperatorError)) throw error;
      this.#why = error.message;
    }
  }

  async #absent({ interfaces }: WireSettings): Promise<readonly string[]> {
    const { interfaces: there } = await readHostNetwork();
    return interfaces.map(({ name }) => name).filter((name) => !there.some((one) => one.name === name));
  }

  #tend(): void {
    clearInterval(this.#tending);
    this.#tending = setInterval(() => void this.#inTurn(() => this.#lookAgain()), TEND_MS);
  }

  /** What cannot be now may be the next time. */
  async #lookAgain(): Promise<void> {
    try {
      await this.#look();
    } catch (error) {
      if (!(error instanceof OperatorError)) throw error;
      this.#why = error.message;
    }
  }

  /** What is missing and there again is taken up again. */
  async #look(): Promise<void> {
    this.#held?.expire();
    const wish = this.#wish;
    if (wish === undefined) return;
    const held = this.#held;
    if (held === undefined) return this.#fulfil(wish);
    const missing = held.missing;
    if (missing.length === 0) return;
    const absent = await this.#absent(wish.settings);
    if (missing.some((name) => !absent.includes(name))) await this.#replace(held, wish.settings, absent);
  }

  #saw(event: EngineEvent): void {
    const { at, ...rest } = event;
    const pattern = this.#held?.matched(event);
    const seen: SeenPacket = { sight: "packet", event: { ...rest, atNs: `${at}` } };
    const answer = event.match === undefined ? {} : { answer: event.match.answer };
    this.#watchers.tell(pattern === undefined ? seen : { ...seen, pattern: pattern.id, weight: pattern.weight, ...answer });
  }
}

const MOST_STANDINGS = 1 << 18;
const TEND_MS = 2000;
/** Longer than after what time without a sign of life an engine counts as dead. */
const STALE_MS = 4000;
const STALE_TRY_MS = 100;

/** Another engine seems to live there. */
function isTaken(error: unknown): boolean {
  return error instanceof OperatorError && error.code === "interface-unusable" && error.message.includes("its steward lives");
}

/** Interfaces from which something was taken away. Where there is nothing by which an engine could be there, none is. */
async function leftEngines(): Promise<readonly string[]> {
  try {
    return await removeEngine();
  } catch (error) {
    if (error instanceof OperatorError && error.code === "kernel-missing") return [];
    throw error;
  }
}

/** Decoys that nobody runs make nothing late. */
function watched<Status extends Pick<WireStatus, "delay">>(status: Status, watchers: number): Status {
  return status.delay === "decoys" && watchers === 0 ? { ...status, delay: "absent" } : status;
}
