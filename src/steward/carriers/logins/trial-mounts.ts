import {
  chmodSync,
  chownSync,
  existsSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  type Stats,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import koffi from "koffi";
import type { Change, FileChange } from "../../ledger/change.ts";

/**
 * Lays changes over the real files, by mounts in this process's own mount namespace: whoever looks in it sees the host as it will be.
 * Directories that get new names are put into frames: a directory of a tmpfs with a bind mount of each real entry in it.
 */
const MS_BIND = 0x1000;
const MS_REC = 0x4000;

type Mount = (source: string, target: string, ...rest: readonly [type: string | null, flags: number, options: string | null]) => number;

let loaded: Mount | undefined;

function mount(
  source: string,
  target: string,
  { type = null, flags = 0 }: { readonly type?: string | null; readonly flags?: number },
): void {
  loaded ??= koffi.load("libc.so.6").func("int mount(const char *, const char *, const char *, unsigned long, const char *)");
  if (loaded(source, target, type, flags, null) !== 0) throw new Error(`${target} cannot be laid over (error ${koffi.errno()})`);
}

/** Directories of /proc that nobody needs meanwhile. */
const PLACES = ["/proc/tty", "/proc/driver", "/proc/fs", "/proc/bus"];

export class TrialMounts {
  readonly #stage: string;
  #count = 0;
  /** Directories in frames. */
  readonly #open = new Set<string>();

  constructor() {
    const place = PLACES.find((path) => existsSync(path));
    if (place === undefined) throw new Error("there is no place for a tmpfs in /proc");
    mount("tmpfs", place, { type: "tmpfs" });
    this.#stage = place;
  }

  /** What a session writes to these goes nowhere. */
  emptyOver(path: string): void {
    if (!existsSync(path)) return;
    const stats = statSync(path);
    if (!stats.isFile()) return;
    this.#bindFile(path, new Uint8Array(), stats);
  }

  /** An empty directory in its place, with only these of its names. */
  emptyDirectoryOver(path: string, kept: readonly string[]): void {
    if (!existsSync(path)) return;
    this.#frame(path, (name) => kept.includes(name));
  }

  lay(changes: readonly Change[]): void {
    for (const change of changes) {
      if (change.kind === "directory") this.#makeDirectory(change.path, change.mode);
      if (change.kind === "link") this.#openAbove(change.path, () => symlinkSync(change.target, change.path));
      if (change.kind === "file") this.#layFile(change);
    }
  }

  #makeDirectory(path: string, mode: number): void {
    if (existsSync(path)) return;
    this.#openAbove(path, () => mkdirSync(path));
    chmodSync(path, mode);
    this.#open.add(path);
  }

  #layFile({ path, contents, mode, uid, gid }: FileChange): void {
    const bytes = Buffer.from(contents, "base64");
    if (existsSync(path)) {
      const { mode: itsMode, uid: itsUser, gid: itsGroup } = statSync(path);
      this.#bindFile(path, bytes, { mode: mode ?? itsMode, uid: uid ?? itsUser, gid: gid ?? itsGroup });
      return;
    }
    this.#openAbove(path, () => writeFileSync(path, bytes));
    chownSync(path, uid ?? 0, gid ?? 0);
    chmodSync(path, mode ?? 0o600);
  }

  #bindFile(path: string, bytes: Uint8Array, { mode, uid, gid }: Pick<Stats, "mode" | "uid" | "gid">): void {
    const staged = this.#place();
    writeFileSync(staged, bytes);
    chownSync(staged, uid, gid);
    chmodSync(staged, mode & 0o7777);
    mount(staged, path, { flags: MS_BIND });
  }

  /** Names can be made in the directory above a path, without a trace on the host. */
  #openAbove(path: string, make: () => void): void {
    const folder = dirname(path);
    if (!this.#open.has(folder)) this.#frame(folder, () => true);
    make();
  }

  #frame(folder: string, isKept: (name: string) => boolean): void {
    const staged = this.#place();
    const { mode, uid, gid } = statSync(folder);
    mkdirSync(staged);
    for (const name of readdirSync(folder)) if (isKept(name)) keep(join(folder, name), join(staged, name));
    chownSync(staged, uid, gid);
    chmodSync(staged, mode & 0o7777);
    mount(staged, folder, { flags: MS_BIND | MS_REC });
    this.#open.add(folder);
  }

  #place(): string {
    this.#count += 1;
    return join(this.#stage, `${this.#count}`);
  }
}

/** The real entry at its place in a frame. */
function keep(real: string, place: string): void {
  const stats = lstatSync(real, { throwIfNoEntry: false });
  if (stats === undefined) return;
  if (stats.isSymbolicLink()) {
    symlinkSync(readlinkSync(real), place);
    lchownSync(place, stats.uid, stats.gid);
    return;
  }
  if (stats.isDirectory()) mkdirSync(place);
  else writeFileSync(place, "");
  mount(real, place, { flags: MS_BIND | MS_REC });
}
