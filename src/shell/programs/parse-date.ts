import type { Zone } from "./time-format.ts";

/** Dates as people write them (touch -d, date -d, find -newermt): ISO 8601, `Jan 2 2024 10:00`, `@123`, now, yesterday, `2 days ago`. */
export interface DateContext {
  readonly nowMs: number;
  readonly zone: Zone;
}

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const UNIT_MS: Readonly<Record<string, number>> = {
  sec: 1000,
  second: 1000,
  min: 60_000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 604_800_000,
  fortnight: 1_209_600_000,
};
const WORD_DAYS: Readonly<Record<string, number>> = { now: 0, today: 0, yesterday: -1, tomorrow: 1 };

interface Parts {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  /** A time of day was given, or the moment is relative to now. */
  timed: boolean;
  dated: boolean;
  offsetMinutes: number;
  shiftMs: number;
  shiftMonths: number;
}

/** Unix milliseconds; undefined when the text is no date, or none that the calendar has. */
export function parseDate(text: string, context: DateContext): number | undefined {
  const ms = readDate(text, context);
  return ms === undefined || Number.isNaN(ms) || Math.abs(ms) > MAX_DATE_MS ? undefined : ms;
}

/** A day within the last that the engine's calendar has, so that every zone can show it. */
const MAX_DATE_MS = 8.64e15 - 86_400_000;

function readDate(text: string, { nowMs, zone }: DateContext): number | undefined {
  const epoch = /^\s*@(-?\d+)(?:\.(\d+))?\s*$/.exec(text);
  if (epoch !== null) return Number(epoch[1]) * 1000 + Number(`0.${epoch[2] ?? "0"}`) * 1000;
  const local = new Date(nowMs + zone.offsetMinutes * 60_000);
  const parts: Parts = {
    year: local.getUTCFullYear(),
    month: local.getUTCMonth(),
    day: local.getUTCDate(),
    hour: local.getUTCHours(),
    minute: local.getUTCMinutes(),
    second: local.getUTCSeconds() + local.getUTCMilliseconds() / 1000,
    timed: false,
    dated: false,
    offsetMinutes: zone.offsetMinutes,
    shiftMs: 0,
    shiftMonths: 0,
  };
  let rest = text.trim().toLowerCase();
  for (let count = 0; rest !== "" && count < 20; count += 1) {
    const used = takePart(rest, parts);
    if (used === 0) return undefined;
    rest = rest.slice(used).replace(/^[\s,]+/, "");
  }
  return moment(parts);
}

function moment(parts: Parts): number {
  if (parts.dated && !parts.timed) parts.hour = parts.minute = parts.second = 0;
  const whole = Math.floor(parts.second);
  const at = Date.UTC(parts.year, parts.month + parts.shiftMonths, parts.day, parts.hour, parts.minute, whole);
  return at + Math.round((parts.second - whole) * 1000) - parts.offsetMinutes * 60_000 + parts.shiftMs;
}

type Taker = readonly [pattern: RegExp, take: (match: RegExpExecArray, parts: Parts) => boolean];

const TAKERS: readonly Taker[] = [
  [/^(\d{4})-(\d{1,2})-(\d{1,2})(?:t(?=\d))?/, ([, year, month, day], parts) => setDate(parts, [Number(year), Number(month), Number(day)])],
  [/^(\d{4})(\d\d)(\d\d)(?=\s|$)/, ([, year, month, day], parts) => setDate(parts, [Number(year), Number(month), Number(day)])],
  [/^(\d{1,2})\/(\d{1,2})\/(\d{4})/, ([, month, day, year], parts) => setDate(parts, [Number(year), Number(month), Number(day)])],
  [
    /^(\d{1,2}):(\d\d)(?::(\d\d(?:\.\d+)?))?\s*(am|pm)?/,
    ([, hour, minute, second, half], parts) =>
      setTime(parts, { hour: Number(hour), minute: Number(minute), second: Number(second ?? 0), half }),
  ],
  [/^(?:utc|gmt|z)\b/, (_, parts) => setOffset(parts, 0)],
  [
    /^([-+])(\d\d):?(\d\d)\b/,
    ([, sign, hours, minutes], parts) => setOffset(parts, (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes))),
  ],
  [
    /^(\d{1,2})\s+([a-z]{3})[a-z]*\.?(?:\s+(\d{4}))?(?!:)/,
    ([, day, month, year], parts) => setDate(parts, [year === undefined ? parts.year : Number(year), monthNumber(month), Number(day)]),
  ],
  [
    /^([a-z]{3})[a-z]*\.?\s+(\d{1,2})(?!\d|:)(?:,?\s+(\d{4})(?!:))?/,
    ([, month, day, year], parts) => setDate(parts, [year === undefined ? parts.year : Number(year), monthNumber(month), Number(day)]),
  ],
  [/^(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b/, () => true],
  [/^(now|today|yesterday|tomorrow)\b/, ([, word], parts) => shift(parts, (WORD_DAYS[word ?? ""] ?? 0) * 86_400_000)],
  [
    /^(next|last|[-+]?\s*\d+)\s*(sec|second|min|minute|hour|day|week|fortnight|month|year)s?\b\s*(ago\b)?/,
    ([, amount, unit, ago], parts) => relative(parts, { amount: amount ?? "", unit: unit ?? "", ago: ago !== undefined }),
  ],
  [/^(\d{4})(?=\s*$)/, ([, year], parts) => setYear(parts, Number(year))],
];

function takePart(rest: string, parts: Parts): number {
  for (const [pattern, take] of TAKERS) {
    const match = pattern.exec(rest);
    if (match !== null && take(match, parts)) return match[0].length;
  }
  return 0;
}

function setDate(parts: Parts, [year, month, day]: readonly [number, number, number]): boolean {
  if (month < 1 || month > 12 || day < 1 || day > new Date(Date.UTC(year, month, 0)).getUTCDate()) return false;
  Object.assign(parts, { year, month: month - 1, day, dated: true });
  return true;
}

/** A year that comes last, as in `Jan 2 10:00 2024`. */
function setYear(parts: Parts, year: number): boolean {
  if (parts.dated) parts.year = year;
  return parts.dated;
}

function setTime(parts: Parts, time: { hour: number; minute: number; second: number; half: string | undefined }): boolean {
  const { minute, second, half } = time;
  if (time.hour > 23 || minute > 59 || second >= 61) return false;
  const hour = half === undefined ? time.hour : (time.hour % 12) + (half === "pm" ? 12 : 0);
  Object.assign(parts, { hour, minute, second, timed: true });
  return true;
}

function setOffset(parts: Parts, minutes: number): boolean {
  parts.offsetMinutes = minutes;
  return true;
}

function shift(parts: Parts, ms: number): boolean {
  parts.shiftMs += ms;
  return true;
}

function relative(parts: Parts, by: { amount: string; unit: string; ago: boolean }): boolean {
  const word = { next: 1, last: -1 }[by.amount];
  const count = (word ?? Number(by.amount.replaceAll(/\s/g, ""))) * (by.ago ? -1 : 1);
  const months = { month: 1, year: 12 }[by.unit];
  if (months !== undefined) parts.shiftMonths += months * count;
  else parts.shiftMs += (UNIT_MS[by.unit] ?? 0) * count;
  return true;
}

function monthNumber(name: string | undefined): number {
  return MONTHS.indexOf(name ?? "") + 1;
}
