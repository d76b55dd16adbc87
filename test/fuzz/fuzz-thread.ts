/**
 * The thread in which a target runs: coverage first, then the import of the code, then the loop.
 */
import { Buffer } from "node:buffer";
import { parentPort, workerData } from "node:worker_threads";
import { chance } from "../../src/testkit/chance.ts";
import { BlockCoverage } from "./block-coverage.ts";
import { type Failure, FuzzLoop } from "./fuzz-loop.ts";
import { type FuzzTarget, loadTarget } from "./fuzz-target.ts";
import { literalWords } from "./literal-words.ts";

/** What the thread is told at its start. */
export interface ThreadOrders {
  readonly url: string;
  readonly seed: string;
  readonly runs: number;
  readonly guided: boolean;
  readonly corpus: readonly Uint8Array[];
  /** Two 32-bit words, the number of the run and the size of its input, then the input. */
  readonly shared: SharedArrayBuffer;
  /** Addresses of the code that counts start with one of these. */
  readonly covered: readonly string[];
}

/** What it says at its end. */
export interface ThreadReport {
  readonly runs: number;
  readonly failure: Failure | undefined;
  readonly ranCharacters: number;
  /** The inputs that reached new code, in that order; without those that were in `corpus` already. */
  readonly found: readonly Uint8Array[];
  /** The smallest part of the corpus that reaches all that the whole reaches. */
  readonly kept: readonly Uint8Array[];
}

const HEADER_BYTES = 8;

async function main(orders: ThreadOrders): Promise<ThreadReport> {
  const coverage = new BlockCoverage((url) => orders.covered.some((start) => url.startsWith(start)) && !url.includes("/testkit/"));
  const target = await loadTarget(orders.url);
  const words = [...namedWords(target), ...literalWords(coverage.take().map(({ url }) => url))];
  const loop = new FuzzLoop({
    target,
    dice: chance(`${orders.seed} ${target.name}`),
    coverage,
    words,
    guided: orders.guided,
    announce: announcer(orders.shared),
  });
  const failure =
    (await loop.replay([...orders.corpus, ...(target.seeds ?? [])])) ?? (await loop.fuzz(Math.ceil(orders.runs * (target.share ?? 1))));
  const known = new Set(orders.corpus.map((input) => Buffer.from(input).toString("latin1")));
  const found = loop.corpus.filter((input) => !known.has(input.toString("latin1")));
  const kept = failure === undefined ? await smallestCorpus(target, coverage, loop.corpus) : [];
  const report = { runs: loop.runs, failure, ranCharacters: coverage.ranCharacters, found, kept };
  coverage.stop();
  return report;
}

/** Smallest first, an input stays when it reaches what no smaller one does. */
async function smallestCorpus(target: FuzzTarget, coverage: BlockCoverage, corpus: readonly Buffer[]): Promise<Buffer[]> {
  coverage.forget();
  const kept: Buffer[] = [];
  for (const input of [...corpus].sort((one, other) => one.length - other.length || one.compare(other))) {
    coverage.take();
    await target.run(Uint8Array.from(input));
    if (coverage.absorb(coverage.take())) kept.push(input);
  }
  return kept;
}

function namedWords({ words }: FuzzTarget): Buffer[] {
  return (words ?? []).map((word) => (typeof word === "string" ? Buffer.from(word, "latin1") : Buffer.from(word)));
}

/** Shows the watcher each input before it runs, so that it survives a hang or a lack of memory. */
function announcer(shared: SharedArrayBuffer): (input: Uint8Array) => void {
  const header = new Int32Array(shared, 0, 2);
  const bytes = new Uint8Array(shared, HEADER_BYTES);
  return (input) => {
    bytes.set(input.subarray(0, bytes.length));
    header[1] = Math.min(input.length, bytes.length);
    Atomics.add(header, 0, 1);
  };
}

parentPort?.postMessage(await main(workerData));
