import assert from "node:assert/strict";
import { groupsShape, machineShape, type Persona, type User, userShape } from "../decoy/persona.ts";
import { list, type Path, type Problem, type Shape, text } from "../shape/shape.ts";
import { type Account, accountFiles } from "./accounts.ts";
import { chanceOf, derive } from "./chance.ts";
import { commandsOf } from "./commands.ts";
import { draw, drawShape } from "./draw.ts";
import { type Life, lifeAt } from "./life.ts";
import { type LogWriting, writeLog } from "./logs.ts";
import { type BrokenLine, type Entry, encodeManifest, parseManifest } from "./manifest.ts";
import { at, isRecord, shapeOf, textAt } from "./plain.ts";
import { drawProcesses } from "./processes.ts";
import type { Profile } from "./profile.ts";
import { printProblem } from "./profile-file.ts";
import { follow, followText, type Names, type UnknownReference } from "./reference.ts";
import { TreeIndex } from "./tree-index.ts";

/**
 * From a profile to a persona: everything is drawn, every reference followed. What comes out depends on the profile, the seed and,
 * for what moves with time (boots, logs), the clock: a site shows the same machine at each start, and no two sites show the same.
 */
export interface Site {
  /** The site's own 32 bytes. */
  readonly seed: Uint8Array;
  /** Now, Unix milliseconds. */
  readonly wallMs: number;
}

/** Draws a site's persona. The profile must have been found free of problems: see `checkProfile`. */
export function settlePersona(profile: Profile, site: Site): Persona {
  const { persona, problems } = trySettle(profile, site);
  assert(persona !== undefined, problems.map((problem) => printProblem(profile.file.locate(problem))).join("\n"));
  return persona;
}

export interface Settled {
  readonly persona: Persona | undefined;
  readonly entries: ReadonlyMap<string, Entry>;
  readonly problems: readonly Problem[];
}

export function trySettle(profile: Profile, site: Site): Settled {
  const { source } = profile;
  const problems: Problem[] = [];
  const seed = derive(site.seed, `profile ${profile.name}`);
  const life = lifeAt(source.life, seed, site.wallMs);
  const names = drawNames(profile, { seed, life, problems });
  const filled = (part: string, value: unknown) => fill([part], value, { names, problems });
  const machine = settleMachine(filled("machine", source.machine), {
    seed,
    uptimeDays: (site.wallMs - life.bootMs) / 86_400_000,
    problems,
  });
  const accounts = checked(list("Accounts", accountShape), filled("users", source.users), { path: ["users"], problems });
  const groups = checked(groupsShape, filled("groups", source.groups), { path: ["groups"], problems });
  const services = filled("services", source.services);
  if (machine === undefined || accounts === undefined || groups === undefined || !isRecord(services))
    return { persona: undefined, entries: new Map(), problems };
  const logs = writeLogs(profile, { hostname: machine.hostname, seed, bootMs: life.bootMs, wallMs: site.wallMs });
  const files = {
    ...accountFiles(accounts, groups, life.installedMs),
    ...settleContents(profile, { names, problems, cpus: machine.cpus }),
    ...Object.fromEntries([...logs].map(([path, { text }]) => [path, text])),
  };
  const { entries, manifest, kept } = settleTree(profile, { names, problems, files, logs, times: { ...life, wallMs: site.wallMs } });
  const users = accounts.map(({ shadow: _, ...user }): User => user);
  const persona = {
    name: profile.name,
    machine,
    users,
    groups,
    services,
    tree: { manifest, files: kept },
    seed: derive(seed, "persona").toString("hex"),
    commands: commandsOf(entries, new TreeIndex(entries)),
  };
  return { persona: problems.length === 0 ? persona : undefined, entries, problems };
}

const accountShape = shapeOf<Account>("An account", "an account with its field of /etc/shadow", (value, path, problems) => {
  if (!isRecord(value)) {
    problems.push({ path, why: "must be an account" });
    return undefined;
  }
  const { shadow = "*", ...rest } = value;
  const user = userShape.check(rest, path, problems);
  const field = text("Password field").check(shadow, [...path, "shadow"], problems);
  return user === undefined || field === undefined ? undefined : { ...user, shadow: field };
});

interface Checking {
  readonly path: Path;
  readonly problems: Problem[];
}

