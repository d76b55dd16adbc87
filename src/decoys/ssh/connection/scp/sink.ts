/**
 * `scp -t`: takes files from the visitor.
 *
 * Records, one a line, each answered by a zero byte or an error line:
 *   C mode size name, then size bytes and a status byte        a file
 *   D mode 0 name ... E                                        a directory and its end
 *   T mtime 0 atime 0                                          times of what follows
 *   byte 1 or 2 and a message                                  an error of the other side (2: it gives up)
 * Nothing is waited for: the state says what the next bytes are.
 */
import { Buffer } from "node:buffer";
import type { Errno, Stat } from "../../../../shell/file-system.ts";
import type { Running } from "../../../../shell/system.ts";
import { Upload } from "../upload.ts";
import { type FileRecord, parseFileRecord, parseTimesRecord, type Times } from "./records.ts";
import type { Transfer } from "./transfer.ts";

const UMASK = 0o022;
const OWNER_ALL = 0o700;
const OWNER_WRITE = 0o200;
/** scp's line buffer. */
const MAX_LINE_BYTES = 2047;
const LINE_FEED = 10;

interface Level {
  /** As scp shows it. */
  readonly path: string;
  readonly isDirectory: boolean;
  /** What to do to this directory when it is complete. */
  readonly times: Times | undefined;
  readonly mode: number | undefined;
}

interface Receiving {
  readonly upload: Upload;
  readonly path: string;
  readonly record: FileRecord;
  readonly times: Times | undefined;
  readonly existed: Stat | undefined;
  done: number;
  error: Errno | undefined;
}

export class Sink implements Running {
  readonly #transfer: Transfer;
  readonly #levels: Level[] = [];
  #line: Buffer = Buffer.alloc(0);
  #receiving: Receiving | undefined;
  #times: Times | undefined;
  #first = true;

  constructor(transfer: Transfer) {
    this.#transfer = transfer;
  }

  start(): this {
    const { paths, directory } = this.#transfer.command;
    const [target] = paths;
    if (target === undefined || paths.length !== 1) {
      this.#transfer.die("ambiguous target");
      return this;
    }
    const found = this.#stat(target);
    if (directory && ("errno" in found || found.kind !== "directory")) {
      this.#transfer.die(`${target}: Not a directory`);
      return this;
    }
    this.#enter({ path: target, isDirectory: !("errno" in found) && found.kind === "directory", times: undefined, mode: undefined });
    return this;
  }

  input(bytes: Uint8Array): boolean {
    let rest = bytes;
    while (rest.length > 0 && !this.#transfer.ended) rest = this.#take(rest);
    return true;
  }

  endInput(): void {
    const receiving = this.#receiving;
    if (receiving !== undefined && receiving.done < receiving.record.size) this.#transfer.die("Broken pipe");
    else if (receiving !== undefined) this.#transfer.countError();
    else if (this.#line.length > 0) this.#transfer.protocolError("lost connection");
    this.#close();
    this.#transfer.finish();
  }

  drained(): void {
    this.#transfer.drained();
  }

  resize(): void {
    // A transfer draws nothing.
  }

  signal(): void {
    this.#close();
    this.#transfer.finish();
  }

  end(): void {
    this.#transfer.abandon();
    this.#close();
  }

  /** Takes what it can of `bytes`; the rest is given back. */
  #take(bytes: Uint8Array): Uint8Array {
    const receiving = this.#receiving;
    if (receiving === undefined) return this.#takeLine(bytes);
    if (receiving.done < receiving.record.size) return this.#takeContent(bytes, receiving);
    return this.#takeStatus(bytes, receiving);
  }

  #takeContent(bytes: Uint8Array, receiving: Receiving): Uint8Array {
    const piece = bytes.subarray(0, receiving.record.size - receiving.done);
    const written = receiving.upload.write(receiving.done, piece);
    receiving.done += piece.length;
    if ("errno" in written) receiving.error ??= written;
    return bytes.subarray(piece.length);
  }

