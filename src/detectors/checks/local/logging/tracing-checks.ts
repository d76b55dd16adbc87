import { clean, type Judgement, shown, unknown } from "../../../check.ts";
import { exists, isAbsence, lineOf, textOf } from "../../../views/files.ts";
import type { LocalView } from "../../../views/local-view.ts";
import { type CheckRow, localFamily } from "../check-row.ts";
import { processesOf, programOf } from "../processes.ts";

/** Who looks over the visitor's shoulder: tracers, preloaded libraries, recorders of the terminal, shells that report their commands. */
const rows: readonly CheckRow[] = [
  {
    name: "tracer",
    looksAt: "TracerPid of the shell and of this process",
    reason: "Somebody traces this very process, as a sandbox does.",
    ratio: 6,
    judge: tracer,
  },
  {
    name: "tracing-ancestor",
    looksAt: "names of the shell's ancestors",
    reason: "The shell descends from a tracer or debugger.",
    ratio: 8,
    judge: ancestorCheck(/^(?:strace|ltrace|gdb|gdbserver|rr|frida-server|frida-helper|qemu-\w+)$/),
  },
  {
    name: "tracing-process",
    looksAt: "running processes",
    reason: "A tracer is attached to another process, such as the SSH server, on a host that is in service.",
    ratio: 4,
    judge: tracingProcess,
  },
  {
    name: "traced-processes",
    looksAt: "TracerPid of all processes",
    reason: "Other people's sessions are being traced.",
    ratio: 3,
    judge: tracedProcesses,
  },
  {
    name: "ptrace-scope",
    looksAt: "/proc/sys/kernel/yama/ptrace_scope",
    reason: "Tracing is forbidden to everybody, so that nobody finds the one tracer.",
    ratio: 1.1,
    judge: ptraceScope,
  },
  {
    name: "preload-file",
    looksAt: "/etc/ld.so.preload",
    reason: "A library is loaded into every program, as loggers of commands and rootkits do.",
    ratio: 2.5,
    judge: preloadFile,
  },
  {
    name: "preload-variable",
    looksAt: "LD_PRELOAD, LD_AUDIT",
    reason: "The environment makes each program load a library that its author did not choose.",
    ratio: 2,
    judge: preloadVariable,
  },
  {
    name: "foreign-library",
    looksAt: "/proc/$$/maps",
    reason: "A library that a shell has no use for is mapped into it.",
    ratio: 5,
    judge: foreignLibrary,
  },
  {
    name: "recorded-ancestor",
    looksAt: "names of the shell's ancestors",
    reason: "The terminal hangs on a recorder.",
    ratio: 2.5,
    judge: ancestorCheck(/^(?:script|scriptlive|ttyrec|ttysnoop\w*|asciinema|tlog-rec(?:-session)?|sudosh2?|rootsh|shellinaboxd)$/),
  },
  {
    name: "recorder-process",
    looksAt: "running processes",
    reason: "A recorder of terminals runs beside the sessions.",
    ratio: 1.8,
    judge: recorderProcess,
  },
  {
    name: "recorder-shell",
    looksAt: "login shells in /etc/passwd and /etc/shells",
    reason: "Accounts have a recorder for a login shell.",
    ratio: 2.5,
    judge: recorderShell,
  },
  {
    name: "growing-record",
    looksAt: "sizes of recordings in /var/log, /tmp and /var/tmp, a second apart",
    reason: "A recording grows while the visitor works.",
    ratio: 4,
    judge: growingRecord,
  },
  {
    name: "recordings",
    looksAt: "/var/log/tlog, ttyrec, sudo-io, session recordings",
    reason: "Recordings of earlier sessions lie in the logs.",
    ratio: 1.6,
    judge: recordings,
  },
  {
    name: "prompt-command",
    looksAt: "PROMPT_COMMAND, DEBUG traps and their like in the shell's start files",
    reason: "The shell itself sends each command line to a log.",
    ratio: 1.8,
    judge: promptCommand,
  },
  {
    name: "history-withheld",
    looksAt: "HISTFILE, HISTSIZE, /root/.bash_history",
    reason: "Histories are thrown away or read-only, so that visitors don't see each other's.",
    ratio: 1.5,
    judge: historyWithheld,
  },
  {
    name: "keystroke-audit",
    looksAt: "/etc/pam.d",
    reason: "pam_tty_audit has the kernel record every keystroke of a session.",
    ratio: 2,
    judge: keystrokeAudit,
  },
  {
    name: "forced-command",
    looksAt: "/etc/ssh/sshd_config",
    reason: "The SSH server starts a recorder instead of the user's shell.",
    ratio: 2.5,
    judge: forcedCommand,
  },
  {
    name: "sudo-record",
    looksAt: "/etc/sudoers",
    reason: "sudo records what runs under it, input included.",
    ratio: 1.3,
    judge: sudoRecord,
  },
];

