/**
 * One channel (RFC 4254 §5): windows both ways, packet sizes, and the order in which it ends.
 *
 * What must stay true: never more bytes out than the visitor's window allows; bytes wait here, in order, until window and connection
 * allow more; EOF goes out after the last byte, CLOSE after EOF, each once, and nothing after CLOSE.
 */
import { Buffer } from "node:buffer";
import type { Behind } from "./behind.ts";
import {
  encodeBare,
  encodeChannelRequest,
  encodeData,
  encodeExtendedData,
  encodeOpenConfirmation,
  encodeWindowAdjust,
  Message,
} from "./messages.ts";
import type { Outbox } from "./outbox.ts";

/** What both sides said when the channel was opened. */
export interface ChannelSetup {
  readonly id: number;
  readonly type: string;
  /** The visitor's number for this channel. */
  readonly remoteId: number;
  readonly remoteWindow: number;
  readonly remotePacket: number;
  /** The window that we keep granting, bytes. */
  readonly windowBytes: number;
  readonly packetBytes: number;
}

/** Where a channel reports bytes that it holds because the program behind it does not read, and its end. */
export interface ChannelPorts {
  readonly outbox: Outbox;
  /** `bytes` more (or fewer) are held. */
  held(bytes: number): void;
  /** Output was dropped: more than `maxBytes` waited. */
  overflowed(maxBytes: number): void;
  /** Both sides have closed: the number is free. */
  gone(): void;
}

/** No packet of ours is larger, whatever the visitor takes. */
const MAX_PACKET_BYTES = 32_768;
/** Output that may wait for the visitor's window; programs stop long before, so this is the last fence. */
const MAX_WAITING_BYTES = 4 << 20;
/** OpenSSH forgives a tenth of the window. */
const GRACE_DIVISOR = 10;

interface Waiting {
  bytes: Buffer;
  readonly stderr: boolean;
}

export class Channel {
  readonly setup: ChannelSetup;
  readonly #ports: ChannelPorts;
  #behind: Behind | undefined;
  #remoteWindow: number;
  #window = 0;
  #exceeded = 0;
  #consumed = 0;
  #uncredited = 0;
  #held: Buffer[] | undefined;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #stalled = false;
  #ending: "no" | "eof" | "close" = "no";
  #eofSent = false;
  #closeSent = false;
  #eofReceived = false;
  #closeReceived = false;
  #gone = false;

  constructor(setup: ChannelSetup, ports: ChannelPorts) {
    this.setup = setup;
    this.#ports = ports;
    this.#remoteWindow = setup.remoteWindow;
  }

