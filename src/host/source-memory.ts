import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { sourceKey } from "./source-key.ts";

/**
 * What each source left behind on each decoy, between its visits: one file a source and decoy, so that a start reads no more than names
 * and sizes. Writes are gathered for a second and are atomic (a new file takes the place of the old). Over the total, whoever was away
 * longest is forgotten. What is kept may be lost by a crash within that second: it serves the illusion and is no evidence.
 */
export class SourceMemory {
  readonly #folder: string;
  readonly #maxBytes: number;
  /** In the order of last use, the oldest first. */
  readonly #sizes = new Map<string, number>();
  readonly #unwritten = new Map<string, Buffer>();
  #totalBytes = 0;
  #writing: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** Makes the folder if it is missing. */
  constructor(folder: string, maxBytes: number) {
    this.#folder = folder;
    this.#maxBytes = maxBytes;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (const { name, size } of filesByAge(folder)) this.#count(name, size);
    this.#forgetOldest();
  }

  /** Bytes kept in all. */
  get totalBytes(): number {
    return this.#totalBytes;
  }

  read(decoy: string, address: string): Buffer | undefined {
    const name = fileName(decoy, address);
    const size = this.#sizes.get(name);
    if (size === undefined) return undefined;
    this.#count(name, size);
    return this.#unwritten.get(name) ?? readExisting(join(this.#folder, name));
  }

  /** The newest value wins. */
  write(decoy: string, address: string, value: Uint8Array): void {
    const name = fileName(decoy, address);
    this.#unwritten.set(name, Buffer.from(value));
    this.#count(name, value.length);
    this.#forgetOldest();
    this.#timer ??= setTimeout(() => this.#flushLater(), GATHER_MS);
  }

  /** Writes what is not yet written. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#writing;
    await this.#flush();
  }

  #count(name: string, size: number): void {
    this.#totalBytes += size - (this.#sizes.get(name) ?? 0);
    this.#sizes.delete(name);
    this.#sizes.set(name, size);
  }

  #forgetOldest(): void {
    for (const [name, size] of this.#sizes) {
      if (this.#totalBytes <= this.#maxBytes && this.#sizes.size <= MAX_SOURCES) return;
      this.#sizes.delete(name);
      this.#unwritten.delete(name);
      this.#totalBytes -= size;
      rmSync(join(this.#folder, name), { force: true });
    }
  }

  #flushLater(): void {
    this.#writing = this.#flush().finally(() => {
      this.#timer = this.#unwritten.size === 0 ? undefined : setTimeout(() => this.#flushLater(), GATHER_MS);
    });
  }

  /** What the disk does not take stays in memory, within the same total, and is tried again a second later. */
  async #flush(): Promise<void> {
    for (const [name, value] of [...this.#unwritten]) {
      if (!(await isWritten(join(this.#folder, name), value))) return;
      if (this.#unwritten.get(name) === value) this.#unwritten.delete(name);
      if (!this.#sizes.has(name)) rmSync(join(this.#folder, name), { force: true });
    }
  }
}

/** Replaces a file whole; false: the disk is full, or takes nothing for another reason. */
async function isWritten(path: string, value: Buffer): Promise<boolean> {
  try {
    await writeFile(`${path}${NEW}`, value, { mode: 0o600 });
    await rename(`${path}${NEW}`, path);
    return true;
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    rmSync(`${path}${NEW}`, { force: true });
    return false;
  }
}

const GATHER_MS = 1_000;
const MAX_SOURCES = 50_000;
const NEW = ".new";

/** A source chooses its address, never a name in our folder. */
function fileName(decoy: string, address: string): string {
  const digest = createHash("sha256")
    .update(`${decoy}\n${sourceKey(address)}`)
    .digest("hex");
  return `${decoy}-${digest.slice(0, 32)}`;
}

function filesByAge(folder: string): readonly { readonly name: string; readonly size: number }[] {
  const names = readdirSync(folder).filter((name) => !name.endsWith(NEW));
  const files = names.map((name) => ({ name, stat: statSync(join(folder, name), { throwIfNoEntry: false }) }));
  return files
    .flatMap(({ name, stat }) => (stat?.isFile() ? [{ name, size: stat.size, usedMs: stat.mtimeMs }] : []))
    .sort((a, b) => a.usedMs - b.usedMs);
}

function readExisting(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if (error instanceof Error && "code" in error) return undefined;
    throw error;
  }
}
