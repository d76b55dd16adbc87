import { choice, integer, list, type Of, object, text } from "../shape/shape.ts";
import { chanceOf } from "./chance.ts";

/**
 * Log files of what a machine does by the clock, such as cron's hourly and daily jobs: from the last weekly rotation to now.
 * A line is written again at each start as it was, since second, microsecond and pid follow from its moment and the seed.
 */
export const logsShape = list(
  "Log files made of what happens regularly",
  object("A log file", {
    path: text("Path of the file"),
    stamp: choice("Form of the time: RFC 3339 with microseconds, or as of old", ["rfc3339", "traditional"]),
    events: list(
      "What happens regularly",
      object("An event", {
        everyMinutes: integer("Minutes between two of them, counted from midnight UTC", 1, 1440),
        minute: integer("Minutes after that at which it happens", 0, 1439),
        lines: list("Lines: @pid stands for a process id", text("A line after the host name, such as CRON[@pid]: ...")),
      }),
    ),
  }),
);

export interface LogWriting {
  readonly hostname: string;
  readonly seed: Uint8Array;
  readonly bootMs: number;
  readonly wallMs: number;
}

const minuteMs = 60_000;
const dayMs = 86_400_000;
const maxLines = 4000;

/** A log's text, and when its last line was written. */
export function writeLog(log: Of<typeof logsShape>[number], writing: LogWriting): { readonly text: string; readonly lastMs: number } {
  const from = Math.max(writing.bootMs, rotatedAt(writing.wallMs));
  const lines = log.events.flatMap((event) =>
    momentsOf(event, from, writing.wallMs).flatMap((moment) => linesOf(event.lines, moment, { log, writing })),
  );
  lines.sort((one, other) => one.atMs - other.atMs);
  const kept = lines.slice(-maxLines);
  return { text: kept.map(({ line }) => `${line}\n`).join(""), lastMs: kept.at(-1)?.atMs ?? from };
}

/** Logs are rotated by the week, on Sunday at midnight. */
function rotatedAt(wallMs: number): number {
  const day = Math.floor(wallMs / dayMs);
  return (day - ((day + 4) % 7)) * dayMs;
}

function momentsOf({ everyMinutes, minute }: { everyMinutes: number; minute: number }, fromMs: number, untilMs: number): readonly number[] {
  const moments: number[] = [];
  const midnight = Math.floor(fromMs / dayMs) * dayMs;
  for (let at = midnight + minute * minuteMs; at < untilMs - minuteMs; at += everyMinutes * minuteMs) {
    if (at >= fromMs) moments.push(at);
  }
  return moments;
}

function linesOf(lines: readonly string[], moment: number, { log, writing }: { log: Of<typeof logsShape>[number]; writing: LogWriting }) {
  const chance = chanceOf(writing.seed, `log ${moment}`);
  const pid = 900 + Math.floor((moment - writing.bootMs) / 36_000) + chance.integer(0, 30);
  let atMs = moment + 1000 + chance.integer(0, 40);
  return lines.map((line) => {
    atMs += chance.integer(1, 9);
    const stamp = log.stamp === "rfc3339" ? rfc3339(atMs, chance.integer(0, 999)) : traditional(atMs);
    return { atMs, line: `${stamp} ${writing.hostname} ${line.replaceAll("@pid", String(pid))}` };
  });
}

function rfc3339(atMs: number, micros: number): string {
  return new Date(atMs).toISOString().replace("Z", `${String(micros).padStart(3, "0")}+00:00`);
}

function traditional(atMs: number): string {
  const parts = new Date(atMs).toUTCString().split(/[ ,]+/);
  return `${parts[2]} ${String(Number(parts[1])).padStart(2)} ${parts[4]}`;
}
