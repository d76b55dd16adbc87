import { parseTranscript } from "../../detectors/battery/parse-transcript.ts";
import type { LocalView } from "../../detectors/views/local-view.ts";
import { parseLocalView } from "../../detectors/views/view-file.ts";
import { hostSeed, liveView, seedIn } from "../../disguise/live-view.ts";
import { OperatorError } from "../../errors/operator-error.ts";
import { readableSeed } from "../../steward/apply/site-seed.ts";
import type { Parsed } from "../../wire/parsed.ts";
import { readNamedFile } from "../read-named-file.ts";

/** The host that a plan is for: a saved view, or this host as whoever asks may see it. */
export async function viewToPlan(from: string | undefined): Promise<LocalView> {
  return from === undefined ? await liveView({ measures: true }) : savedView(from);
}

function savedView(file: string): LocalView {
  const text = readNamedFile(file);
  if (text.trimStart().startsWith("{")) return checked(file, parseLocalView(text));
  return { takenAtMs: Date.now(), measurements: {}, ...checked(file, parseTranscript(text)) };
}

function checked<T>(file: string, parsed: Parsed<T>): T {
  if (parsed.status === "done") return parsed.value;
  const why = parsed.status === "malformed" ? parsed.why : "it ends too early";
  throw new OperatorError("view-unreadable", `${file} is no saved view of a host from inside: ${why}.`);
}

export interface SeedAsked {
  readonly seedFile?: string;
  /** The steward's. */
  readonly folder: string;
}

/** The seed that is named; else the one by which the steward disguises this host, where we may read it; else the host's own number. */
export function seedFor(view: LocalView, { seedFile, folder }: SeedAsked): string {
  return seedFile === undefined ? (readableSeed(folder) ?? hostSeed(view)) : seedInFile(seedFile);
}

export function seedInFile(file: string): string {
  const seed = seedIn(readNamedFile(file));
  if (seed === undefined) throw new OperatorError("usage", `${file} is empty: a seed is its first line.`);
  return seed;
}
