import { existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type State, subjectOf } from "./change.ts";
import type { HostPort } from "./host-port.ts";
import { isSame, lookAt } from "./kinds.ts";
import type { Entry, Ledger } from "./ledger.ts";
import { leftCgroups, sweepCgroup } from "./left-cgroups.ts";
import { isTokenOf } from "./process-token.ts";
import { processNumbers, stopProcess, tokenOf } from "./real-processes.ts";
import { codeOf } from "./safe-path.ts";

/**
 * What of a disguise is on this host although the ledger does not have it: after a ledger was lost or put back from a backup, or after programs were
 * killed that would have cleaned up. It is found by the last revert's own lines, and by the marks that our things have.
 */
export interface Leftover {
  readonly kind: "mount" | "file" | "drop-in" | "process" | "sysctl" | "module" | "link" | "cgroup" | "plan";
  /** A path, a name, or a process's number. */
  readonly what: string;
  /** A sentence's rest: `is as the last disguise had made it`. */
  readonly why: string;
  /** Takes it away, where nothing but ours can be hit by that. */
  readonly sweep?: () => void;
}

export interface AuditAsked {
  readonly ledger: Ledger;
  readonly host: HostPort;
  /** The steward's own folder: what names it is the steward's. */
  readonly folder: string;
  /** This site's number (CarryAsked.mark): our mounts have it as an option, our processes in their token. */
  readonly mark?: number;
  /** Seeds of the sites that disguise here: by their numbers, cgroups of `disguise run` are told from others. */
  readonly seeds?: readonly string[];
  /** Whose mount namespace is looked at; 1 unless a test has one of its own. */
  readonly process1?: number;
  readonly temporary?: string;
}

/** Changes nothing; needs root to see all. What the ledger has is no left-over. */
export function findLeftovers(asked: AuditAsked): readonly Leftover[] {
  return [
    ...leftOfFormer(asked),
    ...leftMounts(asked),
    ...leftFiles(asked),
    ...leftProcesses(asked),
    ...leftModule(asked),
    ...leftCgroups(asked.seeds ?? []).map(
      (path): Leftover => ({ kind: "cgroup", what: path, why: "is empty, and of a tree that has ended", sweep: () => sweepCgroup(path) }),
    ),
    ...leftPlans(asked.temporary ?? tmpdir()),
  ];
}

/** Takes away what can be taken away without touching anything but ours; answers the rest. */
export function sweepLeftovers(leftovers: readonly Leftover[]): readonly Leftover[] {
  return leftovers.filter(({ sweep }) => {
    sweep?.();
    return sweep === undefined;
  });
}

// ---- What the last revert had undone ----

const KINDS: Readonly<Record<Entry["change"]["kind"], Leftover["kind"]>> = {
  file: "file",
  directory: "file",
  link: "file",
  attributes: "file",
  mount: "mount",
  sysctl: "sysctl",
  module: "module",
  process: "process",
  "link-address": "link",
  "link-name": "link",
};

function leftOfFormer({ ledger, host }: AuditAsked): readonly Leftover[] {
  const current = new Set(ledger.entries.map(({ change }) => subjectOf(change)));
  const former = ledger.former.filter(({ change }) => !current.has(subjectOf(change)));
  const first = new Map(former.toReversed().map((entry) => [subjectOf(entry.change), entry.before]));
  const left = former.filter(({ change, after }) => {
    const now = lookAt(change, host);
    const before = first.get(subjectOf(change));
    return after !== undefined && before !== undefined && isSame(atTimeOf(after, now), after) && !isSame(now, before);
  });
  return [...new Map(left.map((entry) => [subjectOf(entry.change), entry])).values()].map(({ change }) => ({
    kind: "path" in change && isDropIn(change.path) ? "drop-in" : KINDS[change.kind],
    what: "path" in change ? change.path : subjectOf(change),
    why: "is as the last disguise had made it",
  }));
}

/** Somebody may have touched it since: what is left over is not told by its time. */
function atTimeOf(other: State, now: State): State {
  if (now.is === "value" || other.is === "value" || other.modified === undefined) return now;
  return { ...now, modified: other.modified };
}

// ---- What has our mark ----

/** Where services and logins are told of a disguise. */
const DROP_IN_FOLDERS: readonly string[] = ["/etc/systemd/system", "/run/systemd/system"];
const CONF_FOLDERS: readonly string[] = ["/etc/security/namespace.d", "/etc/ssh/sshd_config.d", "/etc/pam.d", "/etc/modules-load.d"];

