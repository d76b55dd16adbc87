/**
 * `scp -f`: gives files to the visitor, who answers each record with a zero byte or an error line.
 *
 * Written as a generator that stops where scp would block: for an answer, or for room. It is resumed only by `#run`.
 */
import { Buffer } from "node:buffer";
import type { OpenFile, Stat } from "../../../../shell/file-system.ts";
import type { Running } from "../../../../shell/system.ts";
import type { Transfer } from "./transfer.ts";

const CHUNK_BYTES = 32_768;
/** Directories nested deeper than this are links in a circle. */
const MAX_DEPTH = 64;
const MAX_WAITING_BYTES = 65_536;
const LINE_FEED = 10;

/** What the generator waits for; an answer is given back as whether it was good. */
type Steps = Generator<"answer" | "room", void, boolean>;

export class Source implements Running {
  readonly #transfer: Transfer;
  readonly #steps: Steps;
  #waiting: Buffer = Buffer.alloc(0);
  #wants: "answer" | "room" | "nothing" = "nothing";
  #inputEnded = false;
  #open: OpenFile | undefined;

  constructor(transfer: Transfer) {
    this.#transfer = transfer;
    this.#steps = this.#sendAll();
  }

  start(): this {
    this.#resume(true);
    this.#run();
    return this;
  }

  input(bytes: Uint8Array): boolean {
    if (this.#waiting.length + bytes.length > MAX_WAITING_BYTES) this.#transfer.die("Broken pipe");
    if (this.#transfer.ended) return true;
    this.#waiting = Buffer.concat([this.#waiting, bytes]);
    this.#run();
    return true;
  }

  endInput(): void {
    this.#inputEnded = true;
    this.#run();
  }

  drained(): void {
    this.#transfer.drained();
    this.#run();
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

  #run(): void {
    while (!this.#transfer.ended && this.#wants !== "nothing") {
      if (this.#wants === "room") {
        if (!this.#transfer.flowing) return;
        this.#resume(true);
        continue;
      }
      const answer = this.#takeAnswer();
      if (answer === undefined) break;
      this.#resume(answer);
    }
    if (this.#inputEnded && this.#wants === "answer" && !this.#transfer.ended) {
      this.#transfer.countError();
      this.#transfer.finish();
    }
    if (this.#transfer.ended) this.#close();
  }

  #resume(value: boolean): void {
    const next = this.#steps.next(value);
    this.#wants = next.done === true ? "nothing" : next.value;
    if (next.done === true) this.#transfer.finish();
  }

  /** 0 is good; 1 and a line is an error; 2 and a line ends it, and so does anything else. */
  #takeAnswer(): boolean | undefined {
    const kind = this.#waiting[0];
    if (kind === undefined) return undefined;
    if (kind === 0) {
      this.#waiting = this.#waiting.subarray(1);
      return true;
    }
    const end = this.#waiting.indexOf(LINE_FEED);
    if (end < 0) return undefined;
    this.#waiting = this.#waiting.subarray(end + 1);
    this.#transfer.countError();
    if (kind !== 1) this.#transfer.finish();
    return false;
  }

  *#sendAll(): Steps {
    yield "answer";
    for (const path of this.#transfer.command.paths) yield* this.#send(path, 0);
  }

  *#send(path: string, depth: number): Steps {
    const { fs, account } = this.#transfer.ports;
    const absolute = this.#transfer.absolute(path);
    const found = fs.stat(absolute, account.credentials);
    if ("errno" in found) return this.#transfer.failPath(path, found);
    if (found.kind === "directory" && this.#transfer.command.recursive) return yield* this.#sendDirectory(path, found, depth);
    if (found.kind !== "file") return this.#transfer.fail(`${path}: not a regular file`);
    const file = fs.open(absolute, { read: true }, account.credentials);
    if ("errno" in file) return this.#transfer.failPath(path, file);
    this.#open = file;
    yield* this.#sendFile(path, found, file);
    this.#close();
  }

  *#sendFile(path: string, stat: Stat, file: OpenFile): Steps {
    if (!(yield* this.#sendTimes(stat))) return;
    const record = `C${octal(stat.mode)} ${stat.size} ${baseName(path)}\n`;
    this.#transfer.trace(`Sending file modes: ${record}`);
    this.#transfer.say(record);
    if (!(yield "answer")) return;
    for (let at = 0; at < stat.size; ) {
      const piece = file.read(at, Math.min(CHUNK_BYTES, stat.size - at));
      // The size is promised: what cannot be read is sent as zeros, and the error after it.
      const bytes =
        typeof piece === "string" && piece !== "" ? Buffer.from(piece, "latin1") : Buffer.alloc(Math.min(CHUNK_BYTES, stat.size - at));
      this.#transfer.send(bytes);
      at += bytes.length;
      if (!this.#transfer.flowing) yield "room";
    }
    const name = Buffer.from(this.#transfer.absolute(path), "latin1");
    this.#transfer.ports.peer.observe({ kind: "file.read", fields: { path: name, way: "scp", size: stat.size } });
    this.#transfer.accept();
    yield "answer";
  }

  *#sendDirectory(path: string, stat: Stat, depth: number): Steps {
    const { fs, account } = this.#transfer.ports;
    const names = fs.list(this.#transfer.absolute(path), account.credentials);
    if ("errno" in names) return this.#transfer.failPath(path, names);
    if (!(yield* this.#sendTimes(stat))) return;
    const record = `D${octal(stat.mode)} 0 ${baseName(path)}\n`;
    this.#transfer.trace(`Entering directory: ${record}`);
    this.#transfer.say(record);
    if (!(yield "answer")) return;
    for (const name of names) {
      if (depth < MAX_DEPTH) yield* this.#send(`${path}/${name}`, depth + 1);
    }
    this.#transfer.say("E\n");
    yield "answer";
  }

  *#sendTimes(stat: Stat): Generator<"answer" | "room", boolean, boolean> {
    if (!this.#transfer.command.preserve) return true;
    this.#transfer.say(`T${Math.floor(stat.modifyMs / 1000)} 0 ${Math.floor(stat.accessMs / 1000)} 0\n`);
    return yield "answer";
  }

  #close(): void {
    this.#open?.close();
    this.#open = undefined;
  }
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, "0");
}

function baseName(path: string): string {
  const trimmed = path.replace(/(?<!\/)\/+$/, "");
  return trimmed.slice(trimmed.lastIndexOf("/") + 1);
}
