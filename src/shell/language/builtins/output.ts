import { evaluateCondition } from "../../conditions.ts";
import { explain, isErrno } from "../../errno.ts";
import { echoText, formatPrintf } from "../../printf.ts";
import type { Execution } from "../../program.ts";
import { setVariable } from "../assignment.ts";
import { backslashQuoted } from "../quoting.ts";
import type { Shell } from "../shell.ts";
import { conditionPorts } from "../test-command.ts";
import { wrong } from "./builtin.ts";

export function* echo(shell: Shell, args: readonly string[]): Execution {
  const style = shell.dialect === "dash" || shell.shopts.has("xpg_echo") ? "dash" : "bash";
  const written = yield* shell.process.print(echoText(args, style));
  if (isErrno(written)) return yield* wrong(shell, shell.dialect === "dash" ? "echo: I/O error" : `echo: write error: ${explain(written)}`);
  return 0;
}

export function* printf(shell: Shell, args: readonly string[]): Execution {
  const toVariable = args[0] === "-v" && shell.dialect === "bash" ? args[1] : undefined;
  const rest = toVariable !== undefined ? args.slice(2) : args[0] === "--" ? args.slice(1) : args;
  const [format, ...values] = rest;
  if (format === undefined) return yield* printfUsage(shell);
  yield* shell.process.charge(1 + values.length);
  const plain = shell.dialect === "dash";
  const printed = formatPrintf(format, values, { plain, quote: backslashQuoted, time: (form, seconds) => timeText(shell, form, seconds) });
  if (toVariable !== undefined) setVariable(shell, variableTarget(toVariable), printed.text);
  else yield* shell.process.print(printed.text);
  for (const complaint of printed.complaints) yield* shell.complain(`printf: ${complaint}`);
  if (printed.complaints.length === 0) return 0;
  return plain && printed.stopped ? 2 : 1;
}

function* printfUsage(shell: Shell): Execution {
  if (shell.dialect === "bash") yield* shell.say("printf: usage: printf [-v var] format [arguments]\n");
  else
    yield* shell.complain(
      shell.pick({ bash: "", dash: "printf: usage: printf format [arg ...]", ash: "printf: usage: printf FORMAT [ARG]..." }),
    );
  return 2;
}

function variableTarget(name: string): { name: string; key?: string } {
  const [, array, key] = /^(\w+)\[(.*)\]$/.exec(name) ?? [];
  return array === undefined || key === undefined ? { name } : { name: array, key };
}

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** The last day of the engine's calendar. */
const MAX_DATE_MS = 8.64e15;

/** %(format)T in UTC: the usual conversions of strftime(3). */
function timeText(shell: Shell, format: string, seconds: string | undefined): string {
  const given = seconds === undefined || seconds === "-1" || seconds === "-2" ? shell.process.system.now().wallMs : Number(seconds) * 1000;
  const date = new Date(Math.max(-MAX_DATE_MS, Math.min(MAX_DATE_MS, given || 0)));
  const two = (value: number) => String(value).padStart(2, "0");
  const day = `${two(date.getUTCMonth() + 1)}/${two(date.getUTCDate())}/${two(date.getUTCFullYear() % 100)}`;
  const clock = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
  const fields: Readonly<Record<string, string>> = {
    Y: String(date.getUTCFullYear()),
    m: two(date.getUTCMonth() + 1),
    d: two(date.getUTCDate()),
    H: two(date.getUTCHours()),
    M: two(date.getUTCMinutes()),
    S: two(date.getUTCSeconds()),
    s: String(Math.floor(given / 1000)),
    F: date.toISOString().slice(0, 10),
    T: clock,
    D: day,
    a: DAYS[date.getUTCDay()] ?? "",
    b: MONTHS[date.getUTCMonth()] ?? "",
    y: two(date.getUTCFullYear() % 100),
    e: String(date.getUTCDate()).padStart(2),
    Z: "UTC",
    z: "+0000",
    "%": "%",
    n: "\n",
    t: "\t",
  };
  return (format === "" ? "%T" : format).replace(/%(.)/g, (whole, letter) => fields[letter] ?? whole);
}

export function* test(shell: Shell, args: readonly string[]): Execution {
  return yield* condition(shell, "test", args);
}

export function* bracket(shell: Shell, args: readonly string[]): Execution {
  if (args.at(-1) !== "]")
    return yield* wrong(shell, shell.dialect === "bash" ? "[: missing `]'" : shell.dialect === "dash" ? "[: missing ]" : "[: missing ]", 2);
  return yield* condition(shell, "[", args.slice(0, -1));
}

function* condition(shell: Shell, name: string, args: readonly string[]): Execution {
  yield* shell.process.charge(1);
  const verdict = evaluateCondition(args, conditionPorts(shell));
  if (typeof verdict === "boolean") return verdict ? 0 : 1;
  return yield* wrong(shell, `${name}: ${verdict.wrong}`, 2);
}
