import { BpfObject, presentCalls } from "../src/steward/engine/bpf-object.ts";
import type { InterfaceSettings } from "../src/steward/engine/engine-settings.ts";
import { readHostNetwork } from "../src/steward/engine/host-network.ts";
import { attachXdp } from "../src/steward/engine/xdp-hook.ts";
import { BENCH_OBJECT } from "./engine-bench.ts";
import { type Figure, median, printFigures, quantile, rounded } from "./figure.ts";
import { CABLES, type Cable, engineOn, WireSite } from "./wire-site.ts";

/**
 * What legitimate users pay for the wire engine: TCP throughput and round trips to a service on port 80, which the shipped patterns watch. Of two
 * cables between the same machines one has the engine; in the second half the other one has. Short slices on both take turns, and what counts is
 * the median of the pairs' ratios. Both ends share one processor, so nothing hides what the engine costs. Needs root, gcc and iproute2.
 *
 *     node bench/wire.ts [--quick]
 */
const PORT = "80";
const PROCESSOR = "0";

/** What is asked of the service, and which of the answers is the figure. */
const TASKS = {
  send: { amount: "150", figure: "bytesPerSecond" },
  receive: { amount: "150", figure: "bytesPerSecond" },
  ask: { amount: "10000", figure: "p99" },
} as const;
export type Task = keyof typeof TASKS;

/** The engine at a hook against nothing there, or against a program that does nothing. */
export interface Comparison {
  readonly hook: InterfaceSettings["hook"];
  readonly against: "nothing" | "empty";
  readonly task: Task;
  /** Where the visitor runs, and where the service. */
  readonly visitorOn?: string;
}

export interface Compared {
  /** Median of the pairs' ratios, with the engine over without. */
  readonly ratio: number;
  /** The middle half of the ratios. */
  readonly spread: readonly [number, number];
  /** Medians. */
  readonly withEngine: number;
  readonly without: number;
}

export class WireBench implements Disposable {
  readonly #site = new WireSite();
  readonly #load = this.#site.compile("tcp-load");
  #isServing = false;

  /** @param pairs of slices, in all */
  async compare(comparison: Comparison, pairs: number): Promise<Compared> {
    if (!this.#isServing) await this.#site.serve(this.#load, "serve", PORT, PROCESSOR);
    this.#isServing = true;
    const half = Math.ceil(pairs / 2);
    const [one, other] = CABLES;
    const all = [
      ...(await this.#half(comparison, { on: one, off: other, pairs: half })),
      ...(await this.#half(comparison, { on: other, off: one, pairs: half })),
    ];
    const ratios = all.map(([on, off]) => on / off);
    return {
      ratio: median(ratios),
      spread: [quantile(ratios, 0.25), quantile(ratios, 0.75)],
      withEngine: median(all.map(([on]) => on)),
      without: median(all.map(([, off]) => off)),
    };
  }

  async #half(comparison: Comparison, { on, off, pairs }: Half): Promise<readonly (readonly [on: number, off: number])[]> {
    using _engine = await engineOn([on], comparison.hook);
    using _empty = comparison.against === "empty" ? await emptyOn(off, comparison.hook) : undefined;
    await this.#isSo(on, off);
    const found: [number, number][] = [];
    for (let pair = 0; pair < pairs; pair += 1) {
      // Each begins as often as the other.
      const first = await this.#slice(comparison, pair % 2 === 0 ? on : off);
      const second = await this.#slice(comparison, pair % 2 === 0 ? off : on);
      found.push(pair % 2 === 0 ? [first, second] : [second, first]);
    }
    await this.#isSo(on, off);
    return found;
  }

  async #slice({ task, visitorOn = PROCESSOR }: Comparison, { host }: Cable): Promise<number> {
    const { amount, figure } = TASKS[task];
    const answer = await this.#site.visit(this.#load, task, host, PORT, visitorOn, amount);
    const value = answer[figure];
    if (value === undefined || !(value > 0)) throw new Error(`${task} gave ${JSON.stringify(answer)}`);
    return value;
  }

  /** Fails where the engine is not at work on its cable, or is on the other one. */
  async #isSo(on: Cable, off: Cable): Promise<void> {
    if (await this.#site.isClosed(on)) throw new Error(`the engine does nothing on ${on.name}`);
    if (!(await this.#site.isClosed(off))) throw new Error(`${off.name} has an engine`);
  }

  [Symbol.dispose](): void {
    this.#site[Symbol.dispose]();
  }
}

interface Half {
  readonly on: Cable;
  readonly off: Cable;
  readonly pairs: number;
}

async function emptyOn({ name }: Cable, hook: InterfaceSettings["hook"]): Promise<Disposable> {
  const network = (await readHostNetwork()).interfaces.find((one) => one.name === name);
  if (network === undefined || hook === "tc") throw new Error(`nothing empty for ${hook} on ${name}`);
  const object = BpfObject.load(BENCH_OBJECT);
  const link = attachXdp(presentCalls(), network, { program: object.program("empty_xdp"), mode: hook });
  return {
    [Symbol.dispose]: () => {
      link[Symbol.dispose]();
      object[Symbol.dispose]();
    },
  };
}

interface Asked extends Comparison {
  readonly name: string;
  readonly wanted?: Figure["wanted"];
}

const LEAST = { atLeast: 0.95 };
const COMPARISONS: readonly Asked[] = [
  { name: "tc, upload", hook: "tc", against: "nothing", task: "send", wanted: LEAST },
  { name: "tc, download", hook: "tc", against: "nothing", task: "receive", wanted: LEAST },
  { name: "tc, 99th percentile of round trips", hook: "tc", against: "nothing", task: "ask", wanted: { atMost: 1.05 } },
  { name: "tc, upload, ends on two processors", hook: "tc", against: "nothing", task: "send", visitorOn: "1" },
  { name: "XDP, upload", hook: "xdp", against: "empty", task: "send", wanted: LEAST },
  { name: "XDP, download", hook: "xdp", against: "empty", task: "receive", wanted: LEAST },
  { name: "generic XDP, upload", hook: "xdp-generic", against: "empty", task: "send", wanted: LEAST },
  { name: "generic XDP, download", hook: "xdp-generic", against: "empty", task: "receive", wanted: LEAST },
];

function figureOf({ name, task, against, wanted }: Asked, { ratio, spread, withEngine, without }: Compared): Figure {
  const [low, high] = spread.map((value) => rounded(value, 3));
  const told = (value: number) => (task === "ask" ? `${rounded(value / 1000, 1)} µs` : `${rounded((value * 8) / 1e9, 1)} Gbit/s`);
  return {
    name: `wire, ${name}: engine / ${against === "empty" ? "empty program" : "no engine"}`,
    value: rounded(ratio, 3),
    unit: "x",
    ...(wanted === undefined ? {} : { wanted }),
    note: `${told(withEngine)} against ${told(without)}; middle half of the pairs ${low} to ${high}; the processor limits`,
  };
}

async function main(): Promise<void> {
  const pairs = process.argv.includes("--quick") ? 8 : 30;
  using bench = new WireBench();
  for (const asked of COMPARISONS) printFigures([figureOf(asked, await bench.compare(asked, pairs))]);
}

if (import.meta.main) await main();
