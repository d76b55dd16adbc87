import { isErrno } from "../../errno.ts";
import { type Options, parseOptions } from "../../options.ts";
import type { Execution, Process, Program } from "../../program.ts";
import { extraOperand } from "../messages.ts";
import { parseDate } from "../parse-date.ts";
import { quoteValue } from "../quoting.ts";
import { formatTime, UTC, type Zone, zoneOf } from "../time-format.ts";

const LONG = {
  date: "d",
  file: "f",
  "iso-8601": "I",
  "rfc-email": "R",
  "rfc-822": "R",
  "rfc-2822": "R",
  "rfc-3339": "rfc-3339:",
  reference: "r",
  set: "s",
  utc: "u",
  universal: "u",
  debug: "debug",
};
const ISO: Readonly<Record<string, string>> = {
  date: "%Y-%m-%d",
  hours: "%Y-%m-%dT%H%:z",
  minutes: "%Y-%m-%dT%H:%M%:z",
  seconds: "%Y-%m-%dT%H:%M:%S%:z",
  ns: "%Y-%m-%dT%H:%M:%S,%N%:z",
};

/** The machine's clock, and any other time that the options name. */
export const date: Program = {
  name: "date",
  *run(process) {
    const options = yield* parseOptions(process, { short: "d:f:I::Rr:s:uD:", long: LONG });
    if (typeof options === "number") return options;
    const zone = options.has("u") ? UTC : zoneOf(process);
    const format = formatOf(process, options);
    const [first, second] = options.operands;
    if (second !== undefined) return yield* extraOperand(process, second);
    if (options.has("s") || (first !== undefined && !first.startsWith("+")))
      return yield* setClock(process, { text: options.value("s") ?? first ?? "", zone, format });
    const atMs = yield* moment(process, options, zone);
    if (atMs === undefined) return 1;
    yield* process.print(`${formatTime(format, atMs, zone)}\n`);
    return 0;
  },
};

function formatOf(process: Process, options: Options): string {
  const given = options.operands.find((word) => word.startsWith("+"));
  if (given !== undefined) return given.slice(1);
  if (options.has("R")) return "%a, %d %b %Y %H:%M:%S %z";
  if (options.has("I")) return isoFormat(options.value("I") || "date");
  const rfc = options.value("rfc-3339");
  if (rfc !== undefined) return rfc.startsWith("n") ? "%F %T.%N%:z" : rfc.startsWith("s") ? "%F %T%:z" : "%F";
  return usualFormat(process);
}

function isoFormat(spec: string): string {
  return ISO[Object.keys(ISO).find((name) => name.startsWith(spec)) ?? "date"] ?? "%F";
}

/** American locales have twelve hours. */
function usualFormat({ environment, flavour }: Process): string {
  const locale = environment.get("LC_ALL") || environment.get("LC_TIME") || environment.get("LANG") || "";
  return flavour === "gnu" && locale.startsWith("en_US") ? "%a %b %e %I:%M:%S %p %Z %Y" : "%a %b %e %H:%M:%S %Z %Y";
}

/** Unix milliseconds with a fraction, which %N shows. */
function* moment(process: Process, options: Options, zone: Zone): Execution<number | undefined> {
  const { wallMs } = process.system.now();
  const fraction = process.system.random(2);
  const nowMs = wallMs + (fraction.charCodeAt(0) * 256 + fraction.charCodeAt(1)) / 65_536;
  const file = options.value("r");
  if (file !== undefined) {
    const stat = process.fs.stat(file);
    if (!isErrno(stat)) return stat.modifyMs;
    yield* process.fail(`${file}: No such file or directory`);
    return undefined;
  }
  const text = options.value("d");
  if (text === undefined) return nowMs;
  const found = parseDate(text === "" ? "00:00" : text, { nowMs, zone });
  if (found === undefined)
    yield* process.fail(process.flavour === "busybox" ? `invalid date '${text}'` : `invalid date ${quoteValue(process, text)}`);
  return found;
}

function* setClock(process: Process, wish: { text: string; zone: Zone; format: string }): Execution {
  const { text, zone } = wish;
  const compact = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d(?:\d\d)?)?(?:\.(\d\d))?$/.exec(text);
  const nowMs = process.system.now().wallMs;
  const year = compact?.[5] ?? String(new Date(nowMs).getUTCFullYear());
  const wanted =
    compact === null
      ? parseDate(text, { nowMs, zone })
      : Date.UTC(
          Number(year.length === 2 ? `20${year}` : year),
          Number(compact[1]) - 1,
          Number(compact[2]),
          Number(compact[3]),
          Number(compact[4]),
        );
  if (wanted === undefined)
    return yield* process.fail(`invalid date ${process.flavour === "busybox" ? `'${text}'` : quoteValue(process, text)}`);
  const refused = process.credentials.uid !== 0;
  if (refused)
    yield* process.fail(
      process.flavour === "busybox" ? "can't set date: Operation not permitted" : "cannot set date: Operation not permitted",
    );
  yield* process.print(`${formatTime(wish.format, wanted, zone)}\n`);
  return refused ? 1 : 0;
}
