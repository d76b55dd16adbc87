import os from "node:os";
import { parseTranscript } from "../../detectors/battery/parse-transcript.ts";
import { liveFiles } from "../../detectors/probes/local/live-files.ts";
import { takeLocalView } from "../../detectors/probes/local/take-local-view.ts";
import { lineOf } from "../../detectors/views/files.ts";
import type { LocalView } from "../../detectors/views/local-view.ts";
import { parseLocalView } from "../../detectors/views/view-file.ts";
import { OperatorError } from "../../errors/operator-error.ts";
import type { Parsed } from "../../wire/parsed.ts";
import { readNamedFile } from "../read-named-file.ts";

/** The host that a plan is for: a saved view, or this host as whoever asks may see it. */
export async function viewToPlan(from: string | undefined): Promise<LocalView> {
  return from === undefined ? (await takeLocalView()).view : savedView(from);
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

/** Enough of this host to say what its kernel has; nothing is measured. */
export function quickView(): LocalView {
  const uid = process.geteuid?.();
  const uname = { system: os.type(), node: os.hostname(), release: os.release(), version: os.version(), machine: os.machine() };
  return { takenAtMs: Date.now(), ...(uid === undefined ? {} : { uid }), uname, files: liveFiles(), commands: {}, measurements: {} };
}

/** The first line of the seed's file; else this host's own number, or its name. What is drawn from either is the same every time. */
export function seedFor(view: LocalView, file: string | undefined): string {
  if (file === undefined) return lineOf(view.files, "/etc/machine-id") ?? view.uname?.node ?? "";
  const [seed = ""] = readNamedFile(file).split("\n", 1);
  if (seed.trim() === "") throw new OperatorError("usage", `${file} is empty: a seed is its first line.`);
  return seed.trim();
}
