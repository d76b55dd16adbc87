import { Buffer } from "node:buffer";
import type { Peer } from "../../../decoy/peer.ts";
import { Deflater } from "../../../wire/zlib/deflater.ts";
import { noKeys, type PacketKeys } from "../crypto/packet-keys.ts";
import { createSealer, type Sealer } from "../crypto/sealer.ts";
import { message } from "./message.ts";

const MAX_GATHERED_BYTES = 64 * 1024;
const CHANCE_BYTES = 256;
const NOTHING = new Uint8Array(0);
const ZEROS = Buffer.alloc(32);
/** Without keys and chance a sealer has no state: one serves all sessions. */
const zeroPaddingSealer = createSealer(noKeys, (size) => ZEROS.subarray(0, size));

/**
 * Our direction: compresses, encrypts and sends messages (RFC 4253 §6). While keys change, what does not belong to the exchange waits in order
 * (§7.1). What is sent while the session works on one piece of input leaves in one piece.
 */
export class Outbound {
  /** Number of the next packet. */
  sequence = 0;
  bytesUnderKeys = 0;
  readonly #peer: Peer;
  #sealer: Sealer;
  #deflater: Deflater | undefined;
  #waiting: Buffer[] | undefined;
  #gathered: Uint8Array[] | undefined;
  #gatheredBytes = 0;
  #chance: Uint8Array = NOTHING;
  #gathering = false;
  #writable = true;

  constructor(peer: Peer, zeroPaddingInClear: boolean) {
    this.#peer = peer;
    this.#sealer = zeroPaddingInClear ? zeroPaddingSealer : createSealer(noKeys, (size) => peer.random(size));
  }

  /** Sends one message, or keeps it until the keys have changed. False: produce no more until drained. */
  send(payload: Uint8Array): boolean {
    if (this.#waiting !== undefined && !belongsToExchange(payload[0] ?? 0)) {
      this.#waiting.push(Buffer.from(payload));
      return false;
    }
    const packet = this.#sealer.seal(this.sequence, this.#deflater === undefined ? payload : this.#deflater.push(payload));
    this.sequence = (this.sequence + 1) >>> 0;
    this.bytesUnderKeys += packet.length;
    return this.raw(packet);
  }

  /** Sends bytes that are no packet. */
  raw(bytes: Uint8Array): boolean {
    if (!this.#gathering) {
      this.#writable = this.#peer.send(bytes);
      return this.#writable;
    }
    this.#gathered ??= [];
    this.#gathered.push(bytes);
    this.#gatheredBytes += bytes.length;
    if (this.#gatheredBytes > MAX_GATHERED_BYTES) this.#sendGathered();
    return this.#writable;
  }

  /** From now until `flush`, what is sent is gathered. */
  gather(): void {
    this.#gathering = true;
  }

  /** Sends what was gathered. False: the backlog is long. */
  flush(): boolean {
    this.#gathering = false;
    this.#sendGathered();
    return this.#writable;
  }

  /** Drawn for many packets at once: each draw is a call into the system. */
  #padding(size: number): Uint8Array {
    if (this.#chance.length < size) this.#chance = this.#peer.random(CHANCE_BYTES);
    const padding = this.#chance.subarray(0, size);
    this.#chance = this.#chance.subarray(size);
    return padding;
  }

  #sendGathered(): void {
    const [first, ...others] = this.#gathered ?? [];
    if (first === undefined) return;
    this.#gathered = undefined;
    this.#gatheredBytes = 0;
    this.#writable = this.#peer.send(others.length === 0 ? first : Buffer.concat([first, ...others]));
  }

  /** The peer's backlog is sent. */
  drained(): void {
    this.#writable = true;
  }

  /** Our KEXINIT is sent: hold back what does not belong to the exchange. */
  holdBack(): void {
    this.#waiting ??= [];
  }

  /** Our NEWKEYS is sent: new keys from the next packet on. */
  rekey(keys: PacketKeys, resetSequence: boolean): void {
    this.#sealer = createSealer(keys, (size) => this.#padding(size));
    this.bytesUnderKeys = 0;
    if (resetSequence) this.sequence = 0;
  }

  /** Starts a fresh zlib stream, or ends compression. */
  compress(on: boolean): void {
    this.#deflater = on ? new Deflater("zlib", "partial") : undefined;
  }

  /** Sends what waited for the new keys. True: something had waited. */
  release(): boolean {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    for (const payload of waiting ?? []) this.send(payload);
    return waiting !== undefined && waiting.length > 0;
  }
}

/** RFC 4253 §7.1: during a key exchange, transport messages but service requests, and the exchange's own. */
function belongsToExchange(number: number): boolean {
  return number <= message.kexLast && number !== message.serviceRequest && number !== message.serviceAccept;
}