export const tracingChecks = localFamily(rows, {
  prefix: "logging",
  class: "logging",
  family: "watched-session",
  source: "proc(5), ld.so(8), pam_tty_audit(8), sshd_config(5), sudoers(5); Kitazawa and Shinoda, Fake Honeypot",
});

function outputOf(view: LocalView, id: string): string | undefined {
  return Object.hasOwn(view.commands, id) ? view.commands[id]?.output : undefined;
}

function tracer(view: LocalView): Judgement {
  const told = [outputOf(view, "proc.status"), textOf(view.files, "/proc/self/status")];
  const pids = told.flatMap((text) => /^TracerPid:\t(\d+)/m.exec(text ?? "")?.[1] ?? []);
  if (pids.length === 0) return unknown("no status file was read");
  const by = pids.find((pid) => pid !== "0");
  return by === undefined ? clean("nobody traces us") : shown(`traced by process ${by}`);
}

/** Lines of `pid tracer name`, from the shell upwards. */
function ancestorCheck(pattern: RegExp): CheckRow["judge"] {
  return (view) => {
    const names = [...(outputOf(view, "proc.ancestors") ?? "").matchAll(/^\d+ \d+ (.+)$/gm)].map((found) => found[1] ?? "");
    if (names.length === 0) return unknown("the shell's ancestors are not known");
    const found = names.find((name) => pattern.test(name));
    return found === undefined ? clean(names.slice(0, 8).join(" < ")) : shown(found);
  };
}

function tracingProcess({ files }: LocalView): Judgement {
  const processes = processesOf(files);
  if (typeof processes === "string") return unknown("processes were not looked at");
  const found = processes.find(
    (one) => /^(?:strace|ltrace|gdb)$/.test(programOf(one)) && one.arguments.some((word) => /^-p\d*$|^--pid/.test(word)),
  );
  return found === undefined ? clean(`none of ${processes.length}`) : shown(found.arguments.join(" ").slice(0, 120));
}

function tracedProcesses({ files }: LocalView): Judgement {
  const processes = processesOf(files);
  if (typeof processes === "string" || processes.every(({ tracer: by }) => by === undefined))
    return unknown("no process says who traces it");
  const found = processes.find(({ tracer: by }) => by !== undefined && by > 0);
  return found === undefined ? clean(`none of ${processes.length}`) : shown(`${found.name} (${found.pid}) by ${found.tracer}`);
}

function ptraceScope({ files }: LocalView): Judgement {
  const scope = lineOf(files, "/proc/sys/kernel/yama/ptrace_scope");
  if (scope === undefined) return unknown("the setting was not read");
  return scope === "3" ? shown("3: nobody may trace") : clean(scope);
}

function preloadFile({ files }: LocalView): Judgement {
  const read = files.read("/etc/ld.so.preload");
  if (read === "absent") return clean("there is none");
  if (isAbsence(read)) return unknown("the file was not read");
  const text = Buffer.from(read).toString("latin1").trim();
  // Allocators are preloaded for speed, not to watch.
  const libraries = text.split(/[\s:]+/).filter((path) => path !== "" && !/jemalloc|tcmalloc|mimalloc|arm-mem/.test(path));
  return libraries.length === 0
    ? clean("empty or an allocator")
    : shown(libraries.join(" ").slice(0, 120), /snoopy|sebek|logger|hook/.test(text) ? 5 : 2.5);
}

