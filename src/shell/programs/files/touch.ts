import { explain, isErrno } from "../../errno.ts";
import { type Options, parseOptions } from "../../options.ts";
import type { Execution, Process, Program } from "../../program.ts";
import { parseDate } from "../parse-date.ts";
import { quoteName, quoteValue } from "../quoting.ts";
import { zoneOf } from "../time-format.ts";

export const touch: Program = {
  name: "touch",
  *run(process) {
    const options = yield* parseOptions(process, {
      short: "acd:fhmr:t:",
      long: { "no-create": "c", date: "d", "no-dereference": "h", reference: "r", time: "time:" },
    });
    if (typeof options === "number") return options;
    const times = yield* wantedTimes(process, options);
    if (typeof times === "number") return times;
    if (options.operands.length === 0) return yield* process.failUsage("missing file operand");
    let status = 0;
    for (const path of options.operands) if (!(yield* touchOne(process, path, { options, times }))) status = 1;
    return status;
  },
};

interface Times {
  readonly accessMs: number;
  readonly modifyMs: number;
}

function* wantedTimes(process: Process, options: Options): Execution<Times | number> {
  const now = process.system.now().wallMs;
  const reference = options.value("r");
  if (reference !== undefined) {
    const stat = process.fs.stat(reference);
    if (isErrno(stat)) return yield* process.fail(`failed to get attributes of ${quoteName(reference)}: ${explain(stat)}`);
    return { accessMs: stat.accessMs, modifyMs: stat.modifyMs };
  }
  const date = options.value("d");
  if (date !== undefined) {
    const at = parseDate(date, { nowMs: now, zone: zoneOf(process) });
    return at === undefined ? yield* process.fail(`invalid date format ${quoteValue(process, date)}`) : { accessMs: at, modifyMs: at };
  }
  const stamp = options.value("t");
  if (stamp === undefined) return { accessMs: now, modifyMs: now };
  const at = parseStamp(stamp, { nowMs: now, offsetMinutes: zoneOf(process).offsetMinutes });
  return at === undefined ? yield* process.fail(`invalid date format ${quoteValue(process, stamp)}`) : { accessMs: at, modifyMs: at };
}

/** [[CC]YY]MMDDhhmm[.ss]. */
function parseStamp(text: string, now: { nowMs: number; offsetMinutes: number }): number | undefined {
  const [, century, year, month, day, hour, minute, second = "0"] =
    /^(\d\d)??(\d\d)?(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d\d))?$/.exec(text) ?? [];
  if (minute === undefined) return undefined;
  const short = Number(year);
  const base = century === undefined ? (short < 69 ? 2000 : 1900) : Number(century) * 100;
  const full = year === undefined ? new Date(now.nowMs).getUTCFullYear() : base + short;
  const at = Date.UTC(full, Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  const valid = new Date(at).getUTCMonth() === Number(month) - 1 && Number(hour) < 24 && Number(minute) < 60 && Number(second) < 61;
  return valid ? at - now.offsetMinutes * 60_000 : undefined;
}

interface TouchHow {
  readonly options: Options;
  readonly times: Times;
}

function* touchOne(process: Process, path: string, how: TouchHow): Execution<boolean> {
  const { fs } = process;
  const { options } = how;
  yield* process.charge(4);
  const stat = options.has("h") ? fs.lstat(path) : fs.stat(path);
  if (isErrno(stat)) {
    if (options.has("c") || options.has("h")) return true;
    const made = stat.errno === "ENOENT" ? process.open(path, { write: true, create: true }) : stat;
    if (isErrno(made)) return yield* cannot(process, `cannot touch ${quoteName(path)}: ${explain(made)}`);
    process.close(made);
  }
  const done = fs.setTimes(path, timesFor(process, path, how));
  if (!isErrno(done)) return true;
  return yield* cannot(process, `${done.errno === "EACCES" ? "cannot touch" : "setting times of"} ${quoteName(path)}: ${explain(done)}`);
}

/** -a changes only the time of access, -m only that of the content. */
function timesFor(process: Process, path: string, { options, times }: TouchHow): Times {
  const old = process.fs.stat(path);
  if (isErrno(old)) return times;
  const word = options.value("time") ?? "";
  const access = options.has("a") || /^[au]/.test(word);
  const modify = options.has("m") || word.startsWith("m");
  if (access === modify) return times;
  return access ? { ...times, modifyMs: old.modifyMs } : { ...times, accessMs: old.accessMs };
}

function* cannot(process: Process, message: string): Execution<boolean> {
  yield* process.fail(message);
  return false;
}
