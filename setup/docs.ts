/** Writes the pages of docs/ that are made from the code's own catalogues. `--check` writes nothing and fails when a page is out of date. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checksPage } from "./docs/checks.ts";
import { cluesPage } from "./docs/clues.ts";
import { commandsPage } from "./docs/commands.ts";
import { configurationPage } from "./docs/configuration.ts";
import { decoysPage } from "./docs/decoys.ts";
import { errorsPage } from "./docs/errors.ts";
import { eventsPage } from "./docs/events.ts";
import { fingerprintsPage } from "./docs/fingerprints.ts";
import { patternsPage } from "./docs/patterns.ts";

const ROOT = join(import.meta.dirname, "..");

export const pages: Readonly<Record<string, () => string>> = {
  "docs/checks.md": checksPage,
  "docs/clues.md": cluesPage,
  "docs/commands.md": commandsPage,
  "docs/configuration.md": configurationPage,
  "docs/decoys.md": decoysPage,
  "docs/errors.md": errorsPage,
  "docs/events.md": eventsPage,
  "docs/fingerprints.md": fingerprintsPage,
  "docs/patterns.md": patternsPage,
};

/** The pages whose file differs from what the code says. */
export function stalePages(): readonly string[] {
  return Object.entries(pages).flatMap(([file, make]) => (readPage(file) === make() ? [] : [file]));
}

function readPage(file: string): string {
  try {
    return readFileSync(join(ROOT, file), "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    throw error;
  }
}

if (import.meta.main) {
  const stale = stalePages();
  if (process.argv.includes("--check")) {
    for (const file of stale) process.stderr.write(`${file} is out of date: run npm run docs\n`);
    process.exitCode = stale.length > 0 ? 1 : 0;
  } else {
    for (const file of stale) writeFileSync(join(ROOT, file), pages[file]?.() ?? "");
    process.stdout.write(stale.length > 0 ? `Wrote ${stale.join(", ")}\n` : "All pages are up to date.\n");
  }
}