function preloadVariable({ environment }: LocalView): Judgement {
  if (environment === undefined) return unknown("the environment is not known");
  const set = ["LD_PRELOAD", "LD_AUDIT"].find((name) =>
    /\S/.test((environment[name] ?? "").replace(/\S*(?:jemalloc|tcmalloc|mimalloc|libgtk3-nocsd|fakeroot)\S*/g, "")),
  );
  return set === undefined ? clean("neither is set") : shown(`${set}=${environment[set]?.slice(0, 120)}`);
}

/** What a shell links: the C library, its loader, line editing, and what name services bring. */
const SHELLS_OWN =
  /\/(?:ld[-\w.]*|libc|libm|libtinfo|libtinfow|libncurses\w*|libreadline|libdl|libselinux|libpcre2?\S*|libnss_\w+|libpthread|libcrypt|libedit|libresolv|librt|libgcc_s|libubox|libintl|libiconv)(?:-[\d.]+)?\.so/;

function foreignLibrary(view: LocalView): Judgement {
  const maps = outputOf(view, "proc.maps");
  if (maps === undefined || maps === "") return unknown("the shell's memory map was not read");
  const libraries = [...new Set([...maps.matchAll(/ (\/\S*\.so\S*)/g)].map((found) => found[1] ?? ""))];
  const foreign = libraries.filter((path) => !SHELLS_OWN.test(path) && !/jemalloc|tcmalloc|mimalloc|arm-mem/.test(path));
  return foreign.length === 0 ? clean(`${libraries.length} libraries of its own`) : shown(foreign.slice(0, 4).join(", "));
}

function recorderProcess({ files }: LocalView): Judgement {
  const processes = processesOf(files);
  if (typeof processes === "string") return unknown("processes were not looked at");
  const found = processes.find((one) =>
    /^(?:tlog-rec|tlog-rec-session|ttyrec|ttysnoopd?|sudosh2?|rootsh|script|asciinema|teleport|boundary-worker)$/.test(programOf(one)),
  );
  return found === undefined ? clean(`none of ${processes.length}`) : shown(found.arguments.join(" ").slice(0, 120));
}

function recorderShell({ files }: LocalView): Judgement {
  const texts = ["/etc/passwd", "/etc/shells"].map((path) => textOf(files, path));
  if (texts.every((text) => text === undefined)) return unknown("/etc/passwd was not read");
  const found = /^.*\/(?:tlog-rec-session|sudosh2?|rootsh|ttyrec|snoopy|lshell|shellnanny)$/m.exec(texts.join("\n"))?.[0];
  return found === undefined ? clean("ordinary shells") : shown(found.slice(0, 120));
}

function growingRecord(view: LocalView): Judgement {
  const output = outputOf(view, "logging.growing");
  if (output?.endsWith("end\n") !== true) return unknown("the recordings were not measured");
  const [before = "", after = ""] = output.split("---\n");
  const sizes = new Map([...before.matchAll(/^ *(\d+) (\S.*)$/gm)].map((found) => [found[2] ?? "", Number(found[1])]));
  const grown = [...after.matchAll(/^ *(\d+) (\S.*)$/gm)].find(
    (found) => Number(found[1]) > (sizes.get(found[2] ?? "") ?? Number.POSITIVE_INFINITY),
  );
  return grown === undefined ? clean(`${sizes.size} recordings, none grew`) : shown(`${grown[2]} grew to ${grown[1]} bytes`);
}

const recordingPlaces = [
  "/var/log/tlog",
  "/var/log/ttyrec",
  "/var/log/sudo-io",
  "/var/log/session-recordings",
  "/var/log/rootsh",
  "/var/log/asciinema",
  "/var/lib/teleport/log/upload",
];

