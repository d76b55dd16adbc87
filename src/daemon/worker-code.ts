import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { dirname, join } from "node:path";

/** What a worker process runs, and all that it may read. */
export interface WorkerCode {
  readonly entry: string;
  readonly readable: readonly string[];
}

/**
 * The code of workers, with its types stripped beforehand: a worker that need not strip them starts in a third of the time and takes 30 MiB
 * less, and it can't keep a cache of its own, since it may write nothing. The copy is made anew whenever a source file changed.
 * Where no copy can be made (the checkout is not ours to write to), workers run the source as it is.
 *
 * @param root the checkout
 */
export function workerCode(root: string): WorkerCode {
  const sources = ROOMS.flatMap((room) => sourceFiles(root, join("src", room)));
  const folder = join(root, ".cache", "worker", digestOf(root, sources));
  if (!existsSync(folder) && !makeCopy(root, folder, sources)) return { entry: join(root, ENTRY), readable: readableIn(root) };
  return { entry: join(folder, compiledName(ENTRY)), readable: readableIn(folder) };
}

/** The rooms that a worker's code is in; nothing else of the sensor is copied, or readable for it. */
const ROOMS = ["wire", "events", "errors", "decoy", "shell", "decoys", "host"];
const ENTRY = join("src", "host", "worker", "main.ts");

function readableIn(root: string): readonly string[] {
  return [join(root, "src/"), join(root, "package.json")];
}

function sourceFiles(root: string, folder: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
    .map((name) => join(folder, name))
    .sort();
}

/** Changes when a file is changed, added or removed, and with the version of Node. */
function digestOf(root: string, sources: readonly string[]): string {
  const hash = createHash("sha256").update(process.version);
  for (const source of sources) {
    const { size, mtimeMs } = statSync(join(root, source));
    hash.update(`${source}\t${size}\t${mtimeMs}\n`);
  }
  return hash.digest("hex").slice(0, 32);
}

/** Makes the copy beside its place and moves it there whole; false: this account may not write there. */
function makeCopy(root: string, folder: string, sources: readonly string[]): boolean {
  const draft = `${folder}.${process.pid}`;
  try {
    for (const source of sources) writeStripped(join(root, source), join(draft, compiledName(source)));
    writeFileSync(join(draft, "package.json"), '{"type":"module"}\n');
    forgetOthers(dirname(folder), draft);
    renameSync(draft, folder);
    return true;
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (existsSync(folder)) return true;
    if (error instanceof Error && "code" in error && REFUSALS.has(String(error.code))) return false;
    throw error;
  }
}

const REFUSALS: ReadonlySet<string> = new Set(["EACCES", "EPERM", "EROFS", "ENOSPC"]);

function writeStripped(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  const stripped = stripTypeScriptTypes(readFileSync(from, "utf8"));
  writeFileSync(to, stripped.replace(IMPORT, "$1.js$2"), { mode: 0o644 });
}

/** The end of a relative import; `.js` is as long as `.ts`, so that lines and columns in a stack stay those of the source. */
const IMPORT = /((?:from|import)\s*\(?\s*"\.{1,2}\/[^"\n]+)\.ts(")/g;

function compiledName(source: string): string {
  return source.replace(/\.ts$/, ".js");
}

/** Copies of older sources; one that a running sensor uses is loaded already, but a worker that it replaces needs the files: keep the newest. */
function forgetOthers(parent: string, draft: string): void {
  const others = readdirSync(parent)
    .map((name) => join(parent, name))
    .filter((path) => path !== draft)
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  for (const path of others.slice(KEPT_COPIES)) rmSync(path, { recursive: true, force: true });
}

const KEPT_COPIES = 3;
