import { explain, isErrno } from "../../../errno.ts";
import type { Errno, Stat } from "../../../file-system.ts";
import type { Execution } from "../../../program.ts";
import { groupId, groupName, userName } from "../../owners.ts";
import { parseDate } from "../../parse-date.ts";
import { zoneOf } from "../../time-format.ts";
import { BLOCK_BYTES, encodeHeader, type TarHeader } from "./header.ts";
import { excluded } from "./member-filter.ts";
import { MemberLines, shownName } from "./member-line.ts";
import type { TarRun } from "./run.ts";

const RECORD_BYTES = 20 * BLOCK_BYTES;
const MAX_DEPTH = 200;
const TYPES: Readonly<Record<Stat["kind"], string>> = {
  file: "0",
  link: "2",
  character: "3",
  block: "4",
  directory: "5",
  fifo: "6",
  socket: "",
};

/** Writes members into an archive, in whole records of 20 blocks. */
export class ArchiveOutput {
  readonly #run: TarRun;
  readonly #fd: number;
  readonly #lines: MemberLines;
  readonly #inodes = new Map<number, string>();
  /** Of the archive itself, which is not put into it. */
  readonly #self: number | undefined;
  #held: string;
  #lost = false;

  constructor(run: TarRun, fd: number, how: { readonly self: number | undefined; readonly head: string }) {
    this.#run = run;
    this.#fd = fd;
    this.#self = how.self;
    this.#held = how.head;
    this.#lines = new MemberLines(run.process, run.request.has("numeric-owner"));
  }

  *add(path: string, depth = 0): Execution<void> {
    const { process, request } = this.#run;
    yield* process.charge(10);
    const stat = request.has("h") ? process.fs.stat(path) : process.fs.lstat(path);
    if (isErrno(stat)) return yield* this.#run.complain(`${path}: Cannot stat: ${explain(stat)}`);
    if (request.excludes.some((pattern) => excluded(pattern, path.replace(/\/+$/, ""))) || this.#lost) return;
    if (stat.kind === "socket") return yield* this.#run.mention(`${path}: socket ignored`);
    if (stat.inode === this.#self) return yield* this.#run.mention(`${path}: file is the archive; not dumped`);
    if (stat.kind === "directory") return yield* this.#directory(path, stat, depth);
    yield* this.#member(path, stat);
  }

  *#directory(path: string, stat: Stat, depth: number): Execution<void> {
    const { process, request } = this.#run;
    const names = process.fs.list(path);
    if (isErrno(names)) return yield* this.#run.complain(`${path}: Cannot open: ${explain(names)}`);
    const base = path.endsWith("/") ? path : `${path}/`;
    yield* this.#member(base, stat);
    if (request.has("no-recursion") || depth >= MAX_DEPTH) return;
    const ordered = request.value("sort") === "name" ? [...names].sort() : [...names];
    for (const name of ordered) yield* this.add(`${base}${name}`, depth + 1);
  }

  *#member(path: string, stat: Stat): Execution<void> {
    const { process } = this.#run;
    const fd = stat.kind === "file" && stat.size > 0 ? process.open(path, { read: true }) : undefined;
    if (isErrno(fd)) return yield* this.#run.complain(`${path}: Cannot open: ${explain(fd)}`);
    const header = yield* this.#header(path, stat);
    yield* this.#tell(path, header);
    yield* this.#write(encodeHeader(header));
    if (fd === undefined) return;
    if (header.size > 0) yield* this.#content(fd, header.size);
    process.close(fd);
  }

  *#tell(path: string, header: TarHeader): Execution<void> {
    const fd = this.#run.request.archive === "-" ? 2 : 1;
    const shown = { ...header, name: path };
    yield* this.#run.tell(this.#run.request.verbose > 1 ? this.#lines.long(shown) : shownName(path), fd);
  }

  *#header(path: string, stat: Stat): Execution<TarHeader> {
    const name = yield* this.#memberName(path);
    const first = stat.kind === "file" ? this.#inodes.get(stat.inode) : undefined;
    if (first === undefined) this.#inodes.set(stat.inode, path);
    const original = first === undefined ? "" : yield* this.#memberName(first, "hard link targets");
    const target = stat.kind === "link" ? this.#run.process.fs.readLink(path) : original;
    return {
      name,
      ...this.#owner(stat),
      mode: stat.mode,
      size: stat.kind === "file" && first === undefined ? stat.size : 0,
      modifiedSeconds: this.#time(stat),
      type: first === undefined ? TYPES[stat.kind] : "1",
      link: typeof target === "string" ? target : "",
      device: stat.device,
    };
  }

  #owner(stat: Stat): { uid: number; gid: number; user: string; group: string } {
    const { process, request } = this.#run;
    const owner = request.value("owner");
    const group = request.value("group");
    const uid = owner === undefined ? stat.uid : (process.system.userByName(owner)?.uid ?? (Number(owner) || 0));
    const gid = group === undefined ? stat.gid : (groupId(process, group) ?? 0);
    const numeric = request.has("numeric-owner");
    return { uid, gid, user: numeric ? "" : known(userName(process, uid)), group: numeric ? "" : known(groupName(process, gid)) };
  }

  #time(stat: Stat): number {
    const { process, request } = this.#run;
    const given = request.value("mtime");
    const wanted = given === undefined ? undefined : parseDate(given, { nowMs: process.system.now().wallMs, zone: zoneOf(process) });
    return Math.floor((wanted ?? stat.modifyMs) / 1000);
  }

  /** Without what would lead out of the directory where it is extracted. */
  *#memberName(path: string, what = "member names"): Execution<string> {
    if (this.#run.request.has("P")) return path;
    const [lead = ""] = /^(?:[\s\S]*\/)?\.\.\/|^\/+/.exec(path) ?? [];
    if (lead !== "") yield* this.#run.mention(`Removing leading \`${/^\/+$/.test(lead) ? "/" : lead}' from ${what}`);
    const name = path.slice(lead.length).replace(/^\/+/, "");
    return name === "" ? "./" : name;
  }

  /** A file that shrank meanwhile is filled up, so that what follows stays readable. */
  *#content(fd: number, size: number): Execution<void> {
    let left = size;
    while (left > 0) {
      const bytes = yield* this.#run.process.read(fd, Math.min(left, 65_536));
      if (bytes === "") break;
      left -= bytes.length;
      yield* this.#write(bytes);
    }
    yield* this.#write("\0".repeat(left + ((BLOCK_BYTES - (size % BLOCK_BYTES)) % BLOCK_BYTES)));
  }

  *#write(bytes: string): Execution<void> {
    this.#held += bytes;
    const whole = this.#held.length - (this.#held.length % RECORD_BYTES);
    if (whole === 0) return;
    yield* this.#send(this.#held.slice(0, whole));
    this.#held = this.#held.slice(whole);
  }

  *#send(bytes: string): Execution<void> {
    const done: Errno | { ok: true } = this.#lost ? { ok: true } : yield* this.#run.process.write(this.#fd, bytes);
    if (!isErrno(done)) return;
    this.#lost = true;
    const name = this.#run.request.archive;
    yield* this.#run.complain(`${name}: Cannot write: ${explain(done)}`);
  }

  *finish(): Execution<void> {
    const rest = `${this.#held}${"\0".repeat(2 * BLOCK_BYTES)}`;
    yield* this.#send(rest + "\0".repeat((RECORD_BYTES - (rest.length % RECORD_BYTES)) % RECORD_BYTES));
  }
}

/** A number is no name. */
function known(name: string): string {
  return /^\d+$/.test(name) ? "" : name;
}