function isDropIn(path: string): boolean {
  return /^\/(etc|run)\/systemd\/system\/[^/]+\.d\//.test(path) || CONF_FOLDERS.some((folder) => path.startsWith(`${folder}/`));
}

function leftFiles({ ledger, folder }: AuditAsked): readonly Leftover[] {
  const known = pathsIn(ledger.entries);
  const former = pathsIn(ledger.former);
  const dropIns = DROP_IN_FOLDERS.flatMap((place) =>
    names(place)
      .filter((name) => name.endsWith(".d"))
      .map((name) => join(place, name)),
  );
  return [...dropIns, ...CONF_FOLDERS]
    .flatMap((place) => names(place).map((name) => join(place, name)))
    .filter((path) => !known.has(path) && !former.has(path) && isOurs(path, folder))
    .map((path) => ({ kind: "drop-in", what: path, why: "names the steward's things, and is in no ledger" }));
}

function pathsIn(entries: readonly Entry[]): ReadonlySet<string> {
  return new Set(entries.flatMap(({ change }) => ("path" in change ? [change.path] : [])));
}

function isOurs(path: string, folder: string): boolean {
  const text = textOf(path);
  return text !== undefined && (text.includes(`${folder}/`) || /\/guard-x64\b.*\b(enter|here)\b|\/utsusemi-logins\//.test(text));
}

/** proc(5), mountinfo: field 4 is what of the file system is mounted, 5 where; behind ` - ` type, source, options. */
function leftMounts({ ledger, folder, mark, process1 = 1 }: AuditAsked): readonly Leftover[] {
  const known = pathsIn(ledger.entries);
  return (textOf(`/proc/${process1}/mountinfo`) ?? "").split("\n").flatMap((line): readonly Leftover[] => {
    const [, , , from = "", at = ""] = line.split(" ");
    const [, source = "", options = ""] = (line.split(" - ")[1] ?? "").split(" ");
    const isMarked = mark !== undefined && options.split(",").includes(`nr_inodes=${mark}`);
    if (known.has(at) || !(isMarked || [from, source].some((path) => path.startsWith(`${folder}/`)))) return [];
    return [{ kind: "mount", what: at, why: "is mounted for everybody, and is in no ledger" }];
  });
}

const SLEEPER = join(import.meta.dirname, "..", "..", "..", "kernel", "guard", "sleeper-x64");

/** Those of a process tree under a disguise have no token: they end with it. Another site's are not ours. */
function leftProcesses({ ledger, mark }: AuditAsked): readonly Leftover[] {
  const known = new Set(ledger.entries.flatMap(({ change }) => (change.kind === "process" ? [change.token] : [])));
  const former = new Set(ledger.former.flatMap(({ change }) => (change.kind === "process" ? [change.token] : [])));
  const body = existsSync(SLEEPER) ? readFileSync(SLEEPER) : undefined;
  if (body === undefined || mark === undefined) return [];
  return processNumbers().flatMap((pid): readonly Leftover[] => {
    if (!runs(pid, body)) return [];
    const token = tokenOf(pid);
    if (token === undefined || !isTokenOf(mark, token) || known.has(token) || former.has(token)) return [];
    return [{ kind: "process", what: pid, why: "runs in the background, and is in no ledger", sweep: () => stopProcess(token) }];
  });
}

function runs(pid: string, body: Uint8Array): boolean {
  const program = `/proc/${pid}/exe`;
  try {
    return statSync(program).size === body.length && readFileSync(program).equals(body);
  } catch (error) {
    if (codeOf(error) !== undefined) return false;
    throw error;
  }
}

function leftModule({ ledger, host }: AuditAsked): readonly Leftover[] {
  const isWanted = ledger.entries.some(({ change }) => change.kind === "module" && change.name === "utsusemi");
  return host.isLoaded("utsusemi") && !isWanted && ledger.entries.length === 0
    ? [{ kind: "module", what: "utsusemi", why: "is loaded, and no disguise needs it" }]
    : [];
}

const PLAN = /^utsusemi-run-(\d+)-[0-9a-f]{16}$/;

function leftPlans(folder: string): readonly Leftover[] {
  return names(folder).flatMap((name): readonly Leftover[] => {
    const pid = PLAN.exec(name)?.[1];
    if (pid === undefined || existsSync(`/proc/${pid}`)) return [];
    const path = join(folder, name);
    return [{ kind: "plan", what: path, why: "is the plan of a tree that never began", sweep: () => rmSync(path, { force: true }) }];
  });
}

function names(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (codeOf(error) !== undefined) return [];
    throw error;
  }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "latin1");
  } catch (error) {
    if (codeOf(error) !== undefined) return undefined;
    throw error;
  }
}
