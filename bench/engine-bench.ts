import { join } from "node:path";
import { compilePatterns, type PatternSet } from "../src/patterns/index.ts";
import { number32 } from "../src/steward/engine/bpf-map.ts";
import { BpfObject } from "../src/steward/engine/bpf-object.ts";
import type { UnusedAnswer } from "../src/steward/engine/layout.ts";
import { PatternMaps } from "../src/steward/engine/pattern-maps.ts";
import { EngineRun, programRun, type Ran, VERDICTS } from "../test/engine/program-run.ts";

/**
 * Many runs of the engine in one call, by the kernel's own test runs: the packet is put there anew before each (kernel/bpf/bench.c), the same one
 * or one with another number in it. What comes out is looked at; how long it took is told.
 */
export const BENCH_OBJECT = join(import.meta.dirname, "..", "kernel", "bpf", "bench.bpf.o");

const HOOKS = {
  tc: { bench: "bench_tc", engine: "utsu_in", empty: "empty_tc", targets: "tc_targets" },
  xdp: { bench: "bench_xdp", engine: "utsu_xdp", empty: "empty_xdp", targets: "xdp_targets" },
} as const;
export type BenchHook = keyof typeof HOOKS;
export const BENCH_HOOKS: readonly BenchHook[] = ["tc", "xdp"];

export interface Runs {
  readonly frame: Buffer;
  readonly repeat: number;
  readonly wanted: Ran["verdict"];
  /** Each run's packet has the next number, from `first` on, at this offset. */
  readonly counting?: { readonly at: number; readonly first: number };
}

/** Of the value of the map `frame`: size, target, where the number stands, the number. */
const FRAME_HEADER = 16;
const FRAME_BYTES = 512;
const ENGINE = 0;
const EMPTY = 1;

export class EngineBench implements Disposable {
  readonly run: EngineRun;
  readonly #bench = BpfObject.load(BENCH_OBJECT);

  constructor(ports: Readonly<Record<number, UnusedAnswer>>) {
    this.run = new EngineRun(ports);
    for (const { targets, engine, empty } of Object.values(HOOKS)) {
      this.#bench.map(targets).set(number32(ENGINE), number32(this.run.object.program(engine)));
      this.#bench.map(targets).set(number32(EMPTY), number32(this.#bench.program(empty)));
    }
  }

  match(patterns: PatternSet): void {
    new PatternMaps(this.run.object).load(compilePatterns(patterns).tables);
  }

  /** Nanoseconds of one run of the engine, the mean, with what it costs to put the packet there. */
  withEngine(hook: BenchHook, runs: Runs): number {
    return this.#runs(hook, { ...runs, target: ENGINE });
  }

  /** The same without the engine. */
  withNothing(hook: BenchHook, runs: Runs): number {
    return this.#runs(hook, { ...runs, wanted: "pass", target: EMPTY });
  }

  #runs(hook: BenchHook, { frame, repeat, wanted, counting, target }: Runs & { readonly target: number }): number {
    const { bench, engine } = HOOKS[hook];
    const value = Buffer.alloc(FRAME_HEADER + FRAME_BYTES);
    for (const [index, number] of [frame.length, target, counting?.at ?? 0, counting?.first ?? 0].entries())
      value.writeUInt32LE(number, 4 * index);
    value.set(frame, FRAME_HEADER);
    this.#bench.map("frame").set(number32(0), value);
    this.run.beat();
    const { returned, nanoseconds } = programRun(this.#bench.calls, this.#bench.program(bench), { frame, repeat });
    if (VERDICTS[`${engine} ${returned}`] !== wanted) throw new Error(`${engine} gave ${returned}, not ${wanted}`);
    return nanoseconds;
  }

  [Symbol.dispose](): void {
    this.#bench[Symbol.dispose]();
    this.run[Symbol.dispose]();
  }
}
