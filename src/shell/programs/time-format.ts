import type { Process } from "../program.ts";

/** Times as strftime(3) writes them, in the zone of TZ or of the machine. */

const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const DAY_MS = 86_400_000;

export interface Zone {
  readonly name: string;
  /** East of Greenwich. */
  readonly offsetMinutes: number;
}

export const UTC: Zone = { name: "UTC", offsetMinutes: 0 };

/** The zone that a process shows times in. */
export function zoneOf(process: Process): Zone {
  const given = process.environment.get("TZ");
  if (given === undefined) return machineZone(process.system.machine.timezone);
  const [, name, sign, hours, minutes] = /^([A-Za-z]{3,})([-+]?)(\d{1,2})?(?::(\d\d))?$/.exec(given) ?? [];
  if (name === undefined || hours === undefined) return { name: /^[A-Za-z]{3,}$/.test(given) ? given : "UTC", offsetMinutes: 0 };
  const size = Number(hours) * 60 + Number(minutes ?? 0);
  return { name, offsetMinutes: sign === "-" ? size : -size };
}

/** Such as UTC+0 or CEST+2: an abbreviation and the offset east of Greenwich. */
function machineZone(text: string): Zone {
  const [, name, sign, hours, minutes] = /^([A-Za-z]+)([-+])(\d{1,2})(?::?(\d\d))?$/.exec(text) ?? [];
  if (name === undefined) return UTC;
  const size = Number(hours) * 60 + Number(minutes ?? 0);
  return { name, offsetMinutes: sign === "-" ? -size : size };
}

const MAX_WIDTH_DIGITS = 4;

/** strftime; `ms` may have a fraction, which %N shows. Flags `-`, `_`, `0`, `^` and GNU's widths are read. */
export function formatTime(format: string, ms: number, zone: Zone): string {
  const local = new Date(Math.floor(ms) + zone.offsetMinutes * 60_000);
  const moment = { ms, local, zone };
  return format.replace(/%([-_0^#]*)(\d*)(:{0,2}[A-Za-z%])/g, (...match: string[]) => {
    const [whole = "", flags = "", width = "", letter = ""] = match;
    const piece = field(letter, moment);
    return piece === undefined ? whole : padded(piece, flags, width.length > MAX_WIDTH_DIGITS ? "9999" : width);
  });
}

interface Moment {
  readonly ms: number;
  readonly local: Date;
  readonly zone: Zone;
}

type Piece = string | { readonly value: number; readonly width: number; readonly pad: "0" | " " };

function padded(piece: Piece, flags: string, width: string): string {
  const upper = flags.includes("^") || flags.includes("#");
  if (typeof piece === "string") return (upper ? piece.toUpperCase() : piece).padStart(Number(width || "0"));
  if (flags.includes("-")) return String(piece.value);
  const pad = flags.includes("_") ? " " : flags.includes("0") ? "0" : piece.pad;
  const sign = piece.value < 0 ? "-" : "";
  return sign + String(Math.abs(piece.value)).padStart(Number(width || piece.width), pad);
}

const zero = (value: number, width = 2): Piece => ({ value, width, pad: "0" });

function field(letter: string, moment: Moment): Piece | undefined {
  const { local } = moment;
  return dateField(letter, local) ?? timeField(letter, moment) ?? composed(letter, moment);
}

function dateField(letter: string, local: Date): Piece | undefined {
  const year = local.getUTCFullYear();
  switch (letter) {
    case "Y":
      return zero(year, 1);
    case "C":
      return zero(Math.floor(year / 100));
    case "y":
      return zero(year % 100);
    case "m":
      return zero(local.getUTCMonth() + 1);
    case "d":
      return zero(local.getUTCDate());
    case "e":
      return { value: local.getUTCDate(), width: 2, pad: " " };
    case "j":
      return zero(dayOfYear(local) + 1, 3);
    case "B":
      return MONTHS[local.getUTCMonth()] ?? "";
    case "b":
    case "h":
      return (MONTHS[local.getUTCMonth()] ?? "").slice(0, 3);
    default:
      return weekField(letter, local);
  }
}

function weekField(letter: string, local: Date): Piece | undefined {
  const day = local.getUTCDay();
  switch (letter) {
    case "A":
      return DAYS[day] ?? "";
    case "a":
      return (DAYS[day] ?? "").slice(0, 3);
    case "u":
      return zero(day === 0 ? 7 : day, 1);
    case "w":
      return zero(day, 1);
    case "U":
      return zero(Math.floor((dayOfYear(local) + 7 - day) / 7));
    case "W":
      return zero(Math.floor((dayOfYear(local) + 7 - ((day + 6) % 7)) / 7));
    case "V":
      return zero(isoWeek(local).week);
    case "G":
      return zero(isoWeek(local).year, 1);
    case "g":
      return zero(isoWeek(local).year % 100);
    default:
      return undefined;
  }
}

function timeField(letter: string, { ms, local, zone }: Moment): Piece | undefined {
  const hours = local.getUTCHours();
  switch (letter) {
    case "H":
      return zero(hours);
    case "k":
      return { value: hours, width: 2, pad: " " };
    case "I":
      return zero(hours % 12 || 12);
    case "l":
      return { value: hours % 12 || 12, width: 2, pad: " " };
    case "M":
      return zero(local.getUTCMinutes());
    case "S":
      return zero(local.getUTCSeconds());
    case "N":
      return nanoseconds(ms);
    case "s":
      return zero(Math.floor(ms / 1000), 1);
    case "p":
      return hours < 12 ? "AM" : "PM";
    case "P":
      return hours < 12 ? "am" : "pm";
    case "Z":
      return zone.name;
    default:
      return offsetField(letter, zone.offsetMinutes);
  }
}

function offsetField(letter: string, minutes: number): string | undefined {
  const sign = minutes < 0 ? "-" : "+";
  const hh = String(Math.floor(Math.abs(minutes) / 60)).padStart(2, "0");
  const mm = String(Math.abs(minutes) % 60).padStart(2, "0");
  if (letter === "z") return `${sign}${hh}${mm}`;
  if (letter === ":z") return `${sign}${hh}:${mm}`;
  return letter === "::z" ? `${sign}${hh}:${mm}:00` : undefined;
}

const COMPOSED: Readonly<Record<string, string>> = {
  c: "%a %b %e %H:%M:%S %Y",
  D: "%m/%d/%y",
  F: "%Y-%m-%d",
  R: "%H:%M",
  r: "%I:%M:%S %p",
  T: "%H:%M:%S",
  X: "%H:%M:%S",
  x: "%m/%d/%y",
};

function composed(letter: string, moment: Moment): string | undefined {
  const simple: Readonly<Record<string, string>> = { "%": "%", n: "\n", t: "\t" };
  const format = COMPOSED[letter];
  return format === undefined ? simple[letter] : formatTime(format, moment.ms, moment.zone);
}

function nanoseconds(ms: number): string {
  const fraction = ms - Math.floor(ms / 1000) * 1000;
  return String(Math.floor(fraction * 1_000_000)).padStart(9, "0");
}

function dayOfYear(local: Date): number {
  return Math.floor((local.getTime() - Date.UTC(local.getUTCFullYear(), 0, 1)) / DAY_MS);
}

function isoWeek(local: Date): { year: number; week: number } {
  const weekday = (local.getUTCDay() + 6) % 7;
  const thursday = new Date(local.getTime() + (3 - weekday) * DAY_MS);
  return { year: thursday.getUTCFullYear(), week: Math.floor(dayOfYear(thursday) / 7) + 1 };
}
