import { explain, isErrno } from "../../errno.ts";
import { readOptions } from "../../options.ts";
import type { Execution, Process, Program } from "../../program.ts";
import { wrapLine } from "./cells.ts";
import { RawTerminal } from "./raw-terminal.ts";
import { linesOf } from "./text-buffer.ts";

/** more (util-linux, busybox): a page at a time, forwards only; to anything but a terminal as cat, with a heading when there are several files. */
export const more: Program = {
  name: "more",
  *run(process) {
    const options = readOptions(
      process.args.filter((arg) => !/^[-+]\d+$|^\+\//.test(arg)),
      { short: "deflcpsun:V", version: "more from util-linux 2.38.1\n" },
    );
    if ("show" in options) {
      yield* process.print(options.show);
      return 0;
    }
    if ("wrong" in options) {
      yield* process.fail(options.wrong);
      yield* process.write(2, "Try 'more --help' for more information.\n");
      return 1;
    }
    const paths = options.operands.length === 0 && !process.isTerminal(0) ? ["-"] : options.operands;
    if (paths.length > 0) return yield* showAll(process, paths);
    yield* process.fail("bad usage");
    yield* process.write(2, "Try 'more --help' for more information.\n");
    return 1;
  },
};

const RULE = "::::::::::::::";

function* showAll(process: Process, paths: readonly string[]): Execution {
  for (const [at, path] of paths.entries()) {
    const text = yield* readText(process, path);
    if (text === undefined) continue;
    const named = paths.length > 1 || (path !== "-" && !process.isTerminal(1) && process.flavour === "gnu");
    const heading = named ? `${RULE}\n${path}\n${RULE}\n` : "";
    const going = yield* show(process, heading + text, at === paths.length - 1);
    if (!going) break;
  }
  return 0;
}

function* readText(process: Process, path: string): Execution<string | undefined> {
  if (path === "-") return yield* process.readAll(0);
  const stat = process.fs.stat(path);
  if (!isErrno(stat) && stat.kind === "directory") {
    yield* process.print(`\n*** ${path}: directory ***\n\n`);
    return undefined;
  }
  const text = process.fs.readFile(path);
  if (!isErrno(text)) return text;
  yield* process.fail(`cannot open ${path}: ${explain(text)}`);
  return undefined;
}

/** False when the visitor ended it. */
function* show(process: Process, text: string, last: boolean): Execution<boolean> {
  const { terminal } = process;
  if (!process.isTerminal(1) || terminal === undefined) {
    yield* process.print(text);
    return true;
  }
  const keys = process.isTerminal(0) ? 0 : process.open("/dev/tty", { read: true });
  const raw = new RawTerminal(process, { fd: isErrno(keys) ? 2 : keys, settings: terminal.settings }, true);
  process.onSignal("INT", "catch");
  const rows: { text: string; bytes: number }[] = [];
  let bytes = 0;
  for (const line of text === "" ? [] : linesOf(text)) {
    bytes += line.length + 1;
    for (const row of yield* wrapLine(process, line, raw.columns)) rows.push({ text: row, bytes });
  }
  const going = yield* pages(process, raw, { rows, size: text.length, last });
  raw.restore();
  return going;
}

function* pages(
  process: Process,
  raw: RawTerminal,
  text: { rows: readonly { text: string; bytes: number }[]; size: number; last: boolean },
): Execution<boolean> {
  let at = 0;
  let wanted = raw.rows - 1;
  while (true) {
    const part = text.rows.slice(at, at + wanted);
    yield* process.print(
      `${at > 0 ? "\r" : ""}${part.map((row, place) => `${row.text}${place === 0 && at > 0 ? "\x1b[K" : ""}\n`).join("")}`,
    );
    at += part.length;
    if (at >= text.rows.length) return true;
    const percent = Math.floor(((text.rows[at - 1]?.bytes ?? 0) * 100) / Math.max(1, text.size));
    yield* process.print(`\x1b[7m--More--(${percent}%)\x1b[27m`);
    const steps = yield* nextStep(process, raw);
    if (steps === undefined) return false;
    wanted = steps;
  }
}

/** How many rows more; undefined to end. */
function* nextStep(process: Process, raw: RawTerminal): Execution<number | undefined> {
  while (true) {
    const key = yield* raw.key();
    if (/^([qQ\x03]|eof)$/.test(key)) {
      yield* process.print("\r\x1b[K");
      return undefined;
    }
    if (/^([ fz]|pagedown)$/.test(key)) return raw.rows - 1;
    if (/^([\r\nj]|down)$/.test(key)) return 1;
    if (/^[d\x04]$/.test(key)) return 11;
    yield* process.print("\x07");
  }
}