/** The checked value; undefined also when only a part of it is wrong. */
function checked<T>(shape: Shape<T>, value: unknown, { path, problems }: Checking): T | undefined {
  const before = problems.length;
  const found = shape.check(value, path, problems);
  return problems.length === before ? found : undefined;
}

/** The values that texts may refer to: the draws by name, and the machine's life. */
function drawNames(profile: Profile, { seed, life, problems }: { seed: Uint8Array; life: Life; problems: Problem[] }): Names {
  const names: Record<string, unknown> = { life };
  for (const [name, source] of Object.entries(profile.source.draws)) {
    const path = ["draws", name];
    const spec = fill(path, source, { names, problems });
    if (checked(drawShape, spec, { path, problems }) !== undefined) names[name] = draw(spec, chanceOf(seed, `draw ${name}`), life);
  }
  return names;
}

interface Filling {
  readonly names: Names;
  readonly problems: Problem[];
}

function fill(part: Path, value: unknown, { names, problems }: Filling): unknown {
  const unknown: UnknownReference[] = [];
  const filled = follow(value, names, unknown);
  for (const { path, reference } of unknown) problems.push(unknownReference([...part, ...path], reference, names));
  return filled;
}

function unknownReference(path: Path, reference: string, names: Names): Problem {
  return { path, why: `refers to @{${reference}}, which is not drawn`, choices: Object.keys(names) };
}

function settleMachine(value: unknown, { seed, uptimeDays, problems }: { seed: Uint8Array; uptimeDays: number; problems: Problem[] }) {
  if (!isRecord(value)) return undefined;
  const cpus = at(value, "cpus");
  const processes = drawProcesses(at(value, "processes"), { cpus: typeof cpus === "number" ? cpus : 1, uptimeDays, seed }, problems);
  return checked(machineShape, { ...value, processes: processes ?? [] }, { path: ["machine"], problems });
}

function settleContents(profile: Profile, { names, problems, cpus }: Filling & { cpus: number }): Record<string, string> {
  const files: Record<string, string> = {};
  for (const [path, text] of Object.entries(profile.contents)) {
    const unknown: UnknownReference[] = [];
    files[followText(path, names, unknown)] = followText(text, names, unknown);
    for (const { reference } of unknown) problems.push(unknownReference(["tree", "files", path], reference, names));
  }
  const { cpuinfo } = profile.source;
  if (cpuinfo === undefined) return files;
  const each = Array.from({ length: cpus }, (_, cpu) => cpuinfo.each.replaceAll("@cpu", String(cpu)));
  const text = fill(["cpuinfo"], `${cpuinfo.head}${each.join("")}${cpuinfo.tail}`, { names, problems });
  return { ...files, "/proc/cpuinfo": textAt({ text }, "text") };
}

type Logs = ReadonlyMap<string, ReturnType<typeof writeLog>>;

function writeLogs({ source }: Profile, writing: LogWriting): Logs {
  return new Map(source.logs.map((log) => [log.path, writeLog(log, writing)]));
}

interface Growing extends Filling {
  readonly logs: Logs;
  readonly files: Readonly<Record<string, string>>;
  readonly times: Life & { readonly wallMs: number };
}

/** The tree's entries with the sizes of their contents, and the contents that have an entry; /proc and /sys need none. */
function settleTree(profile: Profile, { names, problems, files, logs, times }: Growing) {
  const unknown: UnknownReference[] = [];
  const broken: BrokenLine[] = [];
  const parsed = parseManifest(followText(profile.treeLines, names, unknown), broken);
  for (const { reference } of unknown) problems.push(unknownReference(["tree"], reference, names));
  for (const { line, why } of broken) problems.push({ path: ["tree"], why: `has a broken line (${line}): ${why}` });
  const sized = [...parsed.values()].map((entry): [string, Entry] => {
    const text = files[entry.path];
    const lastMs = logs.get(entry.path)?.lastMs;
    const mtime = lastMs === undefined ? entry.mtime : String(Math.floor(lastMs / 1000));
    return [entry.path, text === undefined || entry.type !== "f" ? entry : { ...entry, mtime, size: String(Buffer.byteLength(text)) }];
  });
  const entries = new Map(sized);
  const generated = new Set(["/etc/passwd", "/etc/group", "/etc/shadow", "/etc/gshadow"]);
  const kept = Object.entries(files).filter(([path]) => entries.get(path)?.type === "f" || !generated.has(path));
  return { entries, manifest: encodeManifest(entries, times), kept: Object.fromEntries(kept) };
}