function recordings({ files }: LocalView): Judgement {
  const answers = recordingPlaces.map((path) => ({ path, there: exists(files, path) }));
  const found = answers.find(({ there }) => there === true);
  if (found !== undefined) return shown(found.path);
  return answers.every(({ there }) => there === undefined) ? unknown("none of the places was looked at") : clean("none of the places");
}

const startFiles = ["/etc/bash.bashrc", "/etc/bashrc", "/etc/profile", "/root/.bashrc", "/root/.profile", "/etc/zsh/zshrc"];
const REPORTS =
  /(?:PROMPT_COMMAND|trap\b.*\bDEBUG|precmd|preexec|PS0)[^\n]*(?:logger\b|\/dev\/(?:udp|tcp)\/|\bnc\b|\/dev\/log|>>\s*\/var\/log)/;

function promptCommand({ files, environment }: LocalView): Judgement {
  const folder = files.list("/etc/profile.d");
  const more = isAbsence(folder) ? [] : folder.slice(0, 100).map((name) => `/etc/profile.d/${name}`);
  const texts = [...startFiles, ...more].map((path) => ({ path, text: textOf(files, path) })).filter(({ text }) => text !== undefined);
  const inEnvironment = REPORTS.exec(`PROMPT_COMMAND=${environment?.["PROMPT_COMMAND"] ?? ""}`)?.[0];
  if (inEnvironment !== undefined) return shown(inEnvironment.slice(0, 120));
  if (texts.length === 0) return unknown("no start file was read");
  const found = texts.find(({ text = "" }) => REPORTS.test(text.slice(0, 65_536)));
  return found === undefined ? clean(`none of ${texts.length} files`) : shown(found.path);
}

function historyWithheld({ files, environment, commands }: LocalView): Judgement {
  const inShell = commands["users.history"]?.output.split("\n")[0]?.split("|");
  const file = environment?.["HISTFILE"] ?? inShell?.[0];
  if (file === "/dev/null" || environment?.["HISTSIZE"] === "0")
    return shown(`HISTFILE=${file ?? ""} HISTSIZE=${environment?.["HISTSIZE"] ?? ""}`);
  const link = files.look("/root/.bash_history");
  if (!isAbsence(link) && (link.kind === "link" || link.kind === "device"))
    return shown(`/root/.bash_history is a ${link.kind} ${link.target ?? ""}`);
  return environment === undefined && isAbsence(link) && inShell === undefined
    ? unknown("nothing about histories is known")
    : clean("kept as usual");
}

const pamFiles = ["sshd", "login", "common-session", "system-auth", "password-auth", "su", "sudo"].map((name) => `/etc/pam.d/${name}`);

function keystrokeAudit({ files }: LocalView): Judgement {
  const texts = pamFiles.map((path) => textOf(files, path)).filter((text) => text !== undefined);
  if (texts.length === 0) return unknown("no PAM service was read");
  const found = texts.map((text) => /^[^#\n]*pam_tty_audit\.so[^\n]*enable=\S*/m.exec(text)?.[0]).find((line) => line !== undefined);
  return found === undefined ? clean(`not in ${texts.length} services`) : shown(found);
}

function forcedCommand({ files }: LocalView): Judgement {
  const text = textOf(files, "/etc/ssh/sshd_config");
  if (text === undefined) return unknown("the file was not read");
  const found = /^[ \t]*ForceCommand\s+.*(?:script\b|tlog|ttyrec|asciinema|rec(?:ord)?\b|snoop|log).*$/im.exec(text.slice(0, 65_536))?.[0];
  return found === undefined ? clean("no forced recorder") : shown(found.trim().slice(0, 120));
}

function sudoRecord({ files }: LocalView): Judgement {
  const text = textOf(files, "/etc/sudoers");
  if (text === undefined) return unknown("the file was not read");
  const found = /^[ \t]*Defaults\b[^\n]*\blog_(?:input|output)\b[^\n]*/m.exec(text)?.[0];
  return found === undefined ? clean("sudo records nothing") : shown(found.trim().slice(0, 120));
}
