import { clean, type Judgement, shown, unknown } from "../../../check.ts";
import { type Files, isAbsence, textOf } from "../../../views/files.ts";
import type { LocalView } from "../../../views/local-view.ts";
import { type CheckRow, localFamily } from "../check-row.ts";

/** Weak on purpose: what an administrator would have mended, and what lies about to be taken. */
const rows: readonly CheckRow[] = [
  {
    name: "no-password",
    looksAt: "/etc/passwd, /etc/shadow",
    reason: "An account with a shell needs no password at all.",
    ratio: 2.5,
    judge: noPassword,
  },
  { name: "second-root", looksAt: "/etc/passwd", reason: "More than one account is root.", ratio: 1.8, judge: secondRoot },
  {
    name: "open-configuration",
    looksAt: "modes of /etc, /etc/passwd, /etc/shadow, /usr/bin, /root",
    reason: "Everybody may change, or read, what must be root's alone.",
    ratio: 3,
    judge: openConfiguration,
  },
  {
    name: "open-remote-login",
    looksAt: "/etc/ssh/sshd_config",
    reason: "The SSH server lets root in with an empty password.",
    ratio: 4,
    judge: openRemoteLogin,
  },
  {
    name: "trusted-everybody",
    looksAt: "/etc/hosts.equiv, /root/.rhosts, /etc/exports",
    reason: "Any host is trusted, as nobody has done since the nineties.",
    ratio: 3,
    judge: trustedEverybody,
  },
  {
    name: "old-kernel",
    looksAt: "kernel release against /etc/os-release",
    reason: "A kernel that is years older than its distribution is put there to be exploited, or only told.",
    ratio: 3,
    judge: oldKernel,
  },
  {
    name: "canary-keys",
    looksAt: "~/.aws/credentials and their like in odd places",
    reason: "Cloud keys lie where nobody uses them: canary tokens alarm when they are tried.",
    ratio: 2.5,
    judge: canaryKeys,
  },
  {
    name: "bait-names",
    looksAt: "names in /root, /home, /srv, /opt, /tmp",
    reason: "Files are named after what intruders look for.",
    ratio: 2,
    judge: baitNames,
  },
  {
    name: "honeypot-names",
    looksAt: "names in /, /etc, /opt, /root, /home, /srv, /var/log",
    reason: "Somebody called a file or folder honeypot, which Rowe proposed as a warning.",
    ratio: 20,
    judge: honeypotNames,
  },
  {
    name: "research-notice",
    looksAt: "/etc/issue, /etc/issue.net, /etc/motd",
    reason: "The greeting says that this is a research sensor, a honeypot or a decoy.",
    ratio: 15,
    judge: researchNotice,
  },
  {
    name: "telling-account",
    looksAt: "/etc/passwd",
    reason: "An account is named after a honeypot, or belongs to one.",
    ratio: 20,
    judge: tellingAccount,
  },
];

export const weaknessChecks = localFamily(rows, {
  prefix: "trait.local",
  class: "trait",
  family: "weak-on-purpose",
  source: "Kitazawa and Shinoda, Fake Honeypot; Rowe, Custy and Duong, Fake Honeypots (2006)",
});

function accountsIn(files: Files): readonly (readonly string[])[] | undefined {
  return textOf(files, "/etc/passwd")
    ?.split("\n", 10_000)
    .map((line) => line.split(":"))
    .filter((fields) => fields.length >= 7);
}

function noPassword({ files }: LocalView): Judgement {
  const accounts = accountsIn(files);
  if (accounts === undefined) return unknown("/etc/passwd was not read");
  const shadow = textOf(files, "/etc/shadow");
  const empty = new Set((shadow?.split("\n", 10_000) ?? []).filter((line) => /^[^:]+::/.test(line)).map((line) => line.split(":")[0]));
  const open = accounts.filter(
    ([name = "", password, , , , , shell = ""]) => (password === "" || empty.has(name)) && !/nologin|false$/.test(shell) && shell !== "",
  );
  return open.length === 0
    ? clean(shadow === undefined ? "none in /etc/passwd" : "none")
    : shown(
        open
          .map(([name]) => name)
          .slice(0, 5)
          .join(", "),
      );
}

function secondRoot({ files }: LocalView): Judgement {
  const accounts = accountsIn(files);
  if (accounts === undefined) return unknown("/etc/passwd was not read");
  const roots = accounts.filter((fields) => fields[2] === "0").map(([name]) => name);
  return roots.length < 2 ? clean(roots.join(", ")) : shown(roots.slice(0, 5).join(", "));
}

