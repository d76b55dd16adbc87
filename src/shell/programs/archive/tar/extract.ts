import { explain, isErrno } from "../../../errno.ts";
import type { Execution } from "../../../program.ts";
import { parentPart } from "../../paths.ts";
import type { ArchiveInput } from "./archive-input.ts";
import type { TarHeader } from "./header.ts";
import type { MemberFilter } from "./member-filter.ts";
import { MemberLines, shownName } from "./member-line.ts";
import type { TarRun } from "./run.ts";

/** Lists the members, or puts them into the file system; directories get their times and modes last. */
export function* readMembers(run: TarRun, input: ArchiveInput, filter: MemberFilter): Execution<void> {
  const { request } = run;
  const lines = new MemberLines(run.process, request.has("numeric-owner"));
  if (request.verb === "list") return yield* listMembers(run, { input, filter, lines });
  const extractor = new Extractor(run, input);
  for (let member = yield* input.next(); member !== undefined; member = yield* input.next()) {
    const path = filter.wants(member.name) ? yield* extractor.place(member.name, "member names") : undefined;
    if (path === undefined) continue;
    yield* run.tell(request.verbose > 1 ? lines.long(member) : shownName(member.name), request.has("O") ? 2 : 1);
    yield* extractor.extract(path, member);
  }
  yield* extractor.finish();
}

function* listMembers(run: TarRun, from: { input: ArchiveInput; filter: MemberFilter; lines: MemberLines }): Execution<void> {
  const { input, filter, lines } = from;
  for (let member = yield* input.next(); member !== undefined; member = yield* input.next()) {
    if (!filter.wants(member.name)) continue;
    const line = run.request.verbose > 0 ? lines.long(member) : shownName(member.name);
    yield* run.process.print(`${line}\n`);
  }
}

class Extractor {
  readonly #run: TarRun;
  readonly #input: ArchiveInput;
  readonly #later: { path: string; header: TarHeader }[] = [];

  constructor(run: TarRun, input: ArchiveInput) {
    this.#run = run;
    this.#input = input;
  }

  *extract(path: string, header: TarHeader): Execution<void> {
    const { process, request } = this.#run;
    if (request.has("O")) {
      for (let part = yield* this.#input.content(); part !== ""; part = yield* this.#input.content()) yield* process.print(part);
      return;
    }
    if (header.type === "5") return yield* this.#directory(path, header);
    if (!(yield* this.#makeWay(path))) return;
    if (header.type === "1" || header.type === "2") return yield* this.#link(path, header);
    if (/^[346]$/.test(header.type)) return yield* this.#node(path, header);
    yield* this.#file(path, header);
  }

  *finish(): Execution<void> {
    for (const { path, header } of this.#later.reverse()) this.#keep(path, header);
    yield* this.#run.process.charge(this.#later.length);
  }

  /** Where a member goes: never out of the directory; undefined: too few parts for --strip-components. */
  *place(name: string, what: string): Execution<string | undefined> {
    const { request } = this.#run;
    const [lead = ""] = request.has("P") ? [""] : (/^(?:[\s\S]*\/)?\.\.(?:\/|$)|^\/+/.exec(name) ?? [""]);
    if (lead !== "") yield* this.#run.mention(`Removing leading \`${/^\/+$/.test(lead) ? "/" : lead}' from ${what}`);
    const plain = name.slice(lead.length).replace(/\/+$/, "") || ".";
    if (request.strip === 0) return plain;
    const parts = plain.split("/").filter((part) => part !== "");
    return parts.length > request.strip ? parts.slice(request.strip).join("/") : undefined;
  }

  *#directory(path: string, header: TarHeader): Execution<void> {
    const { fs } = this.#run.process;
    const there = fs.stat(path);
    if (isErrno(there) || there.kind !== "directory") {
      this.#makeParents(path);
      const made = fs.makeDirectory(path, 0o700);
      if (isErrno(made)) return yield* this.#run.complain(`${path}: Cannot mkdir: ${explain(made)}`);
    }
    this.#later.push({ path, header });
  }

  /** Removes what stands there, unless it must be kept. */
  *#makeWay(path: string): Execution<boolean> {
    const { process, request } = this.#run;
    const there = process.fs.lstat(path);
    if (isErrno(there)) {
      this.#makeParents(path);
      return true;
    }
    if (request.has("skip-old-files")) return false;
    if (request.has("k")) {
      yield* this.#run.complain(`${path}: Cannot open: File exists`);
      return false;
    }
    const gone = there.kind === "directory" ? process.fs.removeDirectory(path) : process.fs.remove(path);
    if (!isErrno(gone)) return true;
    yield* this.#run.complain(
      `${path}: Cannot ${there.kind === "directory" ? "open" : "unlink"}: ${explain(there.kind === "directory" ? { errno: "EEXIST" } : gone)}`,
    );
    return false;
  }

  #makeParents(path: string): void {
    const { fs } = this.#run.process;
    const parent = parentPart(path);
    if (!isErrno(fs.stat(parent)) || parent === path) return;
    this.#makeParents(parent);
    fs.makeDirectory(parent, 0o777);
  }

