import { createHash, type Hash, randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { type FileHandle, open, readdir, stat, unlink } from "node:fs/promises";
import { join } from "node:path";
import type { Health } from "../health.ts";

/**
 * Keeps the files that visitors brought, under their SHA-256 and nothing else: no name of theirs ever becomes a path, nothing is
 * executable, nothing is written in place. A file streams to a temporary one, is made durable, and is then renamed: what stands under
 * a hash is whole. A content is kept once.
 */
export class Quarantine {
  readonly #options: QuarantineOptions;
  readonly #incoming: string;
  readonly #counted: Promise<void>;
  #totalBytes = 0;

  constructor(options: QuarantineOptions) {
    this.#options = options;
    this.#incoming = join(options.folder, "incoming");
    mkdirSync(this.#incoming, { recursive: true, mode: 0o700 });
    // What a crash left half-way was never reported.
    for (const name of readdirSync(this.#incoming)) rmSync(join(this.#incoming, name), { force: true });
    this.#counted = this.#count();
  }

  /** Bytes of all files kept. */
  get totalBytes(): number {
    return this.#totalBytes;
  }

  /** Begins to take in one file. */
  open(): Intake {
    const { maxFileBytes = 67_108_864 } = this.#options;
    return new Intake({ path: join(this.#incoming, randomUUID()), maxBytes: maxFileBytes, keep: (taken) => this.#keep(taken) });
  }

  /** Where a file is kept; undefined if there is none, or `sha256` is not a hash. */
  pathOf(sha256: string): string | undefined {
    if (!SHA256.test(sha256)) return undefined;
    const path = this.#place(sha256);
    return existsSync(path) ? path : undefined;
  }

  /** Takes a file out for good. False if there was none. */
  async remove(sha256: string): Promise<boolean> {
    const path = this.pathOf(sha256);
    if (path === undefined) return false;
    const { size } = await stat(path);
    await unlink(path);
    this.#totalBytes -= size;
    return true;
  }

  async #keep(taken: Taken): Promise<Captured | undefined> {
    await this.#counted;
    try {
      if (taken.error !== undefined) throw taken.error;
      const captured = await this.#admit(taken);
      this.#options.health.works("quarantine");
      return captured;
    } catch (error) {
      this.#options.health.failed("quarantine", error, 1);
      rmSync(taken.path, { force: true });
      return undefined;
    }
  }

  async #admit(taken: Taken): Promise<Captured> {
    const { sha256, size, truncated, path } = taken;
    const { maxTotalBytes = 10_737_418_240 } = this.#options;
    const captured = { sha256, size, truncated };
    if (this.pathOf(sha256) !== undefined) {
      await unlink(path);
      return { ...captured, duplicate: true };
    }
    if (this.#totalBytes + size > maxTotalBytes) throw new Error(`the quarantine holds its ${maxTotalBytes} bytes`);
    const folder = join(this.#options.folder, sha256.slice(0, 2));
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    renameSync(path, this.#place(sha256));
    this.#totalBytes += size;
    await syncFolder(folder);
    return { ...captured, duplicate: false };
  }

  #place(sha256: string): string {
    return join(this.#options.folder, sha256.slice(0, 2), sha256);
  }

  async #count(): Promise<void> {
    for (const name of await readdir(this.#options.folder)) {
      if (!/^[0-9a-f]{2}$/.test(name)) continue;
      const folder = join(this.#options.folder, name);
      for (const file of await readdir(folder)) this.#totalBytes += (await stat(join(folder, file))).size;
    }
  }
}

/** One file on its way in. Bytes may come faster than the disk takes them: they wait in memory, at most the size cap. */
export class Intake {
  readonly #options: IntakeOptions;
  readonly #hash: Hash = createHash("sha256");
  #file: FileHandle | undefined;
  #size = 0;
  #truncated = false;
  #error: unknown;
  #tail: Promise<void>;
  #waitingBytes = 0;

  constructor(options: IntakeOptions) {
    this.#options = options;
    this.#tail = this.#step(async () => {
      this.#file = await open(options.path, "wx", 0o600);
    });
  }

  /** Bytes that wait for the disk. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** False once the size cap is reached: the rest is dropped. */
  write(bytes: Uint8Array): boolean {
    const room = this.#options.maxBytes - this.#size;
    const kept = Buffer.from(bytes.subarray(0, room));
    this.#truncated ||= kept.length < bytes.length;
    if (kept.length === 0) return !this.#truncated;
    this.#hash.update(kept);
    this.#size += kept.length;
    this.#waitingBytes += kept.length;
    const before = this.#tail;
    this.#tail = before.then(() => this.#step(() => this.#put(kept)));
    return !this.#truncated;
  }

  /** The file is whole: resolves when it is durable in quarantine; undefined if it could not be kept. */
  async close(): Promise<Captured | undefined> {
    await this.#tail;
    await this.#step(async () => {
      await this.#file?.sync();
      await this.#file?.close();
    });
    const { path } = this.#options;
    const taken = { path, sha256: this.#hash.digest("hex"), size: this.#size, truncated: this.#truncated, error: this.#error };
    return await this.#options.keep(taken);
  }

  /** The file will never be whole: forgets it. */
  async discard(): Promise<void> {
    await this.#tail;
    await this.#step(async () => {
      await this.#file?.close();
      await unlink(this.#options.path);
    });
  }

  async #put(bytes: Buffer): Promise<void> {
    this.#waitingBytes -= bytes.length;
    if (this.#error === undefined) await this.#file?.writeFile(bytes);
  }

  // The first failure decides; what follows it is only counted and hashed.
  async #step(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      this.#error ??= error;
    }
  }
}

export interface QuarantineOptions {
  readonly folder: string;
  readonly health: Health;
  readonly maxFileBytes?: number;
  readonly maxTotalBytes?: number;
}

/** What is in quarantine now; the fields of `file.captured`. */
export interface Captured {
  readonly sha256: string;
  readonly size: number;
  readonly truncated: boolean;
  /** The same content was there already. */
  readonly duplicate: boolean;
}

interface Taken {
  readonly path: string;
  readonly sha256: string;
  readonly size: number;
  readonly truncated: boolean;
  readonly error: unknown;
}

interface IntakeOptions {
  readonly path: string;
  readonly maxBytes: number;
  keep(taken: Taken): Promise<Captured | undefined>;
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  await handle.sync();
  await handle.close();
}

const SHA256 = /^[0-9a-f]{64}$/;
