import { loadPatterns, type PatternSet, readPatterns } from "../src/patterns/index.ts";
import { cookie, HOST, PLAIN_SEGMENT, type Ran, tcpFrame, VISITOR } from "../test/engine/program-run.ts";
import { BENCH_HOOKS, type BenchHook, EngineBench } from "./engine-bench.ts";
import { type Figure, median, printFigures, rounded } from "./figure.ts";

/**
 * Nanoseconds that the wire engine takes for one packet. What it costs to put the packet there is measured with a program that does nothing, and
 * subtracted. Rounds of the engine and of nothing take turns; the median counts. Needs root.
 *
 *     node bench/engine.ts [--quick]
 */
const REPEAT = 20_000;

/** The same patterns each time: half of them stand at the payload's beginning, half anywhere in it. */
function synthetic(count: number): PatternSet {
  const head = "family: x\nabout: Synthetic.\npatterns:\n";
  const one = (index: number) => {
    const word = `q${(index * 7919 + 104_729).toString(36)}z${index.toString(36)}`;
    const content = index % 2 === 0 ? `{at: 0, text: "${word}"}` : `{text: "${word}"}`;
    return `  - {id: x.p${index}, about: One., reference: none, falsePositives: none, weight: 5, protocol: tcp, flow: [stray], ports: [80], payload: [${content}]}\n`;
  };
  return readPatterns([{ name: "x.yaml", text: head + Array.from({ length: count }, (_, index) => one(index)).join("") }]);
}

/** Text of a request that comes close to some of the patterns. */
const payload = (size: number) => Buffer.alloc(size, "GET /q2x/index.html HTTP/1.1\r\nHost: q9z1.example\r\nAccept: qzqzqz\r\n");
const said = (toPort: number, size: number) => tcpFrame([VISITOR, HOST], { toPort, flags: "PA", payload: payload(size) });

interface Packet {
  readonly name: string;
  readonly patterns: number | "shipped";
  readonly frame: Buffer;
  readonly verdict: Ran["verdict"];
  readonly atMost: number;
}

/** The first segment of a connection that the engine itself opened: looked at by all patterns of port 80, and acknowledged. */
const ours = (cookie([VISITOR, HOST], PLAIN_SEGMENT.fromPort, 80) ^ PLAIN_SEGMENT.sequence) >>> 0;
const request = tcpFrame([VISITOR, HOST], {
  toPort: 80,
  flags: "PA",
  sequence: PLAIN_SEGMENT.sequence + 1,
  acknowledgement: (ours + 1) >>> 0,
  payload: payload(100),
});
const SYN = tcpFrame([VISITOR, HOST], PLAIN_SEGMENT);
const PACKETS: readonly Packet[] = [
  { name: "port without patterns", patterns: 60, frame: said(8080, 100), verdict: "pass", atMost: 100 },
  { name: "tarpit's SYN-ACK", patterns: 60, frame: SYN, verdict: "answer", atMost: 300 },
  { name: "100 bytes, 60 patterns", patterns: 60, frame: said(80, 100), verdict: "pass", atMost: 600 },
  { name: "100 bytes, 1,000 patterns", patterns: 1000, frame: said(80, 100), verdict: "pass", atMost: 600 },
  { name: "256 bytes, 1,000 patterns", patterns: 1000, frame: said(80, 256), verdict: "pass", atMost: 1500 },
  { name: "port without patterns, shipped patterns", patterns: "shipped", frame: said(50_000, 100), verdict: "pass", atMost: 100 },
  { name: "tarpit's SYN-ACK, shipped patterns", patterns: "shipped", frame: SYN, verdict: "answer", atMost: 300 },
  { name: "100 bytes that an unused port answers, shipped patterns", patterns: "shipped", frame: request, verdict: "answer", atMost: 600 },
];

export interface Cost {
  readonly hook: BenchHook;
  readonly name: string;
  readonly nanoseconds: number;
  readonly atMost: number;
}

/** @param rounds of which the median counts */
export function measureCosts(rounds: number): readonly Cost[] {
  using bench = new EngineBench({ 9: { kind: "tarpit" }, 80: { kind: "tarpit" } });
  const costs: Cost[] = [];
  let matching: Packet["patterns"] | undefined;
  for (const { name, frame, verdict: wanted, atMost, ...packet } of PACKETS) {
    if (packet.patterns !== matching) bench.match(packet.patterns === "shipped" ? loadPatterns() : synthetic(packet.patterns));
    matching = packet.patterns;
    for (const hook of BENCH_HOOKS) {
      const runs = { frame, wanted, repeat: REPEAT };
      const times = Array.from({ length: rounds }, () => bench.withEngine(hook, runs) - bench.withNothing(hook, runs));
      costs.push({ hook, name, nanoseconds: median(times), atMost });
    }
  }
  return costs;
}

function figure({ hook, name, nanoseconds, atMost }: Cost): Figure {
  return { name: `wire, a packet, ${hook}: ${name}`, value: rounded(nanoseconds, 0), unit: "ns", wanted: { atMost } };
}

if (import.meta.main) printFigures(measureCosts(process.argv.includes("--quick") ? 5 : 15).map(figure));
