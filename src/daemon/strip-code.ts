import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { dirname, join } from "node:path";

/**
 * Copies source files with their types stripped. A process of its own, since the stripper stays in memory once it was used.
 *
 *     node strip-code.ts ROOT DRAFT < LIST
 *
 * LIST is a JSON list of paths below ROOT. Ends with status 3 when the copy may not be written here.
 */
const [root = "", draft = ""] = process.argv.slice(2);
/** The end of a relative import; `.js` is as long as `.ts`, so that lines and columns in a stack stay those of the source. */
const IMPORT = /((?:from|import)\s*\(?\s*"\.{1,2}\/[^"\n]+)\.ts(")/g;
const REFUSALS: ReadonlySet<string> = new Set(["EACCES", "EPERM", "EROFS", "ENOSPC", "ENOTDIR"]);

try {
  const sources: readonly string[] = JSON.parse(readFileSync(0, "utf8"));
  for (const source of sources) copyStripped(source);
  writeFileSync(join(draft, "package.json"), '{"type":"module"}\n');
} catch (error) {
  if (!(error instanceof Error && "code" in error && REFUSALS.has(String(error.code)))) throw error;
  process.exitCode = 3;
}

function copyStripped(source: string): void {
  const to = join(draft, source.replace(/\.ts$/, ".js"));
  mkdirSync(dirname(to), { recursive: true });
  writeFileSync(to, stripTypeScriptTypes(readFileSync(join(root, source), "utf8")).replace(IMPORT, "$1.js$2"));
}
