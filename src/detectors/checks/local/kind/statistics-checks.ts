import { type Check, clean, type Judgement, shown, unknown } from "../../../check.ts";
import { type Files, isAbsence, lineOf, textOf } from "../../../views/files.ts";
import type { LocalView } from "../../../views/local-view.ts";

/**
 * What use leaves on a host, after Rowe's metrics of file systems: times that cluster as packages do, homes with something in them, people
 * who logged in. Images of containers and small systems lack much of it without being fake, hence the low ratios.
 */
interface Row {
  readonly name: string;
  readonly family: string;
  readonly looksAt: string;
  readonly reason: string;
  readonly ratio: number;
  readonly judge: (view: LocalView) => Judgement;
}

const rows: readonly Row[] = [
  {
    name: "files.one-time",
    family: "file-statistics",
    looksAt: "modification times in /etc",
    reason: "All files of a folder that administrators change carry one time: they were made by a generator.",
    ratio: 1.5,
    judge: oneTime,
  },
  {
    name: "files.scattered-times",
    family: "file-statistics",
    looksAt: "modification times in /usr/bin",
    reason: "Packages install files in bundles; times that never meet were drawn at random.",
    ratio: 2.5,
    judge: scattered,
  },
  {
    name: "files.future-times",
    family: "file-statistics",
    looksAt: "modification times in /etc, /var/log, /usr/bin",
    reason: "Files from a time to come were dated by somebody.",
    ratio: 2,
    judge: future,
  },
  {
    name: "files.nothing-recent",
    family: "file-statistics",
    looksAt: "newest file in /var/log, /tmp, /run, /etc, /var/tmp",
    reason: "A running host writes something every month.",
    ratio: 3,
    judge: nothingRecent,
  },
  {
    name: "files.no-manuals",
    family: "use",
    looksAt: "/usr/share/man/man1",
    reason: "Manual pages are left out where nobody is meant to work.",
    ratio: 1.1,
    judge: noManuals,
  },
  {
    name: "users.few",
    family: "use",
    looksAt: "accounts in /etc/passwd",
    reason: "Even small systems have accounts for their services.",
    ratio: 2,
    judge: fewAccounts,
  },
  {
    name: "users.empty-homes",
    family: "use",
    looksAt: "folders in /home",
    reason: "Accounts of people without a single file of theirs were never used.",
    ratio: 1.5,
    judge: emptyHomes,
  },
  {
    name: "users.no-history",
    family: "use",
    looksAt: "shell histories in /root and /home",
    reason: "Nobody ever typed a command here that was remembered.",
    ratio: 1.2,
    judge: noHistory,
  },
  {
    name: "users.never-logged-in",
    family: "use",
    looksAt: "/var/log/wtmp, /var/log/lastlog, /var/lib/wtmpdb",
    reason: "No login was ever recorded, though somebody is logged in.",
    ratio: 1.2,
    judge: neverLoggedIn,
  },
  {
    name: "host.just-booted",
    family: "use",
    looksAt: "/proc/uptime",
    reason: "Honeypots and sandboxes are set back to a snapshot for each visitor.",
    ratio: 1.3,
    judge: justBooted,
  },
  {
    name: "host.no-load",
    family: "use",
    looksAt: "/proc/loadavg",
    reason: "A load of exactly 0.00 over all three spans after days of uptime is a constant.",
    ratio: 1.5,
    judge: noLoad,
  },
  {
    name: "host.no-packages",
    family: "use",
    looksAt: "databases of dpkg, rpm, apk and opkg",
    reason: "A distribution without any record of its packages was not installed from packages.",
    ratio: 1.5,
    judge: noPackages,
  },
  {
    name: "host.other-packages",
    family: "use",
    looksAt: "package tools against /etc/os-release",
    reason: "The distribution's own package tool is missing and another's is there.",
    ratio: 8,
    judge: otherPackages,
  },
  {
    name: "host.kernel-log",
    family: "proc-agreement",
    looksAt: "Linux version in the kernel's log against uname",
    reason: "The boot messages are another kernel's than the one that runs.",
    ratio: 12,
    judge: otherKernelLog,
  },
  {
    name: "host.processor",
    family: "proc-agreement",
    looksAt: "/proc/cpuinfo against uname -m",
    reason: "The processor in /proc cannot run the machine code that uname names.",
    ratio: 12,
    judge: otherProcessor,
  },
];

export const statisticsChecks: readonly Check<LocalView>[] = rows.map(({ name, ...row }) => ({
  ...row,
  id: `kind.${name}`,
  class: "kind",
  side: "local",
  source: "Rowe, Measuring the Effectiveness of Honeypot Counter-counterdeception (HICSS 2006); proc(5)",
}));

const MOST_LOOKS = 400;

