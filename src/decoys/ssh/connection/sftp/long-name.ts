import type { Persona } from "../../../../decoy/persona.ts";
import type { Stat } from "../../../../shell/file-system.ts";

const TYPE_LETTERS: Readonly<Record<Stat["kind"], string>> = {
  fifo: "p",
  character: "c",
  directory: "d",
  block: "b",
  file: "-",
  link: "l",
  socket: "s",
};

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
/** Half a year: older (or future) files show the year instead of the hour. */
const RECENT_MS = (365 * 24 * 60 * 60 * 1000) / 2;

export interface LongNameContext {
  readonly persona: Persona;
  readonly nowMs: number;
}

/** The line of `ls -l` that sftp-server sends beside a name: `drwxr-xr-x    2 root     root         4096 Nov 22 01:33 sub`. */
export function longName(name: string, stat: Stat, { persona, nowMs }: LongNameContext): string {
  const user = persona.users.find((one) => one.uid === stat.uid)?.name ?? String(stat.uid);
  const group = persona.groups.find((one) => one.gid === stat.gid)?.name ?? String(stat.gid);
  const date = dateOf(stat.modifyMs, nowMs, offsetMs(persona.machine.timezone));
  const links = String(stat.links).padStart(3);
  return `${modeLetters(stat)}  ${links} ${user.padEnd(8)} ${group.padEnd(8)} ${String(stat.size).padStart(8)} ${date} ${name}`;
}

/** strmode(3) without its trailing blank. */
function modeLetters({ kind, mode }: Stat): string {
  const triple = (bits: number, special: boolean, letter: string) => {
    const execute = (bits & 1) !== 0;
    const last = special ? (execute ? letter : letter.toUpperCase()) : execute ? "x" : "-";
    return `${bits & 4 ? "r" : "-"}${bits & 2 ? "w" : "-"}${last}`;
  };
  const user = triple(mode >> 6, (mode & 0o4000) !== 0, "s");
  const group = triple(mode >> 3, (mode & 0o2000) !== 0, "s");
  return `${TYPE_LETTERS[kind]}${user}${group}${triple(mode, (mode & 0o1000) !== 0, "t")}`;
}

function dateOf(modifyMs: number, nowMs: number, zoneMs: number): string {
  const local = new Date(modifyMs + zoneMs);
  const day = `${MONTHS[local.getUTCMonth()] ?? ""} ${String(local.getUTCDate()).padStart(2)}`;
  if (nowMs <= modifyMs || nowMs - modifyMs >= RECENT_MS) return `${day}  ${local.getUTCFullYear()}`;
  return `${day} ${two(local.getUTCHours())}:${two(local.getUTCMinutes())}`;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}

/** `CET+1`, `IST+5:30`: hours and minutes east of Greenwich. */
function offsetMs(timezone: string): number {
  const [, sign = "+", hours = "0", minutes = "0"] = /([+-])(\d+)(?::(\d+))?$/.exec(timezone) ?? [];
  const ms = (Number(hours) * 60 + Number(minutes)) * 60_000;
  return sign === "-" ? -ms : ms;
}
