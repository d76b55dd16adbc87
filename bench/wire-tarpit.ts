import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import type { InterfaceSettings } from "../src/steward/engine/engine-settings.ts";
import { BENCH_OBJECT } from "./engine-bench.ts";
import { type Figure, median, printFigures, quantile, rounded } from "./figure.ts";
import { processorMs } from "./processes.ts";
import { CABLES, type Cable, engineOn, must, WireSite } from "./wire-site.ts";

/**
 * Handshakes a second that a tarpit can take: the wire engine's, one in Node (`node:net`), and one in C that takes and sends whole frames in
 * batches. Two crowds of visitors, one on each cable and processor, open connections as fast as they are answered and complete them; each visitor
 * has an address of its own. Rounds of all three take turns; figures are medians. Needs root, gcc and iproute2.
 *
 *     node bench/wire-tarpit.ts [--quick]
 */
const PORT = "9";
/** How many visitors of a crowd wait for an answer at a time, and for how long they come. A slow program's queue must never run empty. */
const CROWDS = { engine: { atOnce: 512, ms: 400 }, packets: { atOnce: 512, ms: 400 }, net: { atOnce: 1024, ms: 1500 } } as const;
/** Visitors of the second cable have the second half of 10.0.0.0/8. */
const HALF = 1 << 23;

export type Tarpit = keyof typeof CROWDS;
const TARPITS: readonly Tarpit[] = ["engine", "packets", "net"];

export interface Rate {
  /** Handshakes a second. */
  readonly perSecond: number;
  /** Microseconds of processor for a SYN, of all processes: visitors and tarpit. */
  readonly microseconds: number;
}

interface Crowd {
  readonly completed: number;
  readonly sent: number;
  readonly seconds: number;
  readonly processorMs: number;
}

export class TarpitBench implements Disposable {
  readonly #site = new WireSite();
  readonly #visitors = this.#site.compile("handshakes");
  readonly #packets = this.#site.compile("packet-tarpit");
  #first = 0;

