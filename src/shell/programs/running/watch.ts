import { isErrno } from "../../errno.ts";
import { type Options, readOptions } from "../../options.ts";
import type { Execution, Process, Program } from "../../program.ts";
import { formatTime, zoneOf } from "../time-format.ts";
import { usageBlock } from "../usage.ts";

/** watch (procps, busybox): runs a command again and again and shows its output on the whole screen, until ^C. */
export const watch: Program = {
  name: "watch",
  *run(process) {
    const options = readOptions(process.args, {
      short: "bcd::egn:pq:tvwx",
      long: {
        beep: "b",
        color: "c",
        differences: "d",
        errexit: "e",
        chgexit: "g",
        interval: "n",
        precise: "p",
        equexit: "q",
        "no-title": "t",
        "no-wrap": "w",
        exec: "x",
        version: "v",
      },
      stopAtOperand: true,
      version: `watch from ${process.system.machine.versions["procps"] ?? "procps-ng 4.0.2"}\n`,
    });
    if ("show" in options) {
      yield* process.print(options.show);
      return 0;
    }
    if ("wrong" in options || options.operands.length === 0) {
      if ("wrong" in options) yield* process.fail(options.wrong);
      yield* process.write(2, USAGE);
      return 1;
    }
    const seconds = Number(options.value("n") ?? "2");
    if (!Number.isFinite(seconds)) return yield* process.fail(`failed to parse argument: '${options.value("n")}'`);
    process.onSignal("INT", "catch");
    return yield* repeat(process, options, Math.max(0.1, seconds));
  },
};

const USAGE = usageBlock("watch").replace(
  " watch [options]\n",
  ` watch [options] command

Options:
  -b, --beep             beep if command has a non-zero exit
  -c, --color            interpret ANSI color and style sequences
  -d, --differences[=<permanent>]
                         highlight changes between updates
  -e, --errexit          exit if command has a non-zero exit
  -g, --chgexit          exit when output from command changes
  -q, --equexit <cycles>
                         exit when output from command does not change
  -n, --interval <secs>  seconds to wait between updates
  -p, --precise          attempt run command in precise intervals
  -t, --no-title         turn off header
  -w, --no-wrap          turn off line wrapping
  -x, --exec             pass command to exec instead of "sh -c"

 -h, --help     display this help and exit
 -v, --version  output version information and exit
`,
);

const START = "\x1b[?1049h\x1b[22;0;0t";
const SETUP = "\x1b(B\x1b[m\x1b[4l\x1b[?7h";

function* repeat(process: Process, options: Options, seconds: number): Execution {
  const { rows, columns } = sizeOf(process);
  yield* process.print(`${START}\x1b[1;${rows}r${SETUP}`);
  let before: string | undefined;
  let status = 0;
  while (true) {
    const shown = yield* runOnce(process, options);
    if (typeof shown === "number") return shown;
    yield* process.print(screen(process, shown.text, { options, seconds, rows, columns }));
    status = shown.status;
    const changed = before !== undefined && before !== shown.text;
    before = shown.text;
    if ((options.has("g") && changed) || (options.has("e") && status !== 0)) break;
    if (yield* process.sleep(seconds * 1000)) break;
  }
  yield* process.print(`\x1b[${rows};1H\x1b[?1049l\x1b[23;0;0t\r\x1b[?1l\x1b>`);
  return options.has("e") ? status : 0;
}

function sizeOf(process: Process): { rows: number; columns: number } {
  return { rows: process.terminal?.rows || 24, columns: process.terminal?.columns || 80 };
}

const MAX_OUTPUT_BYTES = 1 << 17;

/** What the command printed, its errors too. */
function* runOnce(process: Process, options: Options): Execution<{ text: string; status: number } | number> {
  const [read, write] = process.pipe();
  const argv = options.has("x") ? options.operands : ["sh", "-c", options.operands.join(" ")];
  const child = process.spawn({
    argv,
    descriptors: [
      [0, 0],
      [1, write],
      [2, write],
    ],
  });
  process.close(write);
  if (isErrno(child)) {
    process.close(read);
    return 127;
  }
  const text = yield* process.readAll(read, MAX_OUTPUT_BYTES);
  process.close(read);
  return { text, status: yield* process.wait(child) };
}

function screen(process: Process, text: string, how: { options: Options; seconds: number; rows: number; columns: number }): string {
  const { rows, columns } = how;
  const title = how.options.has("t") ? "" : titleLine(process, how);
  const top = how.options.has("t") ? 1 : 3;
  const lines = text
    .split("\n")
    .flatMap((line) => (how.options.has("w") ? [line.slice(0, columns)] : (line.match(new RegExp(`.{1,${columns}}`, "g")) ?? [""])));
  const shown = lines.slice(0, rows - top + 1).map((line, at) => (line === "" ? "" : `\x1b[${top + at};1H${line}`));
  return `\x1b[H\x1b[2J${title}${shown.join("")}\x1b[${rows};${columns}H`;
}

/** The command on the left, host and time on the right. */
function titleLine(process: Process, how: { options: Options; seconds: number; columns: number }): string {
  const date = formatTime("%a %b %e %H:%M:%S %Y", process.system.now().wallMs, zoneOf(process));
  const right = `${process.system.machine.hostname}: ${date}`;
  const left = `Every ${how.seconds.toFixed(1)}s: ${how.options.operands.join(" ")}`.slice(0, Math.max(0, how.columns - right.length - 1));
  return `${left}\x1b[1;${how.columns - right.length + 1}H${right}`;
}
