import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { median } from "./figure.ts";

/**
 * What a disguised tree is given to do, and how long it takes. Of what computes and walks, the processor's time counts; of what starts programs,
 * the clock's, since they wait for the tracer. Both are taken inside the tree, so setting it up is in neither.
 */
export type WorkName = "execs" | "loop" | "find" | "make" | "makeByClock";

export const EXECS = 200;
const FILES = 40;

interface Work {
  readonly by: "clock" | "processor";
  readonly command: readonly string[];
  /** What has to be done anew before each run. */
  readonly before?: readonly string[];
}

const MAKE = { command: ["make", "-s", "-C", "tree"], before: ["make", "-s", "-C", "tree", "clean"] } as const;

const works: Readonly<Record<WorkName, Work>> = {
  execs: { by: "clock", command: ["sh", "-c", `for i in $(seq ${EXECS}); do ./nothing; done`] },
  loop: { by: "processor", command: ["./loop"] },
  find: { by: "processor", command: ["find", "/usr", "-xdev", "-type", "f", "-newermt", "2100-01-01"] },
  make: { by: "processor", ...MAKE },
  makeByClock: { by: "clock", ...MAKE },
};

/** The programs and the C tree, in a folder that the caller removes. */
export function prepareWorks(): string {
  const folder = mkdtempSync(join(tmpdir(), "bench-disguise-"));
  writeFileSync(join(folder, "nothing.c"), "int main(void) { return 0; }\n");
  writeFileSync(join(folder, "loop.c"), "int main(void) { for (volatile long i = 0; i < 2000000000; i++) {} return 0; }\n");
  for (const name of ["nothing", "loop"]) must(["gcc", "-O1", "-o", name, `${name}.c`], { folder });
  const tree = join(folder, "tree");
  mkdirSync(tree);
  writeFileSync(join(tree, "Makefile"), "p: $(patsubst %.c,%.o,$(wildcard *.c))\n\tgcc -o p $^\nclean:\n\trm -f *.o p\n");
  writeFileSync(join(tree, "main.c"), "int main(void) { return 0; }\n");
  for (let file = 0; file < FILES; file += 1)
    writeFileSync(join(tree, `part${file}.c`), `#include <stdio.h>\nint part${file}(int x) { return printf("%d", x + ${file}); }\n`);
  return folder;
}

/** A command that is to run inside a tree: the program, its own name for itself, and its words. */
export interface Start {
  readonly program: string;
  readonly name?: string;
  readonly words: readonly string[];
}

/** How a command comes into a tree; made anew for each run. */
export type Way = (command: readonly string[]) => Start;

export const plain: Way = ([program = "", ...words]) => ({ program, words });

interface Where {
  readonly folder: string;
  readonly way?: Way;
}

function must(command: readonly string[], { folder, way = plain }: Where): string {
  const { program, name, words } = way(command);
  const { status, stdout, stderr, error } = spawnSync(program, words, {
    cwd: folder,
    encoding: "utf8",
    timeout: 240_000,
    ...(name === undefined ? {} : { argv0: name }),
  });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${command.join(" ")}: status ${status}, ${stderr}`);
  return stdout;
}

/** Of `times`, user and system time of what was run, `0m0.250s 0m0.010s` in the second line; then nanoseconds by the clock. */
const MEASURED = 'a=$(date +%s%N); "$@" >/dev/null; s=$?; b=$(date +%s%N); times; echo "$((b - a)) $s"';

function measured(name: WorkName, where: Where): number {
  const { by, command, before } = works[name];
  if (before !== undefined) must(before, { folder: where.folder });
  const lines = must(["bash", "-c", MEASURED, "bash", ...command], where)
    .trim()
    .split("\n");
  const [nanoseconds, status] = (lines[2] ?? "").split(" ").map(Number);
  if (status !== 0 || nanoseconds === undefined) throw new Error(`${command.join(" ")} failed: ${lines.join(" | ")}`);
  if (by === "clock") return nanoseconds / 1e6;
  const times = [...(lines[1] ?? "").matchAll(/(\d+)m([\d.]+)s/g)];
  return times.reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60_000 + Number(seconds) * 1000, 0);
}

/** Of one way, against none in the same round. */
export interface Compared {
  /** Median of the rounds' ratios. */
  readonly ratio: number;
  /** Medians, milliseconds. */
  readonly without: number;
  readonly under: number;
}

/** Rounds in which the ways take turns, and each round begins with another one: what else the machine does then falls on all of them. */
export function compare(
  name: WorkName,
  ways: Readonly<Record<string, Way>>,
  where: { folder: string; rounds: number },
): Map<string, Compared> {
  const all = Object.entries({ none: plain, ...ways });
  const taken = new Map<string, number[]>(all.map(([way]) => [way, []]));
  for (let round = 0; round < where.rounds; round += 1)
    for (let turn = 0; turn < all.length; turn += 1) {
      const [way, start] = all[(round + turn) % all.length] ?? ["none", plain];
      taken.get(way)?.push(measured(name, { folder: where.folder, way: start }));
    }
  const none = taken.get("none") ?? [];
  const compared = (times: readonly number[]): Compared => ({
    ratio: median(times.map((time, round) => time / (none[round] ?? Number.NaN))),
    without: median(none),
    under: median(times),
  });
  return new Map([...taken].filter(([way]) => way !== "none").map(([way, times]) => [way, compared(times)]));
}
