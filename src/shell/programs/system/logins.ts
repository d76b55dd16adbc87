import { parseOptions } from "../../options.ts";
import type { Execution, Login, Process, Program } from "../../program.ts";
import { readAccounts } from "../accounts/account-files.ts";
import { pad } from "../durations.ts";
import { formatTime, zoneOf } from "../time-format.ts";
import { optionsOr, usageBlock } from "../usage.ts";
import { type PastLogin, pastLogins } from "./past-logins.ts";
import { uptimeLine } from "./uptime.ts";

/** who of coreutils: the sessions of now. */
export const who: Program = {
  name: "who",
  *run(process) {
    const options = yield* parseOptions(process, {
      short: "abdHlmpqrstTuw",
      long: { all: "a", boot: "b", heading: "H", count: "q", runlevel: "r", users: "u", mesg: "T" },
    });
    if (typeof options === "number") return options;
    const { system } = process;
    const own = options.has("m") || options.operands.length === 2;
    const shown = system.logins().filter(({ terminal }) => !own || terminal === process.terminal?.name);
    if (options.has("q")) return yield* show(process, `${shown.map(({ user }) => user).join(" ")}\n# users=${shown.length}\n`);
    const stamp = (ms: number) => formatTime("%F %H:%M", ms, zoneOf(process));
    const boot = `           system boot  ${stamp(system.now().wallMs - system.uptimeSeconds() * 1000)}\n`;
    if (options.has("b")) return yield* show(process, boot);
    const head = options.has("H") ? "NAME     LINE         TIME             COMMENT\n" : "";
    const rows = shown.map((login) => whoLine(login, { stamp: stamp(login.sinceWallMs), idle: options.has("u") || options.has("a") }));
    return yield* show(process, head + (options.has("a") ? boot : "") + rows.join(""));
  },
};

function* show(process: Process, text: string): Execution {
  yield* process.print(text);
  return 0;
}

function whoLine(login: Login, how: { readonly stamp: string; readonly idle: boolean }): string {
  const from = login.from === "" ? "" : ` (${login.from})`;
  const idle = how.idle ? `   ${login.idleMs < 60_000 ? "  .  " : idleClock(login.idleMs)} ${String(login.pid).padStart(11)}` : "";
  return `${login.user.padEnd(8)} ${login.terminal.padEnd(12)} ${how.stamp}${idle}${from}\n`;
}

function idleClock(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  return minutes >= 1440 ? " old " : `${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}`;
}

export const users: Program = {
  name: "users",
  *run(process) {
    const names = process.system
      .logins()
      .map(({ user }) => user)
      .sort();
    return names.length === 0 ? 0 : yield* show(process, `${names.join(" ")}\n`);
  },
};

/** w of procps. */
export const w: Program = {
  name: "w",
  *run(process) {
    const options = yield* optionsOr(
      process,
      { short: "hsufiopV", long: { "no-header": "h", short: "s", from: "f", "ip-addr": "i" } },
      usageBlock("w"),
    );
    if (typeof options === "number") return options;
    const [only] = options.operands;
    const rows = process.system.logins().filter(({ user }) => only === undefined || user === only);
    const from = !options.has("f");
    const short = options.has("s");
    const head = `${uptimeLine(process)}\nUSER     TTY      ${from ? "FROM             " : ""}${short ? " IDLE WHAT" : "LOGIN@   IDLE   JCPU   PCPU WHAT"}\n`;
    const lines = rows.map((login) => {
      const place = `${login.user.slice(0, 8).padEnd(8)} ${login.terminal.padEnd(8)} ${from ? `${(login.from || "-").slice(0, 16).padEnd(16)} ` : ""}`;
      const since = short ? "" : `${loginTime(process, login.sinceWallMs).padEnd(7)} `;
      const used = short ? "" : " 0.02s  0.00s";
      return `${place}${since}${idleText(login.idleMs).padStart(6)}${used} ${login.command}\n`;
    });
    return yield* show(process, (options.has("h") ? "" : head) + lines.join(""));
  },
};

/** 10:28, Mon09, 05Jan26: the farther back, the coarser. */
function loginTime(process: Process, ms: number): string {
  const age = process.system.now().wallMs - ms;
  const format = age < 43_200_000 ? "%H:%M" : age < 604_800_000 ? "%a%H" : "%d%b%y";
  return formatTime(format, ms, zoneOf(process));
}