  constructor() {
    for (const [index, cable] of CABLES.entries()) {
      must("ip", "route", "add", `10.${index * 128}.0.0/9`, "via", cable.visitor, "dev", cable.name);
      must("ip", "neighbour", "replace", cable.visitor, "lladdr", this.#macOf(cable, this.#site.visitor), "dev", cable.name);
      // Nobody behind the programs that take whole frames: not there, and not on the host while one of them answers.
      dropAll(cable, "ip", "netns", "exec", this.#site.visitor);
    }
  }

  /** Medians of rounds in which all take turns. */
  async compare(tarpits: readonly Tarpit[], rounds: number): Promise<ReadonlyMap<Tarpit, readonly Rate[]>> {
    const rates = new Map<Tarpit, Rate[]>(tarpits.map((tarpit) => [tarpit, []]));
    for (let round = 0; round < rounds; round += 1) for (const [tarpit, all] of rates) all.push(await this.rate(tarpit));
    return rates;
  }

  rate(tarpit: Tarpit): Promise<Rate> {
    if (tarpit === "engine") return this.#rateOfEngine();
    return tarpit === "packets" ? this.#rateOfPackets() : this.#rateOfNet();
  }

  async #rateOfEngine(): Promise<Rate> {
    using _engine = await engineOn(CABLES, "tc");
    const before = process.cpuUsage();
    const crowd = await this.#crowd("flood", CROWDS.engine);
    const { user, system } = process.cpuUsage(before);
    return { perSecond: crowd.completed / crowd.seconds, microseconds: (crowd.processorMs * 1000 + user + system) / crowd.sent };
  }

  /** Microseconds of processor for a SYN at XDP, of the engine and of visitors that the kernel itself makes: the cheapest that there are. */
  async costAtXdp(): Promise<number> {
    const [cable] = CABLES;
    using _engine = await engineOn([cable], "xdp");
    const script = join(import.meta.dirname, "visitors.ts");
    const words = [cable.name, this.#macOf(cable), this.#macOf(cable, this.#site.visitor), cable.host, PORT, "300"];
    const { sent = 0, completed = 0, processor = 0 } = await this.#site.visit("chrt", "--rr", "1", process.execPath, script, ...words);
    if (completed < sent * 0.99) throw new Error(`${completed} of ${sent} SYNs were answered`);
    return processor / completed / 1000;
  }

  async #rateOfPackets(): Promise<Rate> {
    for (const cable of CABLES) dropAll(cable);
    const programs = await Promise.all(CABLES.map(({ name }, index) => this.#site.serve(this.#packets, name, `${index}`)));
    const crowd = await this.#crowd("flood", CROWDS.packets);
    const used = programs.reduce((sum, { pid }) => sum + processorMs(pid ?? 0), 0);
    await Promise.all(programs.map(end));
    for (const { name } of CABLES) must("tc", "qdisc", "delete", "dev", name, "clsact");
    return { perSecond: crowd.completed / crowd.seconds, microseconds: ((crowd.processorMs + used) * 1000) / crowd.sent };
  }

  async #rateOfNet(): Promise<Rate> {
    await using net = await NetTarpit.start();
    const [crowd, { connections, ms, processorMs: used }] = await Promise.all([this.#crowd("flood", CROWDS.net), net.told()]);
    return {
      perSecond: (connections / ms) * 1000,
      microseconds: (used * 1000) / connections + (crowd.processorMs * 1000) / crowd.completed,
    };
  }

  /** What the visitors themselves use for a SYN that nobody answers. */
  async ownCost(): Promise<number> {
    for (const cable of CABLES) dropAll(cable);
    const crowd = await this.#crowd("send", CROWDS.packets);
    for (const { name } of CABLES) must("tc", "qdisc", "delete", "dev", name, "clsact");
    return (crowd.processorMs * 1000) / crowd.sent;
  }

  /** So many visitors, each from an address of its own, connect and stay: what the host keeps for them. */
  async hold(hook: InterfaceSettings["hook"], count: number): Promise<Held> {
    const [cable] = CABLES;
    using engine = await engineOn([cable], hook);
    const kept = () => JSON.stringify([engine.status().entries, socketsOf()]);
    const before = kept();
    const { completed = 0, held = 0 } = await this.#site.visit(this.#visitors, "hold", ...this.#words(0), `${count}`, "512", "0");
    return { completed, held, before, after: kept() };
  }

  async #crowd(how: "flood" | "send", { atOnce, ms }: { readonly atOnce: number; readonly ms: number }): Promise<Crowd> {
    const idleBefore = ofKernelMs();
    const first = this.#first;
    // Never the same again within a comparison: what a program still holds does not know them.
    this.#first = (first + 400_000) % (HALF - 400_000);
    const told = await Promise.all(
      CABLES.map((_, index) =>
        this.#site.visit(this.#visitors, how, ...this.#words(index), `${ms}`, `${atOnce}`, `${first + index * HALF}`),
      ),
    );
    const sum = (name: string) => told.reduce((all, one) => all + (one[name] ?? Number.NaN), 0);
    return {
      completed: sum("completed"),
      sent: sum("sent"),
      seconds: sum("nanoseconds") / told.length / 1e9,
      processorMs: sum("processor") / 1e6 + ofKernelMs() - idleBefore,
    };
  }

  #words(index: number): readonly string[] {
    const cable = CABLES[index] ?? CABLES[0];
    return [cable.name, this.#macOf(cable), cable.host, PORT, `${index}`];
  }

  #macOf({ name }: Cable, namespace?: string): string {
    const printed = must("ip", ...(namespace === undefined ? [] : ["-n", namespace]), "-json", "link", "show", "dev", name);
    return JSON.parse(printed)[0].address;
  }

  [Symbol.dispose](): void {
    this.#site[Symbol.dispose]();
  }
}

export interface Held {
  readonly completed: number;
  /** Visitors who were told, when they asked, that their connection is still there. */
  readonly held: number;
  /** Entries of the engine's maps, and sockets: in words, to be compared. */
  readonly before: string;
  readonly after: string;
}

/** A tarpit in Node, as a process of its own. */
class NetTarpit implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  private constructor(child: ChildProcess, lines: Interface) {
    this.#child = child;
    this.#lines = lines[Symbol.asyncIterator]();
  }

  static async start(): Promise<NetTarpit> {
    const script = join(import.meta.dirname, "net-tarpit.ts");
    // As the others: before all that has no fixed time.
    const words = ["--rr", "1", process.execPath, script, PORT];
    const child = spawn("chrt", words, { stdio: ["pipe", "pipe", "inherit"] });
    const tarpit = new NetTarpit(child, createInterface({ input: child.stdout }));
    await tarpit.#lines.next();
    return tarpit;
  }

  /** What it has to say when it has had enough. */
  async told(): Promise<Readonly<Record<"connections" | "ms" | "processorMs", number>>> {
    return JSON.parse((await this.#lines.next()).value ?? "{}");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const gone = once(this.#child, "exit");
    this.#child.stdin?.end();
    await gone;
  }
}

async function end(child: ChildProcess): Promise<void> {
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}

function dropAll({ name }: Cable, ...place: readonly string[]): void {
  const [program = "tc", ...words] = [...place, "tc"];
  must(program, ...words, "qdisc", "add", "dev", name, "clsact");
  must(program, ...words, "filter", "add", "dev", name, "ingress", "bpf", "da", "obj", BENCH_OBJECT, "sec", "classifier");
}

/** What the kernel's own threads for packets have used so far, milliseconds. */
function ofKernelMs(): number {
  return KERNEL_THREADS.reduce((sum, pid) => sum + processorMs(pid), 0);
}

const KERNEL_THREADS = must("ps", "-e", "-o", "pid=,comm=")
  .split("\n")
  .filter((line) => line.includes("ksoftirqd/"))
  .map((line) => Number.parseInt(line, 10));

/** TCP sockets of this network, in any state. */
function socketsOf(): number {
  return ["tcp", "tcp6"].reduce((sum, name) => sum + readFileSync(`/proc/thread-self/net/${name}`, "latin1").split("\n").length, 0);
}

const NAMES: Readonly<Record<Tarpit, string>> = { engine: "the engine", packets: "C, packet(7) in batches", net: "Node's net" };

async function main(): Promise<void> {
  const isQuick = process.argv.includes("--quick");
  using bench = new TarpitBench();
  const rates = await bench.compare(TARPITS, isQuick ? 3 : 9);
  const perSecond = (tarpit: Tarpit) => (rates.get(tarpit) ?? []).map((rate) => rate.perSecond);
  const ratio = (tarpit: Tarpit) => median(perSecond("engine").map((rate, round) => rate / (perSecond(tarpit)[round] ?? Number.NaN)));
  const own = await bench.ownCost();
  const figures: Figure[] = TARPITS.flatMap((tarpit) => {
    const [low, high] = [quantile(perSecond(tarpit), 0.25), quantile(perSecond(tarpit), 0.75)].map(Math.round);
    return [
      {
        name: `wire, tarpit, ${NAMES[tarpit]}`,
        value: Math.round(median(perSecond(tarpit))),
        unit: "handshakes/s",
        note: `middle half of the rounds ${low} to ${high}`,
      },
      {
        name: `wire, tarpit, ${NAMES[tarpit]}: processor`,
        value: rounded(median((rates.get(tarpit) ?? []).map((rate) => rate.microseconds))),
        unit: "µs a SYN",
        note: `of all, visitors too: sending one SYN costs them ${rounded(own)} µs`,
      },
    ];
  });
  printFigures([
    {
      name: "wire, tarpit: engine / Node",
      value: rounded(ratio("net"), 1),
      unit: "x",
      wanted: { atLeast: 20 },
      note: "the visitors limit the engine",
    },
    {
      name: "wire, tarpit: engine / C",
      value: rounded(ratio("packets")),
      unit: "x",
      wanted: { atLeast: 1.2 },
      note: "the visitors share both processors with either",
    },
    ...figures,
  ]);
  printFigures([
    {
      name: "wire, tarpit, the engine at XDP: processor",
      value: rounded(await bench.costAtXdp()),
      unit: "µs a SYN",
      note: "with visitors that the kernel itself makes, theirs included",
    },
  ]);
  const { completed, held, before, after } = await bench.hold("tc", 100_000);
  if (before !== after) throw new Error(`something was kept: ${before} became ${after}`);
  printFigures([
    {
      name: "wire, tarpit: visitors held at once",
      value: Math.min(completed, held),
      unit: "sources",
      wanted: { atLeast: 100_000 },
      note: "map entries and sockets before = after",
    },
  ]);
}

if (import.meta.main) await main();
