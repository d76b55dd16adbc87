/**
 * The far end of an SFTP session, as OpenSSH's sftp-server: version 3 (draft-ietf-secsh-filexfer-02) over the emulated file system.
 *
 * Requests are answered in order, one at a time, only while the channel takes answers and some milliseconds at once: what waits is bounded
 * by the visitor's window, and no pile of slow requests holds up other visitors. What sftp-server dies of (a packet too long, fields that do not fit, requests before INIT) ends this one with the same status.
 */
import type { Cancel } from "../../../../decoy/peer.ts";
import type { Output, Running } from "../../../../shell/system.ts";
import { Reader } from "../../../../wire/reader.ts";
import { Writer } from "../../../../wire/writer.ts";
import { ReceiveBuffer } from "../../transport/receive-buffer.ts";
import { type Answer, BROKEN, type Reply, release, type SftpContext } from "./context.ts";
import { extended } from "./extensions.ts";
import { close, fstat, open, read, write } from "./file-requests.ts";
import { Handles } from "./handles.ts";
import { Fxp } from "./messages.ts";
import {
  fsetstat,
  lstat,
  mkdir,
  opendir,
  readdir,
  readlink,
  realpath,
  remove,
  rename,
  rmdir,
  setstat,
  stat,
  symlink,
} from "./path-requests.ts";

const MAX_PACKET_BYTES = 256 * 1024;
/** Requests that may wait while the visitor does not read answers. */
const MAX_WAITING_BYTES = 2 * MAX_PACKET_BYTES;
/** How long requests are answered at once. */
const TURN_MS = 5;
const EXIT_TOO_LONG = 11;
const EXIT_BROKEN = 255;

const ANSWERS: ReadonlyMap<number, Answer> = new Map<number, Answer>([
  [Fxp.open, open],
  [Fxp.close, close],
  [Fxp.read, read],
  [Fxp.write, write],
  [Fxp.lstat, lstat],
  [Fxp.fstat, fstat],
  [Fxp.setstat, setstat],
  [Fxp.fsetstat, fsetstat],
  [Fxp.opendir, opendir],
  [Fxp.readdir, readdir],
  [Fxp.remove, remove],
  [Fxp.mkdir, mkdir],
  [Fxp.rmdir, rmdir],
  [Fxp.realpath, realpath],
  [Fxp.stat, stat],
  [Fxp.rename, rename],
  [Fxp.readlink, readlink],
  [Fxp.symlink, symlink],
  [Fxp.extended, extended],
]);

export interface SftpPorts extends Omit<SftpContext, "handles"> {
  readonly output: Output;
}

export class SftpServer implements Running {
  readonly #context: SftpContext;
  readonly #output: Output;
  readonly #waiting = new ReceiveBuffer();
  #ready = false;
  #flowing = true;
  #inputEnded = false;
  #ended = false;
  /** The rest of the requests is answered after others had their turn. */
  #next: Cancel | undefined;

  constructor({ output, ...context }: SftpPorts) {
    this.#context = { ...context, handles: new Handles() };
    this.#output = output;
  }

  input(bytes: Uint8Array): boolean {
    if (this.#ended) return true;
    this.#waiting.add(bytes);
    this.#work();
    this.#waiting.settle();
    return this.#ended || this.#waiting.size < MAX_WAITING_BYTES;
  }

  endInput(): void {
    this.#inputEnded = true;
    this.#work();
  }

  drained(): void {
    this.#flowing = true;
    this.#resume();
  }

  #resume(): void {
    const full = this.#waiting.size >= MAX_WAITING_BYTES;
    this.#work();
    if (full && this.#waiting.size < MAX_WAITING_BYTES) this.#output.wantsInput?.();
  }

  resize(): void {
    // A subsystem has no window.
  }

  signal(): void {
    // sshd delivers none to a subsystem.
  }

  end(): void {
    this.#release();
  }

  #work(): void {
    if (this.#next !== undefined) return;
    const { peer } = this.#context;
    const untilMs = peer.now().monotonicMs + TURN_MS;
    while (this.#flowing && !this.#ended && this.#step()) {
      if (peer.now().monotonicMs < untilMs) continue;
      this.#next = peer.after(0, () => this.#goOn());
      return;
    }
    if (this.#inputEnded && this.#flowing && !this.#ended) this.#exit(0);
  }

  #goOn(): void {
    this.#next = undefined;
    this.#resume();
  }

  /**
   *   uint32    length         of what follows
   *   byte      type
   *   uint32    id             but for INIT, which has a version there       draft-ietf-secsh-filexfer-02 §3
   *
   * False: no whole packet is waiting.
   */
  #step(): boolean {
    const { bytes } = this.#waiting;
    // sftp-server looks at no length before it has a type.
    if (bytes.length < 5) return false;
    const length = bytes.readUInt32BE();
    if (length > MAX_PACKET_BYTES) return this.#exit(EXIT_TOO_LONG);
    if (bytes.length < 4 + length) return false;
    const packet = new Reader(bytes.subarray(4, 4 + length));
    this.#waiting.use(4 + length);
    const type = packet.u8();
    const id = packet.u32();
    if (packet.short || (type !== Fxp.init && !this.#ready)) return this.#exit(EXIT_BROKEN);
    if (type === Fxp.init) return this.#greet();
    const answer = ANSWERS.get(type)?.(this.#context, packet);
    if (answer === BROKEN) return this.#exit(EXIT_BROKEN);
    if (answer !== undefined) this.#send(id, answer);
    return true;
  }

  #greet(): boolean {
    this.#ready = true;
    const body = new Writer();
    for (const { name, version } of this.#context.extensions) body.string32(name).string32(version);
    this.#send(3, { type: Fxp.version, body: body.finish() });
    return true;
  }

  /** `first` is the request's id, or our version. */
  #send(first: number, { type, body }: Reply): void {
    const packet = new Writer(9 + body.length)
      .u32(5 + body.length)
      .u8(type)
      .u32(first)
      .bytes(body)
      .finish();
    if (!this.#output.out(packet)) this.#flowing = false;
  }

  #exit(code: number): false {
    this.#release();
    this.#output.exited({ code });
    return false;
  }

  #release(): void {
    this.#ended = true;
    this.#next?.();
    this.#waiting.clear();
    for (const handle of this.#context.handles.clear()) release(this.#context, handle);
  }
}
