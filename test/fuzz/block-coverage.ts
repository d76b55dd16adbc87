/**
 * Says which blocks of our code ran, by V8's own precise block coverage.
 *
 * V8 reports functions with nested ranges and their counts, and leaves out ranges whose count equals that of the range
 * around them; so ranges of different runs can't be compared. What can be is the source text: each function has a map of
 * the characters that ever ran, and a run is new when it adds one.
 */
import { type Profiler, Session } from "node:inspector";

/** What ran since the last take, in our code only. */
export type Taken = readonly Profiler.ScriptCoverage[];

export class BlockCoverage {
  readonly #session = new Session();
  readonly #covers: (url: string) => boolean;
  /** Characters that ever ran, by function. */
  readonly #ran = new Map<string, Uint8Array>();
  #ranCharacters = 0;

  /** Must start before the code is imported: what is compiled earlier has no block counters. */
  constructor(covers: (url: string) => boolean) {
    this.#covers = covers;
    this.#session.connect();
    this.#session.post("Profiler.enable");
    this.#session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  }

  /** How much of the source ever ran, in characters of functions (nested ones count in each). */
  get ranCharacters(): number {
    return this.#ranCharacters;
  }

  /** What ran since the last take; counting starts anew. */
  take(): Taken {
    let taken: Taken = [];
    this.#session.post("Profiler.takePreciseCoverage", (error, { result }) => {
      if (error !== null) throw new Error("V8 gives no coverage", { cause: error });
      taken = result.filter(({ url }) => this.#covers(url));
    });
    return taken;
  }

  /** Whether something ran that never ran before. */
  isNew(taken: Taken): boolean {
    return taken.some((script) => script.functions.some((fn) => this.#addedBy(script.scriptId, fn) > 0));
  }

  /** Remembers what ran; true when some of it is new. */
  absorb(taken: Taken): boolean {
    const before = this.#ranCharacters;
    for (const script of taken) for (const fn of script.functions) this.#absorbFunction(script.scriptId, fn);
    return this.#ranCharacters > before;
  }

  /** Forgets all that ran, as if nothing had. */
  forget(): void {
    this.#ran.clear();
    this.#ranCharacters = 0;
  }

  stop(): void {
    this.#session.disconnect();
  }

  #addedBy(scriptId: string, fn: Profiler.FunctionCoverage): number {
    const before = this.#ran.get(keyOf(scriptId, fn));
    let added = 0;
    for (const [at, ran] of runMap(fn).entries()) if (ran === 1 && before?.[at] !== 1) added++;
    return added;
  }

  #absorbFunction(scriptId: string, fn: Profiler.FunctionCoverage): void {
    const added = this.#addedBy(scriptId, fn);
    if (added === 0) return;
    const key = keyOf(scriptId, fn);
    const map = runMap(fn);
    const before = this.#ran.get(key);
    if (before !== undefined) for (const [at, ran] of before.entries()) if (ran === 1) map[at] = 1;
    this.#ran.set(key, map);
    this.#ranCharacters += added;
  }
}

function keyOf(scriptId: string, { ranges }: Profiler.FunctionCoverage): string {
  return `${scriptId}:${ranges[0]?.startOffset}:${ranges[0]?.endOffset}`;
}

/** 1 for each character of the function that ran. Inner ranges come after outer ones and overwrite them. */
function runMap({ ranges }: Profiler.FunctionCoverage): Uint8Array {
  const start = ranges[0]?.startOffset ?? 0;
  const map = new Uint8Array((ranges[0]?.endOffset ?? 0) - start);
  for (const { startOffset, endOffset, count } of ranges) map.fill(count > 0 ? 1 : 0, startOffset - start, endOffset - start);
  return map;
}