const guarded: readonly (readonly [path: string, forbidden: number])[] = [
  ["/etc", 0o002],
  ["/etc/passwd", 0o002],
  ["/etc/shadow", 0o006],
  ["/etc/sudoers", 0o002],
  ["/usr/bin", 0o002],
  ["/root", 0o002],
  ["/etc/ssh/sshd_config", 0o002],
];

function openConfiguration({ files }: LocalView): Judgement {
  const looks = guarded.map(([path, forbidden]) => ({ path, forbidden, look: files.look(path) }));
  const known = looks.flatMap(({ path, forbidden, look }) =>
    isAbsence(look) || look.kind === "link" ? [] : [{ path, open: (look.mode & forbidden) !== 0 }],
  );
  if (known.length === 0) return unknown("no modes were looked at");
  const open = known.filter((one) => one.open);
  return open.length === 0 ? clean(`${known.length} are guarded`) : shown(open.map(({ path }) => path).join(", "));
}

function openRemoteLogin({ files }: LocalView): Judgement {
  const text = textOf(files, "/etc/ssh/sshd_config")?.slice(0, 65_536);
  if (text === undefined) return unknown("the file was not read");
  const open = /^[ \t]*PermitEmptyPasswords\s+yes/im.test(text) && /^[ \t]*PermitRootLogin\s+yes/im.test(text);
  return open ? shown("PermitEmptyPasswords and PermitRootLogin are yes") : clean("not both are allowed");
}

function trustedEverybody({ files }: LocalView): Judgement {
  const texts = ["/etc/hosts.equiv", "/root/.rhosts"].map((path) => files.read(path));
  const exported = files.read("/etc/exports");
  if ([...texts, exported].every((read) => read === "unknown" || read === "denied")) return unknown("none of the files was looked at");
  const plus = texts.some((read) => !isAbsence(read) && /^\+\s*(?:\+\s*)?$/m.test(Buffer.from(read).toString("latin1")));
  const all = !isAbsence(exported) && /^\/\s+\*\([^)]*rw[^)]*no_root_squash/m.test(Buffer.from(exported).toString("latin1"));
  return plus || all ? shown(plus ? "+ in a list of trusted hosts" : "/ is exported to all, as root") : clean("nobody is trusted blindly");
}

