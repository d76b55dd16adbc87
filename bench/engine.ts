import { join } from "node:path";
import { compilePatterns, readPatterns } from "../src/patterns/index.ts";
import { number32 } from "../src/steward/engine/bpf-map.ts";
import { BpfObject } from "../src/steward/engine/bpf-object.ts";
import { PatternMaps } from "../src/steward/engine/pattern-maps.ts";
import { EngineRun, HOST, PLAIN_SEGMENT, programRun, type Ran, tcpFrame, VERDICTS, VISITOR } from "../test/engine/program-run.ts";
import { type Figure, median, printFigures, rounded } from "./figure.ts";

/**
 * Nanoseconds that the wire engine takes for one packet, by the kernel's own test runs: the same packet is put there before each run, and what
 * that costs with a program that does nothing is subtracted. Rounds of the engine and of nothing take turns; the median counts. Needs root.
 *
 *     node bench/engine.ts [--quick]
 */
const ROUNDS = process.argv.includes("--quick") ? 5 : 15;
const REPEAT = 20_000;
const OBJECT = join(import.meta.dirname, "..", "kernel", "bpf", "bench.bpf.o");

const HOOKS = [
  { hook: "tc", bench: "bench_tc", engine: "utsu_in", empty: "empty_tc", targets: "tc_targets" },
  { hook: "xdp", bench: "bench_xdp", engine: "utsu_xdp", empty: "empty_xdp", targets: "xdp_targets" },
] as const;
type Hook = (typeof HOOKS)[number];

/** The same patterns each time: half of them stand at the payload's beginning, half anywhere in it. */
function patterns(count: number): string {
  const head = "family: x\nabout: Synthetic.\npatterns:\n";
  const one = (index: number) => {
    const word = `q${(index * 7919 + 104_729).toString(36)}z${index.toString(36)}`;
    const content = index % 2 === 0 ? `{at: 0, text: "${word}"}` : `{text: "${word}"}`;
    return `  - {id: x.p${index}, about: One., reference: none, falsePositives: none, weight: 5, protocol: tcp, flow: [stray], ports: [80], payload: [${content}]}\n`;
  };
  return head + Array.from({ length: count }, (_, index) => one(index)).join("");
}

/** Text of a request that comes close to some of the patterns. */
const payload = (size: number) => Buffer.alloc(size, "GET /q2x/index.html HTTP/1.1\r\nHost: q9z1.example\r\nAccept: qzqzqz\r\n");

class Bench implements Disposable {
  readonly #run = new EngineRun({ 9: { kind: "tarpit" } });
  readonly #bench = BpfObject.load(OBJECT);

  constructor() {
    for (const { targets, engine, empty } of HOOKS)
      for (const [index, program] of [this.#run.object.program(engine), this.#bench.program(empty)].entries())
        this.#bench.map(targets).set(number32(index), number32(program));
  }

  match(count: number): void {
    new PatternMaps(this.#run.object).load(compilePatterns(readPatterns([{ name: "x.yaml", text: patterns(count) }])).tables);
  }

  /** Median nanoseconds of the engine alone. */
  nanoseconds(hook: Hook, frame: Buffer, wanted: Ran["verdict"]): number {
    const times = Array.from(
      { length: ROUNDS },
      () => this.#once(hook, { frame, target: 0, wanted }) - this.#once(hook, { frame, target: 1, wanted: "pass" }),
    );
    return median(times);
  }

  #once(
    { bench, engine }: Hook,
    { frame, target, wanted }: { readonly frame: Buffer; readonly target: number; readonly wanted: Ran["verdict"] },
  ): number {
    const value = Buffer.alloc(8 + 512);
    value.writeUInt32LE(frame.length, 0);
    value.writeUInt32LE(target, 4);
    value.set(frame, 8);
    this.#bench.map("frame").set(number32(0), value);
    this.#run.beat();
    const { returned, nanoseconds } = programRun(this.#bench.calls, this.#bench.program(bench), { frame, repeat: REPEAT });
    if (VERDICTS[`${engine} ${returned}`] !== wanted) throw new Error(`${engine} gave ${returned}, not ${wanted}`);
    return nanoseconds;
  }

  [Symbol.dispose](): void {
    this.#bench[Symbol.dispose]();
    this.#run[Symbol.dispose]();
  }
}

function figure(name: string, value: number, atMost: number): Figure {
  return { name, value: rounded(value, 0), unit: "ns", wanted: { atMost } };
}

const between = [VISITOR, HOST] as const;
const said = (toPort: number, size: number) => tcpFrame(between, { toPort, flags: "PA", payload: payload(size) });
const figures: Figure[] = [];
using bench = new Bench();
for (const hook of HOOKS) {
  bench.match(60);
  figures.push(figure(`${hook.hook}: port without patterns`, bench.nanoseconds(hook, said(8080, 100), "pass"), 100));
  figures.push(figure(`${hook.hook}: tarpit's SYN-ACK`, bench.nanoseconds(hook, tcpFrame(between, PLAIN_SEGMENT), "answer"), 300));
  figures.push(figure(`${hook.hook}: 100 bytes, 60 patterns`, bench.nanoseconds(hook, said(80, 100), "pass"), 600));
  bench.match(1000);
  figures.push(figure(`${hook.hook}: 100 bytes, 1,000 patterns`, bench.nanoseconds(hook, said(80, 100), "pass"), 600));
  figures.push(figure(`${hook.hook}: 256 bytes, 1,000 patterns`, bench.nanoseconds(hook, said(80, 256), "pass"), 1500));
}
printFigures(figures);
