import { writeFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import type { Command } from "commander";
import { OperatorError } from "../errors/operator-error.ts";
import type { Event } from "../events/event.ts";
import { asciicast, type CastHeader } from "../store/recordings/asciicast.ts";
import type { Frame } from "../store/recordings/frame.ts";
import { RESTORE_TERMINAL, TerminalFilter } from "../wire/terminal-filter.ts";
import { configOption, positiveNumber, stateOption, wholeNumber } from "./options.ts";
import { say } from "./output.ts";
import { findSession, type Place, withStore } from "./state.ts";

interface ReplayOptions extends Place {
  readonly speed: number;
  readonly cast?: string;
  readonly terminal?: number;
  readonly maxPause: number;
}

export function addReplay(program: Command): void {
  program
    .command("replay <id>")
    .description("play a visitor's terminal; what could act on yours is left out")
    .option("--speed <n>", "times faster", positiveNumber, 1)
    .option("--max-pause <seconds>", "shorten pauses to this", positiveNumber, 5)
    .option("--terminal <n>", "which, if there were several", wholeNumber(0))
    .option("--cast <file>", "write asciicast v2 instead; - for standard output")
    .addOption(stateOption())
    .addOption(configOption())
    .action(replay);
}

async function replay(given: string, options: ReplayOptions): Promise<void> {
  await withStore(options, async (reader) => {
    const id = findSession(reader, given);
    const terminal = options.terminal ?? reader.terminals(id)[0];
    const frames = terminal === undefined ? undefined : reader.recording(id, terminal);
    if (terminal === undefined || frames === undefined)
      throw new OperatorError("not-found", `Visit ${id} has no recording${terminal === undefined ? "" : ` ${terminal}`}.`);
    if (options.cast === undefined) await play(frames, options);
    else writeCast([...frames], options.cast, headerOf(reader.questions.session(id), terminal));
  });
}

/** Shows what the visitor saw, with the pauses of the time. */
async function play(frames: Iterable<Frame>, { speed, maxPause }: ReplayOptions): Promise<void> {
  const filter = new TerminalFilter();
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let lastUs = 0;
  for (const { atUs, moment } of frames) {
    const pauseMs = Math.min((atUs - lastUs) / 1000, maxPause * 1000) / speed;
    lastUs = atUs;
    if (pauseMs >= 1) await wait(pauseMs);
    if (moment.way === "out") process.stdout.write(filter.push(decoder.decode(moment.bytes, { stream: true })));
  }
  process.stdout.write(`${RESTORE_TERMINAL}\r\n`);
}

function writeCast(frames: readonly Frame[], file: string, header: CastHeader): void {
  const size = frames.find(({ moment }) => moment.way === "size")?.moment;
  const { columns, rows } = size?.way === "size" ? size : header;
  const text = `${[...asciicast(frames, { ...header, columns, rows })].join("\n")}\n`;
  if (file === "-") {
    process.stdout.write(text);
    return;
  }
  writeFileSync(file, text, { mode: 0o600 });
  say(`Wrote ${file}. It holds what the visitor sent as it was: play it only where escape sequences can do no harm.`);
}

function headerOf(events: readonly Event[], terminal: number): CastHeader {
  const open = events.find(({ kind, fields }) => kind === "terminal.open" && fields["terminal"] === terminal);
  const type = open?.fields["type"];
  return {
    columns: 80,
    rows: 24,
    startSeconds: Math.floor(Date.parse(open?.time ?? events[0]?.time ?? "1970-01-01T00:00:00Z") / 1000),
    ...(typeof type === "string" ? { terminal: type } : {}),
  };
}