function timesIn(files: Files, folder: string): readonly number[] | undefined {
  const names = files.list(folder);
  if (isAbsence(names)) return undefined;
  return names.slice(0, MOST_LOOKS).flatMap((name) => {
    const look = files.look(`${folder}/${name}`);
    return isAbsence(look) || look.kind !== "file" ? [] : [look.modified];
  });
}

function oneTime({ files }: LocalView): Judgement {
  const times = timesIn(files, "/etc");
  if (times === undefined || times.length < 10) return unknown("too few files to compare");
  const different = new Set(times.map(Math.floor)).size;
  // An image file system (squashfs, ostree) is built at one time by its nature.
  if (files.list("/rom") !== "absent" || files.list("/ostree") !== "absent") return clean("an image is the root file system");
  return different === 1 ? shown(`${times.length} files, one time`) : clean(`${different} times in ${times.length} files`);
}

function scattered({ files }: LocalView): Judgement {
  const times = timesIn(files, "/usr/bin");
  if (times === undefined || times.length < 50) return unknown("too few files to compare");
  const days = new Set(times.map((time) => Math.floor(time / 3600))).size;
  return days > times.length * 0.9 ? shown(`${times.length} files at ${days} hours`) : clean(`${times.length} files at ${days} hours`);
}

function future({ files, takenAtMs }: LocalView): Judgement {
  const times = ["/etc", "/var/log", "/usr/bin"].flatMap((folder) => timesIn(files, folder) ?? []);
  if (times.length === 0 || takenAtMs === 0) return unknown("no times of files");
  const late = times.filter((time) => time > takenAtMs / 1000 + 2 * 86_400).length;
  return late > 0 ? shown(`${late} of ${times.length} files`) : clean(`none of ${times.length} files`);
}

function nothingRecent({ files, takenAtMs }: LocalView): Judgement {
  const times = ["/var/log", "/tmp", "/run", "/etc", "/var/tmp"].flatMap((folder) => timesIn(files, folder) ?? []);
  if (times.length < 10 || takenAtMs === 0) return unknown("too few times of files");
  const days = Math.floor((takenAtMs / 1000 - Math.max(...times)) / 86_400);
  return days > 30 ? shown(`the newest of ${times.length} files is ${days} days old`) : clean(`newest: ${Math.max(0, days)} days`);
}

function noManuals({ files }: LocalView): Judgement {
  const names = files.list("/usr/share/man/man1");
  if (names === "absent") return shown("no manual pages");
  if (isAbsence(names)) return unknown("the folder was not listed");
  return names.length === 0 ? shown("no manual pages") : clean(`${names.length} pages`);
}

function accountsIn(files: Files): readonly (readonly string[])[] | undefined {
  return textOf(files, "/etc/passwd")
    ?.split("\n", 10_000)
    .map((line) => line.split(":"))
    .filter((fields) => fields.length >= 7);
}

function fewAccounts({ files }: LocalView): Judgement {
  const accounts = accountsIn(files);
  if (accounts === undefined) return unknown("/etc/passwd was not read");
  return accounts.length < 3 ? shown(`${accounts.length} accounts`) : clean(`${accounts.length} accounts`);
}

function homesIn(files: Files): readonly { readonly path: string; readonly names: readonly string[] }[] | undefined {
  const homes = files.list("/home");
  if (isAbsence(homes)) return undefined;
  return homes.slice(0, MOST_LOOKS).flatMap((home) => {
    const names = files.list(`/home/${home}`);
    return isAbsence(names) ? [] : [{ path: `/home/${home}`, names }];
  });
}

const SKELETON = new Set([".bashrc", ".bash_logout", ".profile", ".bash_profile", ".kshrc", "lost+found"]);

function emptyHomes({ files }: LocalView): Judgement {
  const homes = homesIn(files);
  if (homes === undefined || homes.length === 0) return unknown("no homes can be listed");
  const used = homes.filter(({ names }) => names.some((name) => !SKELETON.has(name)));
  return used.length === 0 ? shown(`${homes.length} homes, all empty`) : clean(`${used.length} of ${homes.length} homes are in use`);
}

function noHistory({ files }: LocalView): Judgement {
  const root = files.list("/root");
  const lists = [...(isAbsence(root) ? [] : [root]), ...(homesIn(files) ?? []).map(({ names }) => names)];
  if (lists.length === 0) return unknown("no homes can be listed");
  const kept = lists.filter((names) => names.some((name) => /^\.(?:ba|a|z|k)?sh_history$|^\.history$/.test(name))).length;
  return kept === 0 ? shown(`none in ${lists.length} homes`) : clean(`${kept} histories`);
}

