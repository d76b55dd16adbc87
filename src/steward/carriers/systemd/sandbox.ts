import { isWithin } from "../../../disguise/overlay/host-tree.ts";
import { ambientCapabilities } from "./capabilities.ts";
import type { UnitSettings } from "./unit-text.ts";

/**
 * Whether a unit's own sandbox lets the guard make mounts and drop rights before the command starts. The sandbox is never widened: a unit that
 * has one in the way stays as it is. Settings: systemd.exec(5).
 */
export interface SandboxAsked {
  readonly unit: UnitSettings;
  /** What systemd itself makes of `SystemCallFilter=`, groups resolved (`systemctl show`); undefined: it did not say. */
  readonly filter: string | undefined;
  /** Whether the guard changes the account, which systemd would have done. */
  readonly changesAccount: boolean;
  readonly changesHostName: boolean;
  /** Where the guard and its plan lie. */
  readonly folder: string;
}

/** Why not, the end of a sentence; undefined: nothing is in the way. */
export function sandboxInTheWay(asked: SandboxAsked): string | undefined {
  return (
    settingInTheWay(asked.unit) ??
    pathInTheWay(asked) ??
    missingCapability(asked) ??
    forbiddenNamespace(asked) ??
    forbiddenCall(asked) ??
    (asked.changesAccount ? accountInTheWay(asked.unit) : undefined) ??
    (asked.changesHostName && asked.unit.is("ProtectHostname") ? "it may not change that (ProtectHostname=)" : undefined)
  );
}

/** Settings that are in the way with any value. */
const CLOSED: Readonly<Record<string, string>> = {
  RootDirectory: "it has a root directory of its own",
  RootImage: "its root directory is an image",
  AppArmorProfile: "AppArmor would confine the guard by the service's profile",
  SELinuxContext: "SELinux would confine the guard by the service's context",
  SmackProcessLabel: "Smack would confine the guard by the service's label",
  RestrictFileSystems: "it may use some kinds of file systems only",
  SecureBits: "it gets secure bits, which change what becomes of capabilities",
};

function settingInTheWay(unit: UnitSettings): string | undefined {
  const closed = Object.entries(CLOSED).find(([name]) => unit.last(name) !== undefined);
  if (closed !== undefined) return `${closed[1]} (${closed[0]}=)`;
  if (ambientCapabilities(unit.given("AmbientCapabilities")) === undefined)
    return "which capabilities it gets beside its account is not known here (AmbientCapabilities=)";
  if (unit.is("DynamicUser")) return "its account is a new one at every start (DynamicUser=)";
  if (!/^(|0|no|n|false|f|off)$/i.test(unit.last("PrivateUsers") ?? "")) return "it has a user namespace of its own (PrivateUsers=)";
  if (unit.last("ProcSubset") === "pid") return "it sees processes only in /proc (ProcSubset=)";
  if (/^(0|no|n|false|f|off)$/i.test(unit.last("DefaultDependencies", "Unit") ?? "yes"))
    return "it may start before all file systems are there (DefaultDependencies=)";
  return undefined;
}

function pathInTheWay({ unit, folder }: SandboxAsked): string | undefined {
  const closing = ["InaccessiblePaths", "InaccessibleDirectories", "TemporaryFileSystem", "NoExecPaths"].find((name) =>
    unit
      .list(name)
      .flatMap((line) => line.split(/\s+/))
      .some((path) =>
        isWithin(
          path
            .replace(/^[-+]+/, "")
            .replace(/:.*$/, "")
            .replace(/(?<=.)\/+$/, ""),
          folder,
        ),
      ),
  );
  return closing === undefined ? undefined : `${folder} is closed to it (${closing}=)`;
}

/** capabilities(7): mounts, generated files of any owner and mode, the way back where the set-up fails. */
const NEEDED = ["CAP_SYS_ADMIN", "CAP_SYS_CHROOT", "CAP_CHOWN", "CAP_FOWNER", "CAP_DAC_OVERRIDE"] as const;
const NEEDED_FOR_ACCOUNT = ["CAP_SETUID", "CAP_SETGID"] as const;

function missingCapability({ unit, changesAccount }: SandboxAsked): string | undefined {
  const needed = [...NEEDED, ...(changesAccount ? NEEDED_FOR_ACCOUNT : [])];
  const bound = boundingSet(unit.given("CapabilityBoundingSet"), needed);
  const missing = needed.find((name) => !bound.has(name));
  return missing === undefined ? undefined : `it is not allowed ${missing} (CapabilityBoundingSet=)`;
}