  /** After the content the other side says how it went: 0, or an error line. */
  #takeStatus(bytes: Uint8Array, receiving: Receiving): Uint8Array {
    if (this.#line.length === 0 && bytes[0] === 0) {
      this.#complete(receiving);
      return bytes.subarray(1);
    }
    return this.#collect(bytes, () => {
      this.#transfer.countError();
      this.#complete(receiving);
    });
  }

  #complete(receiving: Receiving): void {
    const { fs, account } = this.#transfer.ports;
    const { path, record, times, existed } = receiving;
    this.#close();
    const absolute = this.#transfer.absolute(path);
    const mode = this.#transfer.command.preserve ? record.mode : record.mode & ~UMASK;
    if (existed === undefined || existed.mode !== mode) fs.chmod(absolute, mode, account.credentials);
    if (receiving.error !== undefined) {
      this.#transfer.failPath(path, receiving.error);
      return;
    }
    if (times !== undefined) fs.setTimes(absolute, times, account.credentials);
    this.#transfer.accept();
  }

  #takeLine(bytes: Uint8Array): Uint8Array {
    return this.#collect(bytes, (line) => this.#record(line));
  }

  #collect(bytes: Uint8Array, then: (line: string) => void): Uint8Array {
    const end = bytes.indexOf(LINE_FEED);
    const wanted = end < 0 ? bytes.length : end + 1;
    const size = Math.min(wanted, MAX_LINE_BYTES - this.#line.length);
    this.#line = Buffer.concat([this.#line, bytes.subarray(0, size)]);
    if (this.#line.at(-1) !== LINE_FEED && this.#line.length < MAX_LINE_BYTES) return bytes.subarray(size);
    const line = this.#line.toString("latin1").replace(/\n$/, "");
    this.#line = Buffer.alloc(0);
    then(line);
    return bytes.subarray(size);
  }

  #record(line: string): void {
    const transfer = this.#transfer;
    const first = this.#first;
    this.#first = false;
    if (line === "") return transfer.protocolError("unexpected <newline>");
    transfer.trace(`Sink: ${line}\n`);
    switch (line.charAt(0)) {
      case "\x01":
        return transfer.countError();
      case "\x02":
        transfer.countError();
        return transfer.finish();
      case "E":
        return this.#leave();
      case "T":
        return this.#setTimes(line);
      case "C":
      case "D":
        return this.#fileRecord(line);
      default:
        return first ? transfer.die(line) : transfer.protocolError("expected control record");
    }
  }

  #setTimes(line: string): void {
    const parsed = parseTimesRecord(line);
    if (parsed.status !== "done") return this.#transfer.protocolError(parsed.status === "malformed" ? parsed.why : "");
    this.#times = parsed.value;
    this.#transfer.accept();
  }

  #fileRecord(line: string): void {
    const parsed = parseFileRecord(line);
    if (parsed.status !== "done") return this.#transfer.protocolError(parsed.status === "malformed" ? parsed.why : "");
    const record = parsed.value;
    if (record.name === "" || record.name === "." || record.name === ".." || record.name.includes("/")) {
      return this.#transfer.die(`error: unexpected filename: ${record.name}`);
    }
    const level = this.#levels.at(-1);
    const target = level?.path ?? "";
    const path = level?.isDirectory === true ? `${target}${target === "/" ? "" : "/"}${record.name}` : target;
    const times = this.#times;
    this.#times = undefined;
    if (record.kind === "directory") this.#openDirectory(path, record, times);
    else this.#openFile(path, record, times);
  }

  #openDirectory(path: string, record: FileRecord, times: Times | undefined): void {
    const { command, ports } = this.#transfer;
    if (!command.recursive) return this.#transfer.protocolError("received directory without -r");
    const absolute = this.#transfer.absolute(path);
    const found = this.#stat(path);
    const exists = !("errno" in found);
    if (exists && found.kind !== "directory") return this.#transfer.failPath(path, { errno: "ENOTDIR" });
    const mode = command.preserve ? record.mode : record.mode & ~UMASK;
    const made = exists ? found : ports.fs.makeDirectory(absolute, mode | OWNER_ALL, ports.account.credentials);
    if ("errno" in made) return this.#transfer.failPath(path, made);
    this.#enter({ path, isDirectory: true, times, mode: exists && !command.preserve ? undefined : mode });
  }

  #openFile(path: string, record: FileRecord, times: Times | undefined): void {
    const { command, ports } = this.#transfer;
    const absolute = this.#transfer.absolute(path);
    const found = this.#stat(path);
    const mode = (command.preserve ? record.mode : record.mode & ~UMASK) | OWNER_WRITE;
    const how = { write: true, create: true, truncate: true, mode, way: "scp" };
    const file = ports.fs.open(absolute, how, ports.account.credentials);
    if ("errno" in file) return this.#transfer.failPath(path, file);
    const upload = new Upload(file, { peer: ports.peer, fs: ports.fs, path: absolute, way: "scp" });
    const existed = "errno" in found ? undefined : found;
    this.#receiving = { upload, path, record, times, existed, done: 0, error: undefined };
    this.#transfer.accept();
  }

  #enter(level: Level): void {
    this.#levels.push(level);
    this.#transfer.accept();
  }

  #leave(): void {
    const { fs, account } = this.#transfer.ports;
    const level = this.#levels.pop();
    this.#transfer.accept();
    if (level === undefined || this.#levels.length === 0) return this.#transfer.finish();
    const absolute = this.#transfer.absolute(level.path);
    if (level.times !== undefined) fs.setTimes(absolute, level.times, account.credentials);
    if (level.mode !== undefined) fs.chmod(absolute, level.mode, account.credentials);
  }

  #stat(path: string): Stat | Errno {
    const { fs, account } = this.#transfer.ports;
    return fs.stat(this.#transfer.absolute(path), account.credentials);
  }

  #close(): void {
    this.#receiving?.upload.close();
    this.#receiving = undefined;
  }
}