  /** Confirms the channel. A session that runs nothing yet grants no window (`larval`), as sshd does. */
  confirm(grant: "all" | "none"): void {
    this.#window = grant === "all" ? this.setup.windowBytes : 0;
    const ours = { id: this.setup.id, window: this.#window, packet: this.setup.packetBytes };
    this.#ports.outbox.send(encodeOpenConfirmation(this.setup.remoteId, ours));
  }

  /** Puts something behind the channel, and grants the window if that has not been done. */
  attach(behind: Behind): void {
    this.#behind = behind;
    if (this.#window >= this.setup.windowBytes) return;
    this.#ports.outbox.send(encodeWindowAdjust(this.setup.remoteId, this.setup.windowBytes - this.#window));
    this.#window = this.setup.windowBytes;
  }

  get larval(): boolean {
    return this.#behind === undefined;
  }

  get closeSent(): boolean {
    return this.#closeSent;
  }

  /** The visitor sends nothing more. */
  get inputEnded(): boolean {
    return this.#eofReceived || this.#closeReceived;
  }

  /** True while output waits for the visitor. */
  get busy(): boolean {
    return this.#waitingBytes > 0;
  }

  /** Sends or queues bytes. False: more than the visitor takes now; go on at `drained()`. */
  write(bytes: Uint8Array, stderr = false): boolean {
    if (this.#ending !== "no" || this.#closeReceived || bytes.length === 0) return true;
    if (this.#waitingBytes + bytes.length > MAX_WAITING_BYTES) {
      this.#ports.overflowed(MAX_WAITING_BYTES);
      this.#stalled = true;
      return false;
    }
    this.#waiting.push({ bytes: Buffer.from(bytes), stderr });
    this.#waitingBytes += bytes.length;
    this.#push();
    this.#stalled = this.busy || !this.#ports.outbox.flowing;
    return !this.#stalled;
  }

  /** Sends a request of ours, such as exit-status; it may overtake waiting bytes. */
  request(type: string, body: Uint8Array): void {
    if (!this.#closeSent) this.#ports.outbox.send(encodeChannelRequest(this.setup.remoteId, type, body));
  }

  /** Answers a request of the visitor that wants a reply. */
  reply(success: boolean): void {
    if (this.#closeSent) return;
    this.#ports.outbox.send(encodeBare(success ? Message.channelSuccess : Message.channelFailure, this.setup.remoteId));
  }

  /** No more output: EOF once everything is sent. */
  endOutput(): void {
    if (this.#ending === "no") this.#ending = "eof";
    this.#finishIfDone();
  }

  /** No more output and no more channel: EOF and CLOSE once everything is sent. */
  close(): void {
    this.#ending = "close";
    this.#finishIfDone();
  }

  /** CHANNEL_DATA of the visitor; what is larger than a packet may be is dropped, as in sshd. False: it ignored the window for too long. */
  receive(bytes: Uint8Array): boolean {
    if (this.larval || this.#closeReceived || bytes.length > this.setup.packetBytes) return true;
    this.#window -= bytes.length;
    if (this.#window < 0) {
      this.#exceeded -= this.#window;
      this.#window = 0;
      if (this.#exceeded > this.setup.windowBytes / GRACE_DIVISOR) return false;
    } else {
      this.#exceeded = 0;
    }
    if (this.#eofReceived || this.#ending === "close") this.#credit(bytes.length);
    else if (this.#held === undefined) this.#deliver(bytes);
    else this.#hold(bytes);
    return true;
  }

  /** The program reads again after `receive` of what stands behind returned false. */
  wantInput(): void {
    const held = this.#held;
    if (held === undefined) return;
    this.#held = undefined;
    const credit = this.#uncredited;
    this.#uncredited = 0;
    this.#credit(credit);
    for (const [index, bytes] of held.entries()) {
      this.#ports.held(-bytes.length);
      if (this.#deliver(bytes)) continue;
      this.#held = held.slice(index + 1);
      return;
    }
    if (this.#eofReceived) this.#behind?.finish();
  }

  /** EOF of the visitor; before anything runs it is lost, as in sshd. */
  receiveEof(): void {
    if (this.#eofReceived) return;
    this.#eofReceived = true;
    if (this.#held === undefined) this.#behind?.finish();
  }

  /** CLOSE of the visitor: our CLOSE follows at once, or when what runs has ended. */
  receiveClose(): void {
    this.#closeReceived = true;
    this.#drop();
    if (this.#behind?.visitorClosed() !== true) this.close();
  }

  /** WINDOW_ADJUST of the visitor. False: the window would exceed 2^32 - 1. */
  adjust(bytes: number): boolean {
    if (this.#remoteWindow + bytes > 0xffff_ffff) return false;
    this.#remoteWindow += bytes;
    this.flush();
    return true;
  }

  /** Sends what may be sent now, and tells what stands behind when nothing waits any more. */
  flush(): void {
    this.#push();
    this.#finishIfDone();
    if (!this.#stalled || this.busy || !this.#ports.outbox.flowing || this.#ending !== "no") return;
    this.#stalled = false;
    this.#behind?.drained();
  }

  /** The connection is gone. */
  end(): void {
    this.#drop();
    this.#closeSent = true;
    this.#behind?.end();
  }

  /** False: the program reads no more for now, and what follows is held. */
  #deliver(bytes: Uint8Array): boolean {
    if (this.#behind?.receive(bytes) !== false) {
      this.#credit(bytes.length);
      return true;
    }
    this.#uncredited += bytes.length;
    this.#held = [];
    return false;
  }

  #hold(bytes: Uint8Array): void {
    this.#held?.push(Buffer.from(bytes));
    this.#ports.held(bytes.length);
  }

  /** Grants window again for bytes that were read, when it is worth a message: OpenSSH's thresholds. */
  #credit(bytes: number): void {
    this.#consumed += bytes;
    const used = this.setup.windowBytes - this.#window;
    const due = used > 3 * this.setup.packetBytes || this.#window < this.setup.windowBytes / 2;
    if (!due || this.#consumed === 0 || this.#closeSent || this.#closeReceived) return;
    this.#ports.outbox.send(encodeWindowAdjust(this.setup.remoteId, this.#consumed));
    this.#window += this.#consumed;
    this.#consumed = 0;
  }

  #push(): void {
    while (this.#ports.outbox.flowing && !this.#closeSent) {
      const first = this.#waiting[0];
      const room = Math.min(this.#remoteWindow, this.setup.remotePacket, MAX_PACKET_BYTES);
      if (first === undefined || room === 0) return;
      const piece = first.bytes.subarray(0, room);
      first.bytes = first.bytes.subarray(piece.length);
      if (first.bytes.length === 0) this.#waiting.shift();
      this.#waitingBytes -= piece.length;
      this.#remoteWindow -= piece.length;
      const encode = first.stderr ? encodeExtendedData : encodeData;
      this.#ports.outbox.send(encode(this.setup.remoteId, piece));
    }
  }

  #finishIfDone(): void {
    if (this.#ending === "no" || this.busy) return;
    if (!this.#eofSent && !this.#closeReceived) this.#sendEof();
    if (this.#ending === "close") this.#sendClose();
    if (!this.#closeSent || !this.#closeReceived || this.#gone) return;
    this.#gone = true;
    this.#ports.gone();
  }

  #sendEof(): void {
    this.#eofSent = true;
    this.#ports.outbox.send(encodeBare(Message.channelEof, this.setup.remoteId));
  }

  #sendClose(): void {
    if (this.#closeSent) return;
    this.#closeSent = true;
    this.#ports.outbox.send(encodeBare(Message.channelClose, this.setup.remoteId));
  }

  /** Forgets what waits in both directions. */
  #drop(): void {
    for (const bytes of this.#held ?? []) this.#ports.held(-bytes.length);
    this.#held = undefined;
    this.#waiting = [];
    this.#waitingBytes = 0;
  }
}
