import { Buffer } from "node:buffer";
import { Inflater } from "../../../wire/zlib/inflater.ts";
import { createOpener, isPayload, type Opener, type PacketFault } from "../crypto/opener.ts";
import { noKeys, type PacketKeys } from "../crypto/packet-keys.ts";
import type { Family } from "./family/family.ts";
import type { Fault } from "./fault.ts";
import { ReceiveBuffer } from "./receive-buffer.ts";

/** Largest message after decompression: what OpenSSH lets a packet have. */
const MAX_INFLATED_BYTES = 256 * 1024;

/** A fault, or a message: told apart by `isFault`. */
export type Opened = Buffer | Fault;

export function isFault(opened: Opened): opened is Fault {
  return "what" in opened;
}

const plainOpeners = new Map<Family, Opener>();

/** Without keys an opener has no state: one serves all sessions. */
function plainOpener(family: Family): Opener {
  const opener = plainOpeners.get(family) ?? createOpener(noKeys, family.maxPacketBytes);
  plainOpeners.set(family, opener);
  return opener;
}

/** The visitor's direction: cuts packets out of the bytes, decrypts, checks and decompresses them (RFC 4253 §6). */
export class Inbound {
  readonly buffer = new ReceiveBuffer();
  /** Number of the message that `next` gave last. */
  sequence = -1;
  /** Bytes of packets under the present keys. */
  bytesUnderKeys = 0;
  readonly #family: Family;
  #opener: Opener;
  #blockBytes: number;
  #inflater: Inflater | undefined;

  constructor(family: Family) {
    this.#family = family;
    this.#opener = plainOpener(family);
    this.#blockBytes = noKeys.cipher.blockBytes;
  }

  /** The next message; undefined: more bytes are needed. After a fault nothing more can be read. */
  next(): Opened | undefined {
    const { buffer } = this;
    if (buffer.size < this.#opener.headBytes) return undefined;
    const sequence = (this.sequence + 1) >>> 0;
    const bytes = buffer.bytes;
    const whole = this.#opener.length(sequence, bytes);
    if (typeof whole !== "number") {
      if (whole.fault === "alignment" && this.#family.alignmentLate && bytes.length < 4 + whole.length) return undefined;
      buffer.use(this.#opener.headBytes);
      return this.#translate(whole);
    }
    if (bytes.length < whole) return undefined;
    const packet = bytes.subarray(0, whole);
    const opened = this.#opener.open(sequence, packet);
    buffer.use(whole);
    this.sequence = sequence;
    this.bytesUnderKeys += whole;
    const payload = isPayload(opened) ? opened : this.#pardon(opened);
    if (isFault(payload)) return payload;
    return this.#inflater === undefined ? payload : this.#inflate(this.#inflater, payload);
  }

  /** New keys from the next packet on. */
  rekey(keys: PacketKeys, resetSequence: boolean): void {
    this.#opener = createOpener(keys, this.#family.maxPacketBytes);
    this.#blockBytes = keys.cipher.blockBytes;
    this.bytesUnderKeys = 0;
    if (resetSequence) this.sequence = -1;
  }

  /** Starts a fresh zlib stream, or ends decompression. */
  decompress(on: boolean): void {
    this.#inflater = on ? new Inflater("zlib") : undefined;
  }

  #inflate(inflater: Inflater, payload: Uint8Array): Opened {
    const inflated = inflater.push(payload, MAX_INFLATED_BYTES);
    if (inflated.status !== "done") return { what: "compression" };
    const { buffer, byteOffset, byteLength } = inflated.bytes;
    return byteLength === 0 ? { what: "no message" } : Buffer.from(buffer, byteOffset, byteLength);
  }

  /** Not every product minds short padding. */
  #pardon(refused: PacketFault): Opened {
    const { payload, padding = 0 } = refused;
    return payload !== undefined && padding >= this.#family.minPaddingBytes ? payload : this.#translate(refused);
  }

  #translate(refused: PacketFault): Fault {
    switch (refused.fault) {
      case "length":
        return { what: "packet length", length: refused.length };
      case "alignment":
        return { what: "packet alignment", length: refused.length, blockBytes: this.#blockBytes };
      case "mac":
        return { what: "MAC" };
      case "padding":
        return refused.payload === undefined ? { what: "no message" } : { what: "short padding", padding: refused.padding ?? 0 };
      case "empty":
        return { what: "no message" };
    }
  }
}
