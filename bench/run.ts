import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg, release, totalmem } from "node:os";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type Figure, isMet, type Wanted } from "./figure.ts";

/**
 * Runs the benchmarks one after another, each in a process of its own, and shows every figure with its target and whether it was met.
 *
 *     npm run bench -- [--quick] [--json] [--write] [NAME...]      names: logins startup echo connections idle store disguise engine wire tarpit
 *
 * `--quick` takes about five minutes, all about fifteen. `--write` puts what was measured into the table of docs/benchmarks.md. A figure that misses is shown as it is;
 * the exit status is 1 only if something could not be measured.
 */
interface Benchmark {
  readonly name: string;
  readonly runs: readonly (readonly string[])[];
  readonly quickRuns: readonly (readonly string[])[];
}

const TELNET = fileURLToPath(new URL("../src/decoys/telnet/decoy.ts", import.meta.url));
const SSH = fileURLToPath(new URL("../src/decoys/ssh/decoy.ts", import.meta.url));

export const benchmarks: readonly Benchmark[] = [
  { name: "logins", runs: [["logins.ts"]], quickRuns: [["logins.ts", "--quick"]] },
  { name: "startup", runs: [["startup.ts"]], quickRuns: [["startup.ts", "--quick"]] },
  { name: "echo", runs: [["echo.ts"]], quickRuns: [["echo.ts", "--quick"]] },
  { name: "connections", runs: [["connections.ts", "5"]], quickRuns: [["connections.ts", "2"]] },
  {
    name: "idle",
    runs: [
      ["idle.ts", "8000", "telnet", TELNET],
      ["idle.ts", "8000", "ssh", SSH],
    ],
    quickRuns: [["idle.ts", "8000", "telnet", TELNET]],
  },
  { name: "store", runs: [["store.ts", "--events", "1000000"]], quickRuns: [["store.ts", "--events", "100000"]] },
  { name: "disguise", runs: [["disguise.ts"]], quickRuns: [["disguise.ts", "--quick"]] },
  { name: "engine", runs: [["engine.ts"]], quickRuns: [["engine.ts", "--quick"]] },
  { name: "wire", runs: [["wire.ts"]], quickRuns: [["wire.ts", "--quick"]] },
  { name: "tarpit", runs: [["wire-tarpit.ts"]], quickRuns: [["wire-tarpit.ts", "--quick"]] },
];

