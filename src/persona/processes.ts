import type { Machine } from "../decoy/persona.ts";
import { integer, list, type Of, object, optional, type Path, type Problem, type Shape, text } from "../shape/shape.ts";
import { type Chance, chanceOf } from "./chance.ts";
import { anything, shapeOf } from "./plain.ts";

/**
 * The list of processes as a profile writes it: pids as steps from the one before, sizes and times as ranges, parents by name,
 * and groups that repeat for each further processor; drawn for a site into the persona's list, by pid.
 */
const range = shapeOf("A whole number, or a range such as 300..420", "a whole number, or a range such as 300..420", checkRange);
const pid = shapeOf("A process id", "a whole number, or steps from the process before, such as +1..9", checkPid);
const parent = shapeOf<string | number>("A process id, or the name of a process above", "a whole number or a name", (value) =>
  typeof value === "number" ? value : String(value),
);

const processSource = object("A process", {
  name: optional(text("To be a parent by")),
  pid,
  parent,
  user: text("Owner"),
  command: text("Command line; in brackets for a kernel thread"),
  rssKib: range,
  virtualKib: range,
  cpuSeconds: range,
  cpuPerDay: optional(integer("Processor time used each day, seconds", 0, 86_400)),
  startedSeconds: optional(range),
  startedAgo: optional(range),
  forksPerDay: optional(
    integer("Processes that began each day before this one did: they lie between its pid and the one above", 0, 100_000),
  ),
  terminal: optional(text("Controlling terminal")),
  state: optional(text("State letters, as ps shows them")),
});

type ProcessSource = Of<typeof processSource>;
type Process = Machine["processes"][number];
type Range = { readonly min: number; readonly max: number };
type Pid = Range & { readonly relative: boolean };

const eachCpu = object("Processes that each further processor has; @cpu in a command stands for its number", {
  eachCpu: list("Processes", processSource),
});
const sourceList: Shape<readonly unknown[]> = list("Processes", {
  ...anything("A process, or eachCpu"),
  check: (value, path, problems) =>
    (typeof value === "object" && value !== null && "eachCpu" in value ? eachCpu : processSource).check(value, path, problems),
});

export interface Running {
  readonly cpus: number;
  readonly uptimeDays: number;
  readonly seed: Uint8Array;
}

/** Draws the processes; undefined after adding to `problems`. */
export function drawProcesses(value: unknown, running: Running, problems: Problem[]): readonly Process[] | undefined {
  const before = problems.length;
  sourceList.check(value, ["machine", "processes"], problems);
  if (problems.length > before || !Array.isArray(value)) return undefined;
  const sources = value.flatMap((source: unknown) => expand(source, running.cpus));
  const named = new Map<string, number>();
  let last = 0;
  return sources.map((source, index) => {
    const chance = chanceOf(running.seed, `process ${index}`);
    const drawn = within(source.pid, chance);
    last = (source.pid.relative ? last + drawn : drawn) + Math.floor((source.forksPerDay ?? 0) * running.uptimeDays);
    if (source.name !== undefined) named.set(source.name, last);
    const parentPid = typeof source.parent === "number" ? source.parent : named.get(source.parent);
    if (parentPid === undefined)
      problems.push({
        path: ["machine", "processes", index, "parent"],
        why: `names no process above: ${source.parent}`,
        choices: [...named.keys()],
      });
    return processOf(source, { pid: last, parent: parentPid ?? 1, chance, running });
  });
}

function expand(source: unknown, cpus: number): ProcessSource[] {
  const group = eachCpu.check(source, [], []);
  const one = processSource.check(source, [], []);
  if (group === undefined || (typeof source === "object" && source !== null && !("eachCpu" in source)))
    return one === undefined ? [] : [one];
  return Array.from({ length: cpus - 1 }, (_, index) =>
    group.eachCpu.map((each) => ({ ...each, command: each.command.replaceAll("@cpu", String(index + 1)) })),
  ).flat();
}

function processOf(source: ProcessSource, drawn: { pid: number; parent: number; chance: Chance; running: Running }): Process {
  const { chance, running } = drawn;
  return {
    pid: drawn.pid,
    parent: drawn.parent,
    user: source.user,
    command: source.command,
    rssKib: within(source.rssKib, chance),
    virtualKib: within(source.virtualKib, chance),
    cpuSeconds:
      within(source.cpuSeconds, chance) + Math.floor((source.cpuPerDay ?? 0) * running.uptimeDays * (0.8 + chance.fraction() * 0.4)),
    startedSeconds: startedSeconds(source, chance, running.uptimeDays * 86_400),
    ...(source.terminal === undefined ? {} : { terminal: source.terminal }),
    ...(source.state === undefined ? {} : { state: source.state }),
  };
}

function startedSeconds({ startedSeconds, startedAgo }: ProcessSource, chance: Chance, uptimeSeconds: number): number {
  if (startedAgo !== undefined) return Math.max(0, Math.floor(uptimeSeconds) - within(startedAgo, chance));
  return startedSeconds === undefined ? 0 : within(startedSeconds, chance);
}

function within({ min, max }: Range, chance: Chance): number {
  return min === max ? min : chance.integer(min, max);
}

function checkRange(value: unknown, path: Path, problems: Problem[]): Range | undefined {
  const match = /^(\d{1,12})(?:\.\.(\d{1,12}))?$/.exec(String(value));
  const min = Number(match?.[1]);
  const max = Number(match?.[2] ?? match?.[1]);
  if (min <= max) return { min, max };
  problems.push({ path, why: "must be a whole number, or a range such as 300..420" });
  return undefined;
}

function checkPid(value: unknown, path: Path, problems: Problem[]): Pid | undefined {
  const relative = String(value).startsWith("+");
  const checked = checkRange(relative ? String(value).slice(1) : value, path, []);
  if (checked !== undefined) return { ...checked, relative };
  problems.push({ path, why: "must be a whole number, or steps from the process before, such as +1..9" });
  return undefined;
}
