import { explain, isErrno } from "../../../errno.ts";
import type { Execution, Program } from "../../../program.ts";
import { readFully, sourceOf, startingWith } from "../byte-flow.ts";
import { ArchiveInput } from "./archive-input.ts";
import { type Compressed, childFailed, closeArchive, compressorOf, throughCompressor } from "./compressor.ts";
import { ArchiveOutput } from "./create.ts";
import { readMembers } from "./extract.ts";
import { BLOCK_BYTES, parseHeader } from "./header.ts";
import { MemberFilter } from "./member-filter.ts";
import { readRequest } from "./request.ts";
import { FATAL, TarRun } from "./run.ts";

/** GNU tar: create, list, extract and append; compressed by gzip, bzip2 or xz as programs of their own. */
export const tar: Program = {
  name: "tar",
  *run(process) {
    const request = readRequest(process);
    if ("show" in request) {
      yield* process.print(request.show);
      return 0;
    }
    if ("wrong" in request) {
      yield* process.fail(request.wrong);
      if (request.help && process.flavour === "gnu") yield* process.write(2, TRY);
      return request.status;
    }
    const run = new TarRun(process, request);
    if (request.verb === "create" || request.verb === "append") return yield* write(run);
    return yield* read(run);
  },
};

const TRY = "Try 'tar --help' or 'tar --usage' for more information.\n";

function* write(run: TarRun): Execution {
  const { process, request } = run;
  const names = yield* allNames(run);
  if (typeof names === "number") return names;
  if (!names.some((name) => typeof name === "string")) {
    yield* process.fail("Cowardly refusing to create an empty archive");
    yield* process.write(2, TRY);
    return FATAL;
  }
  if (request.archive === "-" && process.isTerminal(1))
    return yield* run.abandon("Refusing to write archive contents to terminal (missing -f option?)");
  const head = request.verb === "append" ? yield* earlierMembers(run) : "";
  if (typeof head === "number") return head;
  const fd = request.archive === "-" ? 1 : process.open(request.archive, { write: true, create: true, truncate: true, way: "tar" });
  if (isErrno(fd)) return yield* run.abandon(`${request.archive}: Cannot open: ${explain(fd)}`);
  const self = request.archive === "-" ? undefined : process.fs.stat(request.archive);
  const compressed = yield* throughCompressor(process, request.compression, { fd, reads: false });
  if (compressed === undefined) return yield* childFailed(process, "Child returned status 2");
  const output = new ArchiveOutput(run, compressed.fd, { self: self === undefined || isErrno(self) ? undefined : self.inode, head });
  return yield* writeMembers(run, { output, compressed, names });
}

function* writeMembers(
  run: TarRun,
  into: { output: ArchiveOutput; compressed: Compressed; names: readonly (string | { readonly directory: string })[] },
): Execution {
  for (const name of into.names) {
    if (typeof name === "string") yield* into.output.add(name);
    else if (!(yield* changeDirectory(run, name.directory))) return FATAL;
  }
  yield* into.output.finish();
  const wrong = yield* closeArchive(run.process, into.compressed);
  return wrong === undefined ? yield* run.finish() : yield* childFailed(run.process, wrong);
}

/** The operands, and with -T those in a file, one a line. */
function* allNames(run: TarRun): Execution<readonly (string | { readonly directory: string })[] | number> {
  const { process, request } = run;
  const list = request.value("T");
  if (list === undefined) return request.names;
  const text = list === "-" ? yield* process.readAll(0) : process.fs.readFile(list);
  if (isErrno(text)) return yield* run.abandon(`${list}: Cannot open: ${explain(text)}`);
  return [...request.names, ...text.split("\n").filter((line) => line !== "")];
}

/** The blocks of an archive up to its end marks. */
function* earlierMembers(run: TarRun): Execution<string | number> {
  const { process, request } = run;
  const text = process.fs.readFile(request.archive);
  if (isErrno(text)) return text.errno === "ENOENT" ? "" : yield* run.abandon(`${request.archive}: Cannot open: ${explain(text)}`);
  if (compressorOf(text) !== undefined) return yield* run.abandon("Cannot update compressed archives");
  let at = 0;
  for (let header = parseHeader(text.slice(0, BLOCK_BYTES)); header !== undefined && header !== "zero"; ) {
    at += BLOCK_BYTES + Math.ceil(header.size / BLOCK_BYTES) * BLOCK_BYTES;
    header = parseHeader(text.slice(at, at + BLOCK_BYTES));
    yield* process.charge(10);
  }
  return text.slice(0, at);
}