/** The kernel that a distribution's release came with; containers may have newer ones, and hosts seldom older. */
const firstKernels: readonly (readonly [distribution: RegExp, version: RegExp, least: number])[] = [
  [/^ID=debian/m, /^VERSION_ID="?(\d+)/m, 0],
  [/^ID=ubuntu/m, /^VERSION_ID="?(\d+)/m, 0],
  [/^ID="?(?:rhel|rocky|almalinux|centos)/m, /^VERSION_ID="?(\d+)/m, 0],
];
const debianKernels: Readonly<Record<string, number>> = { "9": 4.09, "10": 4.19, "11": 5.1, "12": 6.01, "13": 6.12 };
const ubuntuKernels: Readonly<Record<string, number>> = { "18": 4.15, "20": 5.04, "22": 5.15, "24": 6.08 };
const redHatKernels: Readonly<Record<string, number>> = { "7": 3.1, "8": 4.18, "9": 5.14, "10": 6.12 };

/** Two major versions of the kernel, about four years, are too much for a host that was upgraded in place or a guest of an old one. */
function oldKernel({ files, uname }: LocalView): Judgement {
  const release = textOf(files, "/etc/os-release");
  const major = Number(/^(\d+)\./.exec(uname?.release ?? "")?.[1] ?? "x");
  if (release === undefined || Number.isNaN(major)) return unknown("the distribution or the kernel is not known");
  const at = firstKernels.findIndex(([distribution]) => distribution.test(release));
  const version = firstKernels[at]?.[1].exec(release)?.[1] ?? "";
  const first = [debianKernels, ubuntuKernels, redHatKernels][at]?.[version];
  if (first === undefined) return unknown("the distribution's first kernel is not known");
  const seen = `${uname?.release} under ${/^PRETTY_NAME="?([^"\n]*)/m.exec(release)?.[1] ?? version}`;
  return Math.floor(first) - major >= 2 ? shown(seen) : clean(seen);
}

const keyPlaces = [
  "/root/.aws/credentials",
  "/.aws/credentials",
  "/tmp/.aws/credentials",
  "/var/www/.aws/credentials",
  "/var/www/html/.aws/credentials",
  "/opt/.aws/credentials",
  "/home/.aws/credentials",
  "/srv/.aws/credentials",
  "/etc/aws/credentials.bak",
];

function canaryKeys({ files }: LocalView): Judgement {
  const reads = keyPlaces.map((path) => ({ path, read: files.read(path) }));
  if (reads.every(({ read }) => read === "unknown")) return unknown("none of the places was looked at");
  const texts = reads.flatMap(({ path, read }) =>
    isAbsence(read) ? [] : [{ path, text: Buffer.from(read).toString("latin1").slice(0, 65_536) }],
  );
  const odd = texts.find(
    ({ path, text }) =>
      /canary/i.test(text) || (path !== "/root/.aws/credentials" && /^aws_access_key_id\s*=\s*A[KS]IA[A-Z0-9]{12,}/m.test(text)),
  );
  return odd === undefined ? clean(`${texts.length} files of keys`) : shown(odd.path);
}

const BAIT =
  /^(?:passwords?|passwd|creds?|credentials|bitcoin|wallet|secrets?|salar(?:y|ies)|payroll|confidential|customers?|credit[-_]?cards?)(?:[-_ ]?(?:backup|list|all|20\d\d|old|do[-_]?not[-_]?open))*\.(?:txt|docx?|xlsx?|csv|zip|kdbx|sql|dat|pdf)$/i;

function namesIn(files: Files, folders: readonly string[]): readonly string[] | undefined {
  const lists = folders.map((folder) => ({ folder, names: files.list(folder) }));
  if (lists.every(({ names }) => names === "unknown" || names === "denied")) return undefined;
  return lists.flatMap(({ folder, names }) =>
    isAbsence(names) ? [] : names.slice(0, 2000).map((name) => `${folder === "/" ? "" : folder}/${name}`),
  );
}

function homesOf(files: Files): readonly string[] {
  const homes = files.list("/home");
  return isAbsence(homes) ? [] : homes.slice(0, 50).map((home) => `/home/${home}`);
}

function baitNames({ files }: LocalView): Judgement {
  const paths = namesIn(files, ["/root", "/srv", "/opt", "/tmp", ...homesOf(files)]);
  if (paths === undefined) return unknown("no folder was listed");
  const found = paths.filter((path) => BAIT.test(path.slice(path.lastIndexOf("/") + 1)));
  return found.length < 2 ? clean(`${found.length} among ${paths.length} names`) : shown(found.slice(0, 4).join(", "));
}

function honeypotNames({ files }: LocalView): Judgement {
  const paths = namesIn(files, ["/", "/etc", "/opt", "/root", "/srv", "/var/log", "/home", ...homesOf(files)]);
  if (paths === undefined) return unknown("no folder was listed");
  const found = paths.find((path) =>
    /honey[-_]?(?:pot|net|wall|file|token|d\b)|canary[-_]?token/i.test(path.slice(path.lastIndexOf("/") + 1)),
  );
  return found === undefined ? clean(`none among ${paths.length} names`) : shown(found);
}

function researchNotice({ files }: LocalView): Judgement {
  const texts = ["/etc/issue", "/etc/issue.net", "/etc/motd"].map((path) => files.read(path));
  if (texts.every((read) => read === "unknown" || read === "denied")) return unknown("no greeting was read");
  const text = texts.map((read) => (isAbsence(read) ? "" : Buffer.from(read).toString("latin1").slice(0, 16_384))).join("\n");
  const found = /^.*\b(?:honey ?pot|honey ?net|decoy|research sensor|deception)\b.*$/im.exec(text)?.[0];
  return found === undefined ? clean("an ordinary greeting") : shown(found.trim().slice(0, 120));
}

function tellingAccount({ files }: LocalView): Judgement {
  const accounts = accountsIn(files);
  if (accounts === undefined) return unknown("/etc/passwd was not read");
  const found = accounts.find(([name = ""]) =>
    /^(?:cowrie|kippo|dionaea|honeyd|honeypot|opencanaryd?|tpot|glastopf|conpot|kojoney|heralding|nepenthes|amun)$/.test(name),
  );
  return found === undefined ? clean(`${accounts.length} accounts`) : shown(found.slice(0, 7).join(":"));
}