  *#file(path: string, header: TarHeader): Execution<void> {
    const { process } = this.#run;
    const fd = process.open(path, { write: true, create: true, truncate: true, mode: 0o600, way: "tar" });
    if (isErrno(fd)) return yield* this.#run.complain(`${path}: Cannot open: ${explain(fd)}`);
    for (let part = yield* this.#input.content(); part !== ""; part = yield* this.#input.content()) {
      const done = yield* process.write(fd, part);
      if (!isErrno(done)) continue;
      yield* this.#run.complain(`${path}: Cannot write: ${explain(done)}`);
      break;
    }
    process.close(fd);
    this.#keep(path, header);
  }

  *#link(path: string, header: TarHeader): Execution<void> {
    const { fs } = this.#run.process;
    if (header.type === "2") {
      const done = fs.symlink(header.link, path);
      if (isErrno(done)) yield* this.#run.complain(`${path}: Cannot create symlink to '${header.link}': ${explain(done)}`);
      return;
    }
    const target = yield* this.place(header.link, "hard link targets");
    const done = fs.link(target ?? header.link, path);
    if (isErrno(done)) yield* this.#run.complain(`${path}: Cannot hard link to '${header.link}': ${explain(done)}`);
  }

  *#node(path: string, header: TarHeader): Execution<void> {
    const kind = header.type === "3" ? "character" : header.type === "4" ? "block" : "fifo";
    const device = header.device ?? { major: 0, minor: 0 };
    const done = this.#run.process.fs.makeNode(path, kind, { mode: header.mode, device });
    if (isErrno(done)) yield* this.#run.complain(`${path}: Cannot ${kind === "fifo" ? "mkfifo" : "mknod"}: ${explain(done)}`);
  }

  /** Owner (for root), mode and time. */
  #keep(path: string, header: TarHeader): void {
    const { process, request } = this.#run;
    const root = process.credentials.uid === 0;
    if (root && !request.has("no-same-owner")) process.fs.chown(path, this.#ownerOf(header));
    const whole = (root || request.has("p")) && !request.has("no-same-permissions");
    process.fs.chmod(path, whole ? header.mode : header.mode & ~process.umask & 0o777);
    if (request.has("m")) return;
    process.fs.setTimes(path, { accessMs: process.system.now().wallMs, modifyMs: header.modifiedSeconds * 1000 });
  }

  #ownerOf(header: TarHeader): { uid: number; gid: number } {
    const { process, request } = this.#run;
    const numeric = request.has("numeric-owner");
    const user = numeric ? undefined : process.system.userByName(header.user);
    const group = numeric ? undefined : process.system.groups.find(({ name }) => name === header.group);
    return { uid: user?.uid ?? header.uid, gid: group?.gid ?? header.gid };
  }
}
