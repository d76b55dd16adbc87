import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hrtime } from "node:process";
import { vendorRegisters } from "../src/detectors/known/local/cpuid.ts";
import { tracerProgram } from "../src/disguise/tracer/start-traced.ts";
import { encodeTracerSpec } from "../src/disguise/tracer/tracer-spec.ts";
import { type Figure, printFigures, rounded } from "./figure.ts";

/**
 * What the tracer costs: the same commands without it, under it, and under it without CPUID, in turns; of each the fastest of all rounds counts,
 * since others use the machine. Of what computes, the processor's time counts, of what waits for the tracer the clock's. Needs gcc and make.
 *
 *     node bench/tracer.ts [--quick]
 */
const ROUNDS = process.argv.includes("--quick") ? 3 : 7;
const EXECS = 200;
const FILES = 40;

const folder = mkdtempSync(join(tmpdir(), "bench-tracer-"));
const spec = join(folder, "vmware.spec");

type Way = "plain" | "traced" | "no-cpuid";

function prefix(way: Way): readonly string[] {
  const program = tracerProgram();
  if (program === undefined) throw new Error("there is no tracer for this processor");
  if (way === "plain") return [];
  return way === "traced" ? [program, spec, "--"] : [program, "--no-cpuid", spec, "--"];
}

function must(command: readonly string[]): string {
  const [program = "", ...args] = command;
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: folder, encoding: "utf8", timeout: 120_000 });
  if (status !== 0) throw new Error(`${command.join(" ")}: ${stderr}`);
  return stdout;
}

function millisecondsOf(way: Way, command: readonly string[]): number {
  const start = hrtime.bigint();
  must([...prefix(way), ...command]);
  return Number(hrtime.bigint() - start) / 1e6;
}

/** User and system time of the command, as `times` of a shell tells it in its second line: `0m0.250000s 0m0.010000s`. */
function processorMillisecondsOf(way: Way, command: readonly string[]): number {
  const told = must(["sh", "-c", '"$@" >/dev/null; times', "sh", ...prefix(way), ...command]);
  const times = [...(told.split("\n")[1] ?? "").matchAll(/(\d+)m([\d.]+)s/g)];
  if (times.length !== 2) throw new Error(`no times: ${told}`);
  return times.reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60_000 + Number(seconds) * 1000, 0);
}

interface Work {
  readonly of: (way: Way, command: readonly string[]) => number;
  readonly command: readonly string[];
  /** What has to be done anew before each run. */
  readonly before?: readonly string[];
}

const works: Readonly<Record<"execs" | "loop" | "find" | "make", Work>> = {
  execs: { of: millisecondsOf, command: ["sh", "-c", `for i in $(seq ${EXECS}); do ./nothing; done`] },
  loop: { of: processorMillisecondsOf, command: ["./loop"] },
  find: { of: processorMillisecondsOf, command: ["find", "/usr", "-xdev", "-type", "f", "-newermt", "2100-01-01"] },
  make: { of: millisecondsOf, command: ["make", "-s", "-C", "tree"], before: ["make", "-s", "-C", "tree", "clean"] },
};

/** Fastest run of each way, milliseconds. */
function measured({ of, command, before }: Work, ways: readonly Way[]): Readonly<Record<Way, number>> {
  const best: Record<Way, number> = {
    plain: Number.POSITIVE_INFINITY,
    traced: Number.POSITIVE_INFINITY,
    "no-cpuid": Number.POSITIVE_INFINITY,
  };
  for (let round = 0; round < ROUNDS; round += 1)
    for (const way of ways) {
      if (before !== undefined) must(before);
      best[way] = Math.min(best[way], of(way, command));
    }
  return best;
}

function prepare(): void {
  writeFileSync(
    spec,
    encodeTracerSpec({
      cpuid: { "1.0": { set: { ecx: 0x8000_0000 } }, "40000000.0": { to: vendorRegisters("VMwareVMware", 0x4000_0010) } },
      vmwarePort: { "10": { eax: 6, ebx: 0x564d_5868, ecx: 2, edx: 0x5658 } },
    }),
  );
  writeFileSync(join(folder, "nothing.c"), "int main(void) { return 0; }\n");
  writeFileSync(join(folder, "loop.c"), "int main(void) { for (volatile long i = 0; i < 400000000; i++) {} return 0; }\n");
  for (const name of ["nothing", "loop"]) must(["gcc", "-O1", "-o", name, `${name}.c`]);
  const tree = join(folder, "tree");
  mkdirSync(tree);
  const rules = "p: $(patsubst %.c,%.o,$(wildcard *.c))\n\tgcc -o p $^\nclean:\n\trm -f *.o p\n";
  writeFileSync(join(tree, "Makefile"), rules);
  writeFileSync(join(tree, "main.c"), "int main(void) { return 0; }\n");
  for (let file = 0; file < FILES; file += 1)
    writeFileSync(join(tree, `part${file}.c`), `#include <stdio.h>\nint part${file}(int x) { return printf("%d", x + ${file}); }\n`);
}

function ratio(name: string, times: Readonly<Record<Way, number>>, way: Way): Omit<Figure, "wanted"> {
  const note = `${rounded(times.plain, 0)} ms without, ${rounded(times[way], 0)} ms under it`;
  return { name, value: rounded(times[way] / times.plain, 3), unit: "x", note };
}

function figures(): readonly Figure[] {
  const execs = measured(works.execs, ["plain", "traced", "no-cpuid"]);
  const loop = measured(works.loop, ["plain", "traced"]);
  const find = measured(works.find, ["plain", "traced"]);
  const make = measured(works.make, ["plain", "traced", "no-cpuid"]);
  const perExec = (way: Way) => rounded((execs[way] - execs.plain) / EXECS);
  return [
    {
      name: "tracer: what an exec costs more",
      value: perExec("traced"),
      unit: "ms",
      wanted: { atMost: 3.5 },
      note: "glibc asks CPUID 70 times",
    },
    { name: "tracer without CPUID: what an exec costs more", value: perExec("no-cpuid"), unit: "ms" },
    { ...ratio("tracer: a CPU loop", loop, "traced"), wanted: { atMost: 1.05 } },
    { ...ratio("tracer: find /usr", find, "traced"), wanted: { atMost: 1.05 } },
    ratio("tracer: make of a small C tree", make, "traced"),
    { ...ratio("tracer without CPUID: make of a small C tree", make, "no-cpuid"), wanted: { atMost: 1.05 } },
  ];
}

try {
  prepare();
  printFigures(figures());
} finally {
  rmSync(folder, { recursive: true, force: true });
}
