import type { Check } from "../../../check.ts";
import { clean, type Judgement, shown, unknown } from "../../../check.ts";
import { textOf } from "../../../views/files.ts";
import type { LocalView } from "../../../views/local-view.ts";

/**
 * What Kippo and Cowrie show to whoever is logged in unless their operator changed it. Each row is one mechanism of theirs: a text of a
 * file, of an answer, or of the kernel's names.
 */
interface Row {
  readonly name: string;
  readonly looksAt: string;
  readonly reason: string;
  readonly ratio: number;
  readonly source: string;
  /** All the texts in which it could show; undefined: not in this view. */
  readonly texts: (view: LocalView) => readonly (string | undefined)[];
  readonly pattern: RegExp;
  /** How often it must be there; once unless told. */
  readonly least?: number;
}

const file = (path: string) => (view: LocalView) => [textOf(view.files, path)];
const answer =
  (...ids: readonly string[]) =>
  (view: LocalView) =>
    ids.map((id) => (Object.hasOwn(view.commands, id) ? view.commands[id]?.output : undefined));
const kernel = (view: LocalView) => [
  ...(view.uname === undefined ? [] : [`${view.uname.release} ${view.uname.version}`]),
  textOf(view.files, "/proc/version"),
];

/** As a line of ps. */
function processLine({ files }: LocalView, pid: number): string | undefined {
  const text = textOf(files, `/proc/${pid}/cmdline`);
  return text === undefined ? undefined : `root ${pid} ${text}`;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** ps without the lines that began on the day of boot, or a day around it: time zones. Undefined: when that was is not known. */
function startedAtOtherTimes(view: LocalView): string | undefined {
  const table = answer("proc.process-table")(view)[0];
  const uptime = Number(textOf(view.files, "/proc/uptime")?.split(" ")[0] ?? "x");
  if (table === undefined || Number.isNaN(uptime)) return undefined;
  const days = [-1, 0, 1].map((day) => new Date(view.takenAtMs - uptime * 1000 + day * 86_400_000));
  const names = days.map((day) => `${MONTHS[day.getUTCMonth()]}${String(day.getUTCDate()).padStart(2, "0")}`);
  return names.reduce((text, name) => text.replaceAll(` ${name} `, " boot "), table);
}

const COWRIE = "cowrie/cowrie: honeyfs, cowrie.cfg.dist, commands, txtcmds";
const KIPPO = "desaster/kippo: honeyfs, kippo.cfg.dist, commands, txtcmds";

const rows: readonly Row[] = [
  {
    name: "cowrie-user",
    looksAt: "/etc/passwd",
    reason: "Phil California (and before 2.2 Richard Texas) is Cowrie's standard user, whom bots look for.",
    ratio: 500,
    source: COWRIE,
    texts: file("/etc/passwd"),
    pattern: /^(?:phil|richard):.*:(?:Phil California|Richard Texas)/m,
  },
  {
    name: "standard-host-name",
    looksAt: "the host's name, and its line in /etc/hosts",
    reason: "svr03, svr04 and nas3 are the host names that Kippo and Cowrie come with.",
    ratio: 25,
    source: "cowrie.cfg.dist, kippo.cfg.dist, honeyfs/etc/hosts",
    texts: ({ uname, files }) => [uname === undefined ? undefined : `127.0.1.1 ${uname.node}`, textOf(files, "/etc/hosts")],
    pattern: /^127\.0\.1\.1\s+(?:svr03|svr04|nas3)(?:\s|$)/m,
  },
  {
    name: "cowrie-2-kernel",
    looksAt: "uname and /proc/version",
    reason: "Cowrie 2's kernel is Debian 7's 3.2.68-1+deb7u1, gone from the field since 2018.",
    ratio: 60,
    source: COWRIE,
    texts: kernel,
    pattern: /3\.2\.0-4-amd64 .*3\.2\.68-1\+deb7u1|3\.2\.68-1\+deb7u1/,
  },
  {
    name: "cowrie-3-kernel",
    looksAt: "uname and /proc/version",
    reason: "Cowrie 3's kernel is always 6.1.90-1 of May 2024, which updated hosts have left behind.",
    ratio: 4,
    source: COWRIE,
    texts: kernel,
    pattern: /6\.1\.0-21-amd64 .*6\.1\.90-1 \(2024-05-03\)/,
  },
  {
    name: "kippo-kernel",
    looksAt: "uname and /proc/version",
    reason: "Kippo's kernel was built on 4 November 2009.",
    ratio: 100,
    source: KIPPO,
    texts: kernel,
    pattern: /2\.6\.26-2-686 .*Wed Nov 4 20:45:37 UTC 2009/,
  },
  {
    name: "processor",
    looksAt: "/proc/cpuinfo",
    reason: "A Core 2 Duo E8200 of 2008 is the processor of Cowrie's and Kippo's file system.",
    ratio: 30,
    source: COWRIE,
    texts: file("/proc/cpuinfo"),
    pattern: /Core\(TM\)2 Duo CPU +E8200 +@ 2\.66GHz/,
  },
  {
    name: "memory",
    looksAt: "/proc/meminfo",
    reason: "The memory that is free is 997740 kB to the byte in every Cowrie.",
    ratio: 500,
    source: COWRIE,
    texts: file("/proc/meminfo"),
    pattern: /^MemFree: +997740 kB/m,
  },
  {
    name: "shadow",
    looksAt: "/etc/shadow",
    reason: "The salts of the password hashes are the same in all of Cowrie's installations.",
    ratio: 1000,
    source: COWRIE,
    texts: file("/etc/shadow"),
    pattern: /\$6\$4aOmWdpJ\$|\$6\$ErqInBoz\$/,
  },
  {
    name: "disk-identifier",
    looksAt: "df, mount, /proc/mounts",
    reason: "Cowrie and Kippo share the UUID of their root file system with the machine that it was once copied from.",
    ratio: 1000,
    source: COWRIE,
    texts: (view) => [
      textOf(view.files, "/proc/mounts"),
      textOf(view.files, "/etc/fstab"),
      ...answer("proc.disk-mounts", "proc.mounts")(view),
    ],
    pattern: /65626fdc-e4c5-4539-8745-edc212b9b0af/,
  },
  {
    name: "process-dates",
    looksAt: "start times in ps",
    reason: "Cowrie's processes all started on two days of one June or July, whatever today is.",
    ratio: 80,
    source: COWRIE,
    texts: (view) => [startedAtOtherTimes(view)],
    pattern: /\s(?:Jun|Jul|Nov)(?:22|23|06|08)\s/g,
    least: 20,
  },
  {
    name: "fixed-process",
    looksAt: "ps",
    reason: "VBoxService has process number 8743 in every Cowrie.",
    ratio: 300,
    source: COWRIE,
    texts: (view) => [...answer("proc.process-table")(view), processLine(view, 8743)],
    pattern: /^\S+ +8743 .*VBoxService/m,
  },
  {
    name: "ping-times",
    looksAt: "ping's summary",
    reason: "Cowrie's ping always takes 907 ms and ends with the same four times.",
    ratio: 500,
    source: COWRIE,
    texts: answer("tools.ping-self", "tools.ping-name"),
    pattern: /time 907ms|48\.264\/50\.352\/52\.441\/2\.100 ms/,
  },
  {
    name: "editor",
    looksAt: "vi --version and top",
    reason: "Kippo's and Cowrie's editor and top answer with fixed errors (E558, E82), whatever they are asked.",
    ratio: 200,
    source: COWRIE,
    texts: answer("tools.editor", "tools.top"),
    pattern: /^E558: Terminal entry not found in terminfo|^E82: Cannot allocate any buffer/m,
  },
  {
    name: "login-record",
    looksAt: "the end of last",
    reason: "The record of logins begins 63 seconds after midnight in every Cowrie.",
    ratio: 60,
    source: COWRIE,
    texts: answer("users.logged-in"),
    pattern: /wtmp begins .* 00:01:03/,
  },
  {
    name: "busybox-version",
    looksAt: "busybox",
    reason: "BusyBox v1.20.2 (Debian 1:1.20.0-7) with a short list is Cowrie's imitation.",
    ratio: 40,
    source: COWRIE,
    texts: answer("tools.busybox", "tools.busybox-unknown"),
    pattern: /BusyBox v1\.20\.2 \(Debian 1:1\.20\.0-7\)/,
  },
  {
    name: "ssh-version",
    looksAt: "ssh -V",
    reason: "The SSH client inside says 7.9p1 with OpenSSL 1.1.1a of 2018 whatever the server's banner says.",
    ratio: 30,
    source: COWRIE,
    texts: answer("tools.ssh-version"),
    pattern: /OpenSSH_7\.9p1, OpenSSL 1\.1\.1a {2}20 Nov 2018/,
  },
  {
    name: "boot-messages",
    looksAt: "the kernel's log",
    reason: "The boot messages are Debian lenny's 2.6.26 of a machine from 2009, as Kippo recorded them once.",
    ratio: 60,
    source: COWRIE,
    texts: (view) => [view.kernelLog?.slice(0, 400).join("\n"), ...answer("host.kernel-log")(view)],
    pattern: /Linux version 2\.6\.26-2-686 .*dannf@debian\.org/,
  },
  {
    name: "kippo-interface",
    looksAt: "ifconfig and hardware addresses",
    reason: "00:4c:a8:ab:32:f4 is the network card that Kippo's ifconfig prints.",
    ratio: 500,
    source: KIPPO,
    texts: (view) => [...answer("tools.interfaces", "proc.interfaces")(view), textOf(view.files, "/sys/class/net/eth0/address")],
    pattern: /00:4c:a8:ab:32:f4/i,
  },
  {
    name: "kojoney-interface",
    looksAt: "ifconfig and hardware addresses",
    reason: "0A:00:27:00:00:00 with 10.10.0.45 is the interface of Kojoney2.",
    ratio: 100,
    source: "madirish/kojoney2: conf/fake_responses.py",
    texts: answer("tools.interfaces"),
    pattern: /0a:00:27:00:00:00[\s\S]*\b10\.10\.0\.45\b/i,
  },
  {
    name: "kippo-joke",
    looksAt: "a program of nonsense, run",
    reason: "Kippo answers an unknown program with an owl or with a game.",
    ratio: 300,
    source: "desaster/kippo: commands/dice.py",
    texts: answer("shell.broken-program", "shell.script-with-right"),
    pattern: /O RLY|YA RLY|play a game\?/,
  },
  {
    name: "kippo-exit",
    looksAt: "output of exit",
    reason: "Kippo prints a client's farewell at exit and stays.",
    ratio: 300,
    source: "desaster/kippo: commands/base.py",
    texts: answer("shell.subshell", "shell.script-with-right"),
    pattern: /Connection to server closed\./,
  },
  {
    name: "kippo-path",
    looksAt: "PATH",
    reason: "/bin:/usr/bin:/sbin:/usr/sbin in this order is Kippo's search path and no distribution's.",
    ratio: 6,
    source: KIPPO,
    texts: (view) => [view.environment?.["PATH"]],
    pattern: /^\/bin:\/usr\/bin:\/sbin:\/usr\/sbin$/,
  },
  {
    name: "kippo-tools",
    looksAt: "versions of php, perl and netstat",
    reason: "PHP 5.3.5, Perl 5.14.2 and net-tools 1.60 are what Kippo's version texts say.",
    ratio: 20,
    source: KIPPO,
    texts: answer("tools.interpreters"),
    pattern: /PHP 5\.3\.5\b|\(v5\.14\.2\) built for i486/,
  },
];

export const cowrieChecks: readonly Check<LocalView>[] = rows.map(({ name, texts, pattern, least, ...row }) => ({
  ...row,
  id: `kind.product.${name}`,
  class: "kind",
  side: "local",
  family: "kippo-cowrie",
  judge: (view) => judgeTexts(texts(view), pattern, least),
}));

/** Long enough for every file of such a system; a hostile one is cut. */
const LOOKED_AT = 131_072;
const SHOWN_CHARACTERS = 120;

function judgeTexts(texts: readonly (string | undefined)[], pattern: RegExp, least = 1): Judgement {
  const told = texts.filter((text) => text !== undefined).map((text) => text.slice(0, LOOKED_AT));
  if (told.length === 0) return unknown("none of these texts is in the view");
  const found = told.map((text) => text.match(pattern) ?? []).find((matches) => matches.length >= least)?.[0];
  return found === undefined ? clean("not there") : shown(found.trim().slice(0, SHOWN_CHARACTERS));
}