/** Runs a script of this folder and gives its figures. */
export async function figuresOf(script: readonly string[]): Promise<readonly Figure[]> {
  const [file = "", ...options] = script;
  const child = spawn(process.execPath, [fileURLToPath(new URL(file, import.meta.url)), ...options], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const gone = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const figures: Figure[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    const figure = line.startsWith("{") ? readFigure(line) : undefined;
    if (figure !== undefined) figures.push(figure);
  }
  if ((await gone) !== 0 || figures.length === 0) throw new Error(`${script.join(" ")} measured nothing`);
  return figures;
}

/** A line of a script: `value` with its `unit`, or one of the older names for both; the target as an object, or in words. */
function readFigure(line: string): Figure | undefined {
  const { name, value, unit, perSecond, kib, wanted, note }: Readonly<Record<string, unknown>> = JSON.parse(line);
  const [number, of] = value !== undefined ? [value, unit] : perSecond !== undefined ? [perSecond, "connections/s"] : [kib, "KiB"];
  if (typeof name !== "string" || typeof number !== "number") return undefined;
  const target = readWanted(wanted);
  return {
    name,
    value: number,
    unit: String(of),
    ...(target === undefined ? {} : { wanted: target }),
    ...(typeof note === "string" ? { note } : {}),
  };
}

function readWanted(wanted: unknown): Wanted | undefined {
  if (typeof wanted === "object" && wanted !== null) {
    if ("atMost" in wanted) return { atMost: Number(wanted.atMost) };
    return "atLeast" in wanted ? { atLeast: Number(wanted.atLeast) } : undefined;
  }
  const words = /^(>=|at least|<=?|at most)\s*([\d,.]+)/.exec(String(wanted));
  const amount = Number(words?.[2]?.replaceAll(",", ""));
  if (words === null || Number.isNaN(amount)) return undefined;
  return words[1] === ">=" || words[1] === "at least" ? { atLeast: amount } : { atMost: amount };
}

function wantedText({ wanted, unit }: Figure): string {
  if (wanted === undefined) return "";
  const [words, amount] = "atMost" in wanted ? ["at most", wanted.atMost] : ["at least", wanted.atLeast];
  return `${words} ${amount.toLocaleString("en")} ${unit}`;
}

function verdict(figure: Figure): string {
  const met = isMet(figure);
  if (met === undefined) return "";
  return met ? "met" : "missed";
}

function rowOf(figure: Figure): readonly string[] {
  return [figure.name, `${figure.value.toLocaleString("en")} ${figure.unit}`, wantedText(figure), verdict(figure), figure.note ?? ""];
}

const HEADS = ["figure", "measured", "wanted", "verdict", "how, and what limits it"];

function plainTable(figures: readonly Figure[]): string {
  const rows = [HEADS, ...figures.map(rowOf)].map((row) => row.slice(0, 4));
  const widths = HEADS.slice(0, 4).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")).join("\n");
}

function markdownRow(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

/** Rows of figures that were not measured this time stay as they are. */
function markdownTable(figures: readonly Figure[], before: string): string {
  const rows = new Map<string, string>();
  for (const line of before.split("\n")) {
    const name = /^\| (.*?) \| /.exec(line)?.[1];
    if (name !== undefined && name !== HEADS[0] && !name.startsWith("---")) rows.set(name, line);
  }
  for (const figure of figures) rows.set(figure.name, markdownRow(rowOf(figure)));
  return [markdownRow(HEADS), markdownRow(HEADS.map(() => "---")), ...rows.values()].join("\n");
}

/** What the figures hang on; neither names nor places. */
function machine(): string {
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  const load = (loadavg()[1] ?? 0).toFixed(1);
  return `${cpus().length} processors (${cpus()[0]?.model.trim() ?? "unknown"}), ${memory}, Linux ${release().split("-")[0]}, Node ${process.version}; load average ${load}`;
}

const DOCUMENT = fileURLToPath(new URL("../docs/benchmarks.md", import.meta.url));
const BEGIN = "<!-- figures: written by `npm run bench -- --write` -->";
const END = "<!-- end of figures -->";

function writeDocument(figures: readonly Figure[]): void {
  const text = readFileSync(DOCUMENT, "utf8");
  const [before, rest] = text.split(BEGIN);
  const [old, after] = rest?.split(END) ?? [];
  if (before === undefined || old === undefined || after === undefined) throw new Error("docs/benchmarks.md has no place for the figures");
  const measured = `${new Date().toISOString().slice(0, 10)}, ${machine()}.`;
  writeFileSync(DOCUMENT, `${before}${BEGIN}\n\n${measured}\n\n${markdownTable(figures, old)}\n\n${END}${after}`);
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { quick: { type: "boolean" }, json: { type: "boolean" }, write: { type: "boolean" } },
  });
  const figures: Figure[] = [];
  for (const { name, runs, quickRuns } of chosen(positionals)) {
    for (const script of values.quick === true ? quickRuns : runs) figures.push(...(await measure(name, script)));
  }
  if (values.json === true) for (const figure of figures) console.log(JSON.stringify(figure));
  else console.log(`\n${machine()}\n\n${plainTable(figures)}`);
  if (values.write === true) writeDocument(figures);
}

/** Those that were named; all if none was. */
function chosen(names: readonly string[]): readonly Benchmark[] {
  const unknown = names.filter((name) => !benchmarks.some((one) => one.name === name));
  if (unknown.length > 0) throw new Error(`no benchmark is named ${unknown.join(", ")}`);
  return names.length === 0 ? benchmarks : benchmarks.filter(({ name }) => names.includes(name));
}

async function measure(name: string, script: readonly string[]): Promise<readonly Figure[]> {
  const beganMs = performance.now();
  process.stderr.write(`${name} ...`);
  try {
    return await figuresOf(script);
  } catch (error) {
    process.exitCode = 1;
    process.stderr.write(` ${error instanceof Error ? error.message : String(error)}`);
    return [];
  } finally {
    process.stderr.write(` ${Math.round((performance.now() - beganMs) / 1_000)} s\n`);
  }
}

if (import.meta.main) await main();