function neverLoggedIn({ files }: LocalView): Judgement {
  const sizes = ["/var/log/wtmp", "/var/log/lastlog", "/var/lib/wtmpdb/wtmp.db", "/var/lib/lastlog/lastlog2.db"].map((path) =>
    files.look(path),
  );
  if (sizes.every((look) => look === "unknown" || look === "denied")) return unknown("the records were not looked at");
  const kept = sizes.filter((look) => !isAbsence(look) && look.size > 0).length;
  return kept === 0 ? shown("no record of a login") : clean(`${kept} records`);
}

function justBooted({ files }: LocalView): Judgement {
  const seconds = Number(textOf(files, "/proc/uptime")?.split(" ")[0] ?? "x");
  if (Number.isNaN(seconds)) return unknown("/proc/uptime was not read");
  return seconds < 600 ? shown(`${Math.floor(seconds)} s`) : clean(`${Math.floor(seconds / 60)} min`);
}

function noLoad({ files }: LocalView): Judgement {
  const load = textOf(files, "/proc/loadavg");
  const seconds = Number(textOf(files, "/proc/uptime")?.split(" ")[0] ?? "x");
  if (load === undefined || Number.isNaN(seconds)) return unknown("/proc/loadavg was not read");
  const none = load.startsWith("0.00 0.00 0.00 ") && seconds > 86_400;
  return none ? shown(load.trim()) : clean(load.trim());
}

const databases = [
  "/var/lib/dpkg/status",
  "/var/lib/rpm",
  "/usr/lib/sysimage/rpm",
  "/lib/apk/db/installed",
  "/usr/lib/apk/db/installed",
  "/usr/lib/opkg/status",
  "/var/lib/pacman/local",
  "/nix/store",
  "/var/lib/dpkg/status.d",
];

function noPackages({ files }: LocalView): Judgement {
  const answers = databases.map((path) => ({ path, read: files.read(path), list: files.list(path) }));
  const found = answers.find(
    ({ read, list }) => typeof read !== "string" || read === "denied" || typeof list !== "string" || list === "denied",
  );
  if (found !== undefined) return clean(found.path);
  return answers.some(({ read, list }) => read === "unknown" || list === "unknown")
    ? unknown("the databases were not looked at")
    : shown("no database of packages");
}

/** The tools that a distribution cannot be without. */
const tools: readonly (readonly [distribution: RegExp, own: readonly string[]])[] = [
  [/^ID(?:_LIKE)?=.*\b(?:debian|ubuntu)\b/m, ["dpkg", "apt-get"]],
  [/^ID(?:_LIKE)?=.*\b(?:rhel|fedora|centos|rocky)\b/m, ["rpm"]],
  [/^ID="?alpine/m, ["apk"]],
  [/^ID="?openwrt/m, ["opkg", "apk"]],
];

function otherPackages({ commands }: LocalView): Judgement {
  const output = Object.hasOwn(commands, "tools.package-managers") ? commands["tools.package-managers"]?.output : undefined;
  const own = tools.find(([distribution]) => distribution.test(output ?? ""))?.[1];
  if (output === undefined || own === undefined) return unknown("the distribution or its tools are not known");
  const there = output.split("\n").filter((line) => /^(?:apt-get|dpkg|rpm|apk|opkg|pacman|zypper)$/.test(line));
  if (there.length === 0) return unknown("no package tool is there");
  return own.some((tool) => there.includes(tool)) ? clean(there.join(", ")) : shown(`${there.join(", ")} without ${own.join(" or ")}`);
}

function otherKernelLog({ kernelLog, uname }: LocalView): Judgement {
  const logged = kernelLog
    ?.slice(0, 50)
    .map((line) => /^Linux version (\S+) /.exec(line)?.[1])
    .find((release) => release !== undefined);
  if (logged === undefined || uname === undefined) return unknown("the first message is not in the log");
  return logged === uname.release ? clean(logged) : shown(`${logged} in the log, ${uname.release} by uname`);
}

function otherProcessor({ files, uname }: LocalView): Judgement {
  const text = textOf(files, "/proc/cpuinfo")?.slice(0, 65_536);
  if (text === undefined || uname === undefined) return unknown("/proc/cpuinfo or uname is missing");
  const isX86 = /^vendor_id\s*: (?:GenuineIntel|AuthenticAMD|HygonGenuine|CentaurHauls)/m.test(text);
  const isArm = /^CPU implementer\s*:/m.test(text);
  if (!isX86 && !isArm) return unknown("the processor's make is not told");
  const machineIsX86 = /^(?:x86_64|i[3-6]86)$/.test(uname.machine);
  const seen = `${lineOf(files, "/proc/sys/kernel/ostype") ?? uname.system} ${uname.machine} on ${isX86 ? "x86" : "Arm"}`;
  return machineIsX86 === isX86 ? clean(seen) : shown(seen);
}