function* changeDirectory(run: TarRun, directory: string): Execution<boolean> {
  const { process } = run;
  const path = process.fs.realPath(directory);
  const stat = process.fs.stat(directory);
  const wrong = isErrno(stat) ? explain(stat) : stat.kind === "directory" ? undefined : "Not a directory";
  if (wrong === undefined && typeof path === "string") {
    process.directory = path;
    return true;
  }
  yield* run.abandon(`${directory}: Cannot open: ${wrong}`);
  return false;
}

function* read(run: TarRun): Execution {
  const { process, request } = run;
  if (request.archive === "-" && process.isTerminal(0))
    return yield* run.abandon("Refusing to read archive contents from terminal (missing -f option?)");
  const opened = yield* openArchive(run);
  if (typeof opened === "number") return opened;
  const names: string[] = [];
  for (const name of request.names) {
    if (typeof name === "string") names.push(name);
    else if (!(yield* changeDirectory(run, name.directory))) return FATAL;
  }
  const { head, compressed } = opened;
  const source = startingWith(head, sourceOf(process, compressed.fd));
  const input = new ArchiveInput(process, source, { mayBeEmpty: compressed.child !== undefined });
  const filter = new MemberFilter({ names, wildcards: request.has("wildcards"), excludes: request.excludes });
  yield* readMembers(run, input, filter);
  const wrong = yield* closeArchive(process, compressed);
  if (wrong !== undefined) return yield* childFailed(process, wrong);
  if (input.truncated) return yield* run.abandon("Unexpected EOF in archive");
  yield* tellMissing(run, filter, names);
  if (input.failed) run.failed = true;
  return yield* run.finish();
}

function* tellMissing(run: TarRun, filter: MemberFilter, names: readonly string[]): Execution<void> {
  const missing = filter.missing();
  if (
    !run.request.has("wildcards") &&
    !run.request.has("no-wildcards") &&
    missing.some((name) => /[*?[]/.test(name) && names.includes(name))
  ) {
    yield* run.process.fail("Pattern matching characters used in file names");
    yield* run.process.fail("Use --wildcards to enable pattern matching, or --no-wildcards to suppress this warning");
  }
  for (const name of missing) yield* run.complain(`${name}: Not found in archive`);
}

const HEAD_BYTES = 512;

/** Opens the archive, through a decompressor when it is told or the file begins so. */
function* openArchive(run: TarRun): Execution<{ compressed: Compressed; head: string } | number> {
  const { process, request } = run;
  const fd = request.archive === "-" ? 0 : process.open(request.archive, { read: true });
  if (isErrno(fd)) return yield* run.abandon(`${request.archive}: Cannot open: ${explain(fd)}`);
  if (request.compression !== undefined) return yield* decompressed(run, request.compression, fd);
  const head = yield* readFully(sourceOf(process, fd), HEAD_BYTES);
  const error = process.lastError(fd);
  if (error !== undefined) {
    yield* process.fail(`${request.archive}: Cannot read: ${explain({ errno: error })}`);
    return yield* run.abandon("At beginning of tape, quitting now");
  }
  const found = compressorOf(head);
  if (found === undefined) return { compressed: { fd, child: undefined }, head };
  if (fd === 0) return yield* run.abandon(`Archive is compressed. Use ${found.option} option`);
  process.close(fd);
  const again = process.open(request.archive, { read: true });
  if (isErrno(again)) return yield* run.abandon(`${request.archive}: Cannot open: ${explain(again)}`);
  return yield* decompressed(run, found.program, again);
}

function* decompressed(run: TarRun, program: string, fd: number): Execution<{ compressed: Compressed; head: string } | number> {
  const compressed = yield* throughCompressor(run.process, program, { fd, reads: true });
  if (compressed === undefined) return yield* childFailed(run.process, "Child returned status 2");
  return { compressed, head: "" };
}