function idleText(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 60) return `${seconds}.${pad(Math.floor((ms % 1000) / 10))}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}:${pad(seconds % 60)} `;
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)}:${pad(Math.floor((seconds % 3600) / 60))}m`;
  return `${Math.floor(seconds / 86_400)}days`;
}

/** last: wtmp, the newest first: those who are here, those who were, the boots. */
export const last: Program = {
  name: "last",
  *run(process) {
    const options = yield* optionsOr(
      process,
      { short: "0123456789adFf:in:p:Rs:t:wxh", long: { limit: "n", hostlast: "a", fulltimes: "F", ip: "i", nohostname: "R" } },
      usageBlock("last"),
    );
    if (typeof options === "number") return options;
    const digits = [...options.letters].filter((letter) => /^\d$/.test(letter)).join("");
    const limit = Number(options.value("n") ?? (digits === "" ? 200 : digits));
    const [only] = options.operands;
    const all = [...current(process), ...pastLogins(process)].filter(
      (entry) => only === undefined || entry.user === only || entry.terminal === only,
    );
    const lines = all.slice(0, limit).map((entry) => `${lastLine(process, entry, options.has("F"))}\n`);
    const begins = formatTime(
      "%a %b %e %H:%M:%S %Y",
      pastLogins(process).at(-1)?.fromMs ?? process.system.machine.installedWallMs,
      zoneOf(process),
    );
    return yield* show(process, `${lines.join("")}\nwtmp begins ${begins}\n`);
  },
};

function current(process: Process): readonly PastLogin[] {
  return process.system
    .logins()
    .toReversed()
    .map(({ user, terminal, from, sinceWallMs }) => ({ user, terminal, from, fromMs: sinceWallMs, untilMs: undefined }));
}

function lastLine(process: Process, entry: PastLogin, full: boolean): string {
  const zone = zoneOf(process);
  const stamp = (ms: number) => formatTime(full ? "%a %b %e %H:%M:%S %Y" : "%a %b %e %H:%M", ms, zone);
  const place = `${entry.user.slice(0, 8).padEnd(8)} ${entry.terminal.padEnd(12)} ${entry.from.slice(0, 16).padEnd(16)} ${stamp(entry.fromMs)}`;
  if (entry.untilMs === undefined) return `${place}   ${entry.user === "reboot" ? "still running" : "still logged in"}`;
  const minutes = Math.floor((entry.untilMs - entry.fromMs) / 60_000);
  const days = Math.floor(minutes / 1440);
  const length = `${days > 0 ? `${days}+` : ""}${pad(Math.floor(minutes / 60) % 24)}:${pad(minutes % 60)}`;
  return `${place} - ${full ? stamp(entry.untilMs) : formatTime("%H:%M", entry.untilMs, zone)}  ${`(${length})`.padStart(days > 0 ? 0 : 7)}`;
}

export const lastb: Program = {
  name: "lastb",
  *run(process) {
    if (process.credentials.uid !== 0) return yield* process.fail("cannot open /var/log/btmp: Permission denied");
    const first = process.system.machine.installedWallMs;
    return yield* show(process, `\nbtmp begins ${formatTime("%a %b %e %H:%M:%S %Y", first, zoneOf(process))}\n`);
  },
};

export const lastlog: Program = {
  name: "lastlog",
  *run(process) {
    const options = yield* parseOptions(process, { short: "b:t:u:CSR:", long: { user: "u", before: "b", time: "t" }, errorStatus: 3 });
    if (typeof options === "number") return options;
    const only = options.value("u");
    const entries = [...current(process), ...pastLogins(process)];
    const rows = readAccounts(process)
      .filter(({ name }) => only === undefined || name === only)
      .map(({ name }) =>
        lastlogLine(
          process,
          name,
          entries.find(({ user }) => user === name),
        ),
      );
    return yield* show(process, `${"Username".padEnd(16)} ${"Port".padEnd(8)} ${"From".padEnd(16)} Latest\n${rows.join("")}`);
  },
};

function lastlogLine(process: Process, name: string, entry: PastLogin | undefined): string {
  if (entry === undefined) return `${name.padEnd(16)} ${" ".repeat(8)} ${" ".repeat(16)} **Never logged in**\n`;
  return `${name.padEnd(16)} ${entry.terminal.padEnd(8)} ${entry.from.padEnd(16)} ${formatTime("%a %b %e %H:%M:%S %z %Y", entry.fromMs, zoneOf(process))}\n`;
}

export const tty: Program = {
  name: "tty",
  *run(process) {
    const options = yield* parseOptions(process, { short: "s", long: { silent: "s", quiet: "s" }, errorStatus: 2 });
    if (typeof options === "number") return options;
    const here = process.isTerminal(0) && process.terminal !== undefined;
    if (!options.has("s")) yield* process.print(here ? `/dev/${process.terminal?.name}\n` : "not a tty\n");
    return here ? 0 : 1;
  },
};