/** Which of the names are in it: lists add up, `~` takes away, an empty value takes all away, `~` alone gives all back. */
function boundingSet(values: readonly string[], names: readonly string[]): ReadonlySet<string> {
  const all: ReadonlySet<string> = new Set(names);
  let bound = all;
  let isWhole = true;
  for (const value of values) {
    const isInverse = value.startsWith("~");
    const named = new Set(
      value
        .replace("~", "")
        .toUpperCase()
        .split(/\s+/)
        .filter((name) => name !== ""),
    );
    const from = isWhole || named.size === 0 ? (isInverse ? all : new Set<string>()) : bound;
    bound = isInverse ? from.difference(named) : from.union(named);
    isWhole = isInverse && named.size === 0;
  }
  return bound;
}

const NO = /^(0|no|n|false|f|off)$/i;
const YES = /^(1|yes|y|true|t|on)$/i;

function forbiddenNamespace({ unit, changesHostName }: SandboxAsked): string | undefined {
  const allowed = unit.given("RestrictNamespaces").reduce<Allowed>(namespacesAfter, undefined);
  const needed = changesHostName ? ["mnt", "uts"] : ["mnt"];
  const missing = allowed === undefined ? undefined : needed.find((name) => !allowed.has(name));
  return missing === undefined ? undefined : `it may make no ${missing} namespaces (RestrictNamespaces=)`;
}

/** Of the kinds that are needed; undefined: all kinds. */
type Allowed = ReadonlySet<string> | undefined;
const KINDS: ReadonlySet<string> = new Set(["mnt", "uts"]);

/** Lists add up, `~` takes away. */
function namespacesAfter(allowed: Allowed, value: string): Allowed {
  if (value === "" || NO.test(value)) return undefined;
  if (YES.test(value)) return new Set();
  const named = new Set(value.replace("~", "").split(/\s+/));
  return value.startsWith("~") ? (allowed ?? KINDS).difference(named) : (allowed ?? new Set<string>()).union(named);
}

/** What the guard calls beside what every program does (kernel/guard/system.h). */
const CALLS = [
  ...[
    "unshare",
    "setns",
    "mount",
    "umount2",
    "open_tree",
    "move_mount",
    "pivot_root",
    "chroot",
    "prctl",
    "clone",
    "fork",
    "wait4",
    "setsid",
  ],
  ...["mkdir", "mkdirat", "mknodat", "symlinkat", "readlinkat", "fchownat", "fchmodat", "utimensat", "dup3", "pipe2", "execve", "execveat"],
];
const CALLS_FOR_ACCOUNT = ["setgroups", "setresuid", "setresgid", "getresuid", "getresgid", "capset", "capget"];

function forbiddenCall({ unit, filter, changesAccount, changesHostName }: SandboxAsked): string | undefined {
  if (unit.given("SystemCallFilter").length === 0) return undefined;
  if (filter === undefined) return "which system calls it may make cannot be told (SystemCallFilter=)";
  const needed = [...CALLS, ...(changesAccount ? CALLS_FOR_ACCOUNT : []), ...(changesHostName ? ["sethostname"] : [])];
  const words = filter
    .replace(/^~/, "")
    .split(/\s+/)
    .filter((word) => word !== "");
  if (words.length === 0) return undefined;
  const isDenying = filter.startsWith("~");
  // A name with an error number is refused in either kind of list.
  const listed = new Set(words.filter((word) => isDenying || !word.includes(":")).map((word) => word.replace(/:.*$/, "")));
  const denied = needed.find((name) => listed.has(name) === isDenying);
  return denied === undefined ? undefined : `it may not call ${denied} (SystemCallFilter=)`;
}

/** Each makes a filter of system calls; for an account other than root's, systemd handles rights another way then. */
const FILTERING = [
  "SystemCallFilter",
  "SystemCallLog",
  "SystemCallArchitectures",
  "RestrictAddressFamilies",
  "RestrictNamespaces",
  "MemoryDenyWriteExecute",
  "RestrictRealtime",
  "RestrictSUIDSGID",
  "LockPersonality",
  "PrivateDevices",
  "ProtectHostname",
  "ProtectClock",
  "ProtectKernelTunables",
  "ProtectKernelModules",
  "ProtectKernelLogs",
];

function accountInTheWay(unit: UnitSettings): string | undefined {
  if (unit.last("PAMName") !== undefined) return "its account comes with a session of PAM's (PAMName=)";
  const filtering = FILTERING.find((name) => !/^(|0|no|n|false|f|off)$/i.test(unit.last(name) ?? ""));
  if (filtering === undefined || unit.is("NoNewPrivileges")) return undefined;
  return `without NoNewPrivileges=yes, its filter of system calls would leave other rights than it has now (${filtering}=)`;
}
