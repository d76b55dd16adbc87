import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { encodeRemoteView, parseRemoteView } from "../../../src/detectors/views/view-file.ts";
import type { Labelled } from "./labelled-set.ts";
import type { Subject } from "./subject.ts";

/** Views as files, one a subject: checks and numbers can then be tried without looking at a hundred hosts again. */
export function saveView(folder: string, { subject, view }: Labelled): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(fileOf(folder, subject), encodeRemoteView(view));
}

/** The views that are there, of these subjects. */
export function savedViews(folder: string, subjects: readonly Subject[]): readonly Labelled[] {
  return subjects.flatMap((subject) => {
    if (!existsSync(fileOf(folder, subject))) return [];
    const parsed = parseRemoteView(readFileSync(fileOf(folder, subject), "utf8"));
    if (parsed.status !== "done") throw new Error(`${fileOf(folder, subject)} is no view`);
    return [{ subject, view: parsed.value }];
  });
}

function fileOf(folder: string, { name }: Subject): string {
  return join(folder, `${name.replaceAll(/[^a-zA-Z0-9]+/g, "-")}.json`);
}
