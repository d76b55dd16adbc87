import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** What a worker process runs, and all that it may read. */
export interface WorkerCode {
  readonly entry: string;
  readonly readable: readonly string[];
  /** What the index's thread runs: a thread keeps no compile cache, so it too would strip types at every start. Undefined: the source. */
  readonly indexEntry?: string;
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
  return { entry: join(folder, stripped(ENTRY)), readable: readableIn(folder), indexEntry: join(folder, stripped(INDEX_ENTRY)) };
}

/** The rooms that a worker's code and the index's are in; nothing else of the sensor is copied, or readable for workers. */
const ROOMS = ["wire", "events", "errors", "shape", "decoy", "shell", "decoys", "host", "store"];
const ENTRY = join("src", "host", "worker", "main.ts");
const INDEX_ENTRY = join("src", "store", "index", "index-worker.ts");

function stripped(source: string): string {
  return source.replace(/\.ts$/, ".js");
}

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
  const { status, stderr } = spawnSync(process.execPath, ["--disable-warning=ExperimentalWarning", STRIP, root, draft], {
    input: JSON.stringify(sources),
    encoding: "utf8",
    env: {},
  });
  if (status === 0) {
    forgetOthers(dirname(folder), draft);
    moveInto(draft, folder);
    return true;
  }
  rmSync(draft, { recursive: true, force: true });
  if (status === NOT_ALLOWED) return false;
  throw new Error(`the workers' code could not be copied: ${stderr}`);
}

const STRIP = fileURLToPath(new URL("strip-code.ts", import.meta.url));
const NOT_ALLOWED = 3;

function moveInto(draft: string, folder: string): void {
  try {
    renameSync(draft, folder);
  } catch (error) {
    // Another start was quicker; its copy is the same.
    if (!existsSync(folder)) throw error;
    rmSync(draft, { recursive: true, force: true });
  }
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
