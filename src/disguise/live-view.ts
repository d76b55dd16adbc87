import os from "node:os";
import { liveFiles } from "../detectors/probes/local/live-files.ts";
import { takeLocalView } from "../detectors/probes/local/take-local-view.ts";
import { lineOf } from "../detectors/views/files.ts";
import type { LocalView } from "../detectors/views/local-view.ts";

/** This host as whoever asks may see it. Without measurements it takes a tenth of the time, and no clue or known detector needs them. */
export async function liveView({ measures }: { readonly measures: boolean }): Promise<LocalView> {
  return (await takeLocalView({ measures })).view;
}

/** Enough of this host to say what its kernel has; nothing is measured. */
export function quickView(): LocalView {
  const uid = process.geteuid?.();
  const uname = { system: os.type(), node: os.hostname(), release: os.release(), version: os.version(), machine: os.machine() };
  return { takenAtMs: Date.now(), ...(uid === undefined ? {} : { uid }), uname, files: liveFiles(), commands: {}, measurements: {} };
}

/** What a plan is drawn from where there is no seed: this host's own number, or its name. */
export function hostSeed(view: LocalView): string {
  return lineOf(view.files, "/etc/machine-id") ?? view.uname?.node ?? "";
}

/** A seed is the first line of its file; undefined: there is none in it. */
export function seedIn(text: string): string | undefined {
  const seed = (text.split("\n", 1)[0] ?? "").trim();
  return seed === "" ? undefined : seed;
}
