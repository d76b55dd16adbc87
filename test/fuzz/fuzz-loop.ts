/**
 * The loop of a coverage-guided fuzzer, over one target in one thread.
 *
 * Inputs run in batches, and only a batch that reached new code is looked at input by input: asking V8 for coverage costs
 * some 0.5 ms, a parser's run a hundredth of that. An input that reached new code joins the corpus, from which further
 * inputs are made. Everything is drawn from one seed. The loop stops at the first failure.
 */
import { Buffer } from "node:buffer";
import type { Chance } from "../../src/testkit/chance.ts";
import type { BlockCoverage } from "./block-coverage.ts";
import { DEFAULT_MAX_CPU_MS, DEFAULT_MAX_INPUT_BYTES, type FuzzTarget } from "./fuzz-target.ts";
import { mutate, type Stock } from "./mutate.ts";

const BATCH = 48;
const MAX_SHRINK_RUNS = 600;

/** An input that broke something, and how. */
export interface Failure {
  /** `crash`: a throw; `slow`: too much processor time; the others are seen from outside the thread. */
  readonly kind: "crash" | "slow" | "hang" | "memory";
  readonly message: string;
  readonly input: Uint8Array;
}

export interface LoopSettings {
  readonly target: FuzzTarget;
  readonly dice: Chance;
  readonly coverage: BlockCoverage;
  readonly words: readonly Buffer[];
  /** False shows what chance alone would reach: nothing joins the corpus. */
  readonly guided: boolean;
  /** Told of each input before it runs. */
  readonly announce: (input: Uint8Array) => void;
}

export class FuzzLoop {
  readonly #settings: LoopSettings;
  readonly #corpus: Buffer[] = [];
  readonly #stock: Stock;
  readonly #maxCpuMs: number;
  #runs = 0;

  constructor(settings: LoopSettings) {
    const { target, words } = settings;
    this.#settings = settings;
    this.#maxCpuMs = target.maxCpuMs ?? DEFAULT_MAX_CPU_MS;
    this.#stock = { words, corpus: this.#corpus, maxInputBytes: target.maxInputBytes ?? DEFAULT_MAX_INPUT_BYTES };
  }

  /** All executions of the target so far. */
  get runs(): number {
    return this.#runs;
  }

  get corpus(): readonly Buffer[] {
    return this.#corpus;
  }

  /** Runs inputs as they are; those that reach new code are the first corpus, smallest first. */
  async replay(inputs: readonly Uint8Array[]): Promise<Failure | undefined> {
    for (const input of [...inputs].sort((one, other) => one.length - other.length)) {
      const failure = await this.#consider(Buffer.from(input));
      if (failure !== undefined) return failure;
    }
    return undefined;
  }

  /** Makes and runs `runs` inputs, or stops at the first failure. */
  async fuzz(runs: number): Promise<Failure | undefined> {
    for (let left = runs; left > 0; left -= BATCH) {
      const batch = Array.from({ length: Math.min(left, BATCH) }, () => this.#newInput());
      const failure = await this.#runBatch(batch);
      if (failure !== undefined) return await this.#shrink(failure);
    }
    return undefined;
  }

  #newInput(): Buffer {
    const { dice } = this.#settings;
    const size = this.#corpus.length;
    // Half of the time one of the newest: they stand at the border of what is known.
    const at = dice.integer(2) === 0 ? size - 1 - dice.integer(Math.ceil(size / 4) || 1) : dice.integer(size || 1);
    return mutate(this.#corpus[at] ?? Buffer.alloc(0), dice, this.#stock);
  }

  async #runBatch(batch: readonly Buffer[]): Promise<Failure | undefined> {
    for (const input of batch) {
      const failure = await this.#run(input);
      if (failure !== undefined) return failure;
    }
    if (!this.#settings.guided) return undefined;
    const taken = this.#settings.coverage.take();
    if (!this.#settings.coverage.isNew(taken)) return undefined;
    for (const input of batch) {
      const failure = await this.#consider(input);
      if (failure !== undefined) return failure;
    }
    // What only the batch as a whole reached would make every later batch look new.
    this.#settings.coverage.absorb(taken);
    return undefined;
  }

  /** Runs one input by itself, and keeps it if it reaches new code. */
  async #consider(input: Buffer): Promise<Failure | undefined> {
    this.#settings.coverage.take();
    const failure = await this.#run(input);
    if (failure !== undefined) return failure;
    const isNew = this.#settings.coverage.absorb(this.#settings.coverage.take());
    if (isNew && this.#settings.guided) this.#corpus.push(input);
    return undefined;
  }

  async #run(input: Buffer): Promise<Failure | undefined> {
    const startMs = performance.now();
    const failure = await this.#tryOnce(input);
    if (failure !== undefined) return failure;
    if (performance.now() - startMs <= this.#maxCpuMs) return undefined;
    const cpuMs = Math.min(await this.#cpuMs(input), await this.#cpuMs(input), await this.#cpuMs(input));
    if (cpuMs <= this.#maxCpuMs) return undefined;
    return { kind: "slow", message: `${Math.round(cpuMs)} ms of processor time for ${input.length} bytes`, input };
  }

  async #tryOnce(input: Buffer): Promise<Failure | undefined> {
    this.#runs += 1;
    this.#settings.announce(input);
    try {
      await this.#settings.target.run(Uint8Array.from(input));
      return undefined;
    } catch (error) {
      return { kind: "crash", message: error instanceof Error ? (error.stack ?? error.message) : String(error), input };
    }
  }

  async #cpuMs(input: Buffer): Promise<number> {
    const before = process.threadCpuUsage();
    await this.#tryOnce(input);
    const { user, system } = process.threadCpuUsage(before);
    return (user + system) / 1_000;
  }

  /** A smaller input that fails in the same place, by leaving out ever smaller parts. */
  async #shrink(failure: Failure): Promise<Failure> {
    if (failure.kind !== "crash") return failure;
    let smallest = failure;
    let runs = 0;
    for (let part = smallest.input.length >> 1; part >= 1; part >>= 1) {
      for (let at = 0; at < smallest.input.length && runs < MAX_SHRINK_RUNS; runs++) {
        const shorter = Buffer.concat([smallest.input.subarray(0, at), smallest.input.subarray(at + part)]);
        const again = await this.#tryOnce(shorter);
        if (again !== undefined && placeOf(again) === placeOf(failure)) smallest = again;
        else at += part;
      }
    }
    return smallest;
  }
}

/** Where an error was thrown: the first line of its stack. */
function placeOf({ message }: Failure): string {
  return message.split("\n").find((line) => line.trimStart().startsWith("at ")) ?? message;
}
