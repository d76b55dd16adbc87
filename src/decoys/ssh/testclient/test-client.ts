import { Buffer } from "node:buffer";
import { Reader } from "../../../wire/reader.ts";
import { Deflater } from "../../../wire/zlib/deflater.ts";
import { Inflater } from "../../../wire/zlib/inflater.ts";
import { ciphers, noCipher } from "../crypto/ciphers.ts";
import { sshString } from "../crypto/field.ts";
import { derivePacketKeys, exchangeHash, type KeySource } from "../crypto/kdf.ts";
import { macs } from "../crypto/macs.ts";
import { createOpener, isPayload, type Opener } from "../crypto/opener.ts";
import { noKeys } from "../crypto/packet-keys.ts";
import { parsePublicKey, verifySignature } from "../crypto/public-keys.ts";
import type { Random } from "../crypto/random.ts";
import { createSealer, type Sealer } from "../crypto/sealer.ts";
import { parseKexInit } from "../transport/kex-init.ts";
import { kexMarkers } from "../transport/kex-method.ts";
import { compressesNow } from "../transport/key-change.ts";
import { message } from "../transport/message.ts";
import { type Agreed, lists } from "../transport/negotiation.ts";
import { ReceiveBuffer } from "../transport/receive-buffer.ts";
import { type ClientExchange, clientExchange } from "./client-exchange.ts";

/** What a test client lists; one name each is the usual choice. */
export interface ClientLists {
  readonly ident?: string;
  readonly kex?: string;
  readonly hostKeys?: string;
  readonly cipher?: string;
  readonly mac?: string;
  readonly compression?: string;
  readonly strict?: boolean;
  readonly extInfo?: boolean;
}

const STANDARD = {
  ident: "SSH-2.0-testclient",
  kex: "curve25519-sha256",
  hostKeys: "ssh-ed25519",
  cipher: "chacha20-poly1305@openssh.com",
  mac: "hmac-sha2-256",
  compression: "none",
  strict: true,
  extInfo: true,
};

/**
 * The client's side of the transport, for tests, fuzzing and measurements: bytes in, bytes out, no socket. It checks the server's signature
 * and everything that it decrypts, and throws on a wrong byte: in a test, a server's mistake should be loud.
 */
export class TestClient {
  /** Every message of the server, decrypted, in order. */
  readonly received: Buffer[] = [];
  /** Clear text of the server before or beside packets. */
  serverIdent = "";
  /** Called for each message that is not the transport's own. */
  onMessage: (payload: Buffer) => void = () => undefined;
  sessionId: Buffer | undefined;
  exchanges = 0;
  readonly #lists: typeof STANDARD;
  readonly #random: Random;
  readonly #input = new ReceiveBuffer();
  #output: Buffer[] = [];
  #sealer: Sealer;
  #opener: Opener = createOpener(noKeys);
  #sequenceOut = 0;
  #sequenceIn = 0;
  #deflater: Deflater | undefined;
  #inflater: Inflater | undefined;
  #ownKexInit: Buffer | undefined;
  #serverKexInit: Buffer = Buffer.alloc(0);
  #exchange: ClientExchange | undefined;
  #next: { readonly source: KeySource } | undefined;
  #waiting: Buffer[] = [];
  #strict = false;
  #loggedIn = false;

  constructor(random: Random, choice: ClientLists = {}) {
    this.#lists = { ...STANDARD, ...choice };
    this.#random = random;
    this.#sealer = createSealer(noKeys, random);
    this.raw(Buffer.from(`${this.#lists.ident}\r\n`));
  }

  /** Bytes for the server since the last call. */
  take(): Buffer {
    return Buffer.concat(this.#output.splice(0));
  }

  /** Queues bytes that are no packet. */
  raw(bytes: Buffer): void {
    this.#output.push(bytes);
  }

  /** Queues a message; while keys change it waits. */
  send(payload: Buffer): void {
    if (this.#ownKexInit !== undefined && (payload[0] ?? 0) > message.kexLast) this.#waiting.push(payload);
    else this.sendNow(payload);
  }

  /** Queues a message even where it does not belong. */
  sendNow(payload: Buffer): void {
    this.raw(this.seal(payload));
  }

  /** The next packet, not queued: to be damaged. */
  seal(payload: Buffer): Buffer {
    const sealed = this.#sealer.seal(this.#sequenceOut, this.#deflater === undefined ? payload : this.#deflater.push(payload));
    this.#sequenceOut = (this.#sequenceOut + 1) >>> 0;
    return sealed;
  }

  /** Asks for new keys, or the first. */
  startExchange(): void {
    if (this.#ownKexInit !== undefined) return;
    this.#ownKexInit = this.encodeKexInit();
    this.sendNow(this.#ownKexInit);
  }

  encodeKexInit(): Buffer {
    const { kex, hostKeys, cipher, mac, compression, strict, extInfo } = this.#lists;
    const markers = [...(extInfo ? [kexMarkers.extInfoClient] : []), ...(strict ? [kexMarkers.strictClient] : [])];
    const names = [[kex, ...markers].join(","), hostKeys, cipher, cipher, mac, mac, compression, compression, "", ""];
    return Buffer.concat([Buffer.of(message.kexInit), this.#random(16), ...names.map(sshString), Buffer.alloc(5)]);
  }

  /** The server accepted the login: delayed compression starts. */
  loggedIn(): void {
    this.#loggedIn = true;
    this.#compress();
  }

  receive(bytes: Uint8Array): void {
    this.#input.add(bytes);
    if (this.serverIdent === "" && !this.#readIdent()) return this.#input.settle();
    for (let payload = this.#open(); payload !== undefined; payload = this.#open()) {
      this.received.push(payload);
      this.#dispatch(payload);
    }
    this.#input.settle();
  }

  #readIdent(): boolean {
    const end = this.#input.bytes.indexOf("\r\n");
    if (end < 0) return false;
    this.serverIdent = this.#input.bytes.toString("latin1", 0, end);
    this.#input.use(end + 2);
    this.startExchange();
    return true;
  }

  #open(): Buffer | undefined {
    const bytes = this.#input.bytes;
    if (bytes.length < this.#opener.headBytes) return undefined;
    const whole = this.#opener.length(this.#sequenceIn, bytes);
    if (typeof whole !== "number") throw new Error(`server's packet: ${whole.fault} ${whole.length}`);
    if (bytes.length < whole) return undefined;
    const opened = this.#opener.open(this.#sequenceIn, bytes.subarray(0, whole));
    if (!isPayload(opened)) throw new Error(`server's packet: ${opened.fault}`);
    const payload = Buffer.from(this.#inflate(opened));
    this.#input.use(whole);
    this.#sequenceIn = (this.#sequenceIn + 1) >>> 0;
    return payload;
  }

  #inflate(payload: Buffer): Uint8Array {
    if (this.#inflater === undefined) return payload;
    const inflated = this.#inflater.push(payload, 1 << 20);
    if (inflated.status !== "done") throw new Error(`server's compression: ${inflated.why}`);
    return inflated.bytes;
  }

  #dispatch(payload: Buffer): void {
    const number = payload[0] ?? 0;
    if (number === message.kexInit) this.#receiveKexInit(payload);
    else if (number === message.newKeys) this.#receiveNewKeys();
    else if (number >= message.kexFirst && number <= message.kexLast) this.#receiveExchange(number, payload);
    else this.onMessage(payload);
  }

  #receiveKexInit(payload: Buffer): void {
    this.startExchange();
    this.#serverKexInit = payload;
    this.#strict = this.#lists.strict && this.#serverLists(kexMarkers.strictServer);
    this.#exchange = clientExchange(this.#lists.kex, this.#random);
    this.sendNow(this.#exchange.first);
  }

  #serverLists(marker: string): boolean {
    const parsed = parseKexInit(this.#serverKexInit);
    return parsed.status === "done" && lists(parsed.value.kex, marker);
  }

  #receiveExchange(number: number, payload: Buffer): void {
    const exchange = this.#exchange;
    if (exchange === undefined) throw new Error("key exchange message out of turn");
    if (exchange.method.way === "group exchange" && number === message.gexGroup) return this.sendNow(exchange.group(payload.subarray(1)));
    const reader = new Reader(payload, 1);
    const [hostKey, serverPublic, signature] = [reader.string32(), reader.string32(), reader.string32()];
    const { secret, exchanged } = exchange.finish(serverPublic);
    const clientIdent = Buffer.from(this.#lists.ident);
    const serverIdent = Buffer.from(this.serverIdent, "latin1");
    const kexInits = { clientKexInit: this.#ownKexInit ?? Buffer.alloc(0), serverKexInit: this.#serverKexInit };
    const hashed = exchangeHash(exchange.method.hash, { clientIdent, serverIdent, ...kexInits, hostKey }, { exchanged, secret });
    verifyHostKey(hostKey, signature, hashed);
    this.sessionId ??= hashed;
    this.#next = { source: { hash: exchange.method.hash, secret, exchangeHash: hashed, sessionId: this.sessionId } };
    this.sendNow(Buffer.of(message.newKeys));
    this.#rekeyOut(this.#next.source);
  }

  #rekeyOut(source: KeySource): void {
    this.#sealer = createSealer(derivePacketKeys(source, "toServer", this.#algorithms), this.#random);
    if (this.#strict) this.#sequenceOut = 0;
    this.#deflater = this.#compressesNow ? new Deflater("zlib", "partial") : undefined;
    this.#ownKexInit = undefined;
    for (const waiting of this.#waiting.splice(0)) this.send(waiting);
  }

  #receiveNewKeys(): void {
    if (this.#next === undefined) throw new Error("NEWKEYS out of turn");
    this.#opener = createOpener(derivePacketKeys(this.#next.source, "toClient", this.#algorithms));
    if (this.#strict) this.#sequenceIn = 0;
    this.#inflater = this.#compressesNow ? new Inflater("zlib") : undefined;
    this.#next = undefined;
    this.#exchange = undefined;
    this.exchanges += 1;
  }

  get #algorithms() {
    return { cipher: ciphers.get(this.#lists.cipher) ?? noCipher, mac: macs.get(this.#lists.mac) };
  }

  get #compressesNow(): boolean {
    return compressesNow(this.#lists.compression satisfies Agreed["compressionIn"], this.#loggedIn);
  }

  #compress(): void {
    if (!this.#compressesNow || this.#deflater !== undefined) return;
    this.#deflater = new Deflater("zlib", "partial");
    this.#inflater = new Inflater("zlib");
  }
}

function verifyHostKey(hostKey: Buffer, signature: Buffer, hashed: Buffer): void {
  const parsed = parsePublicKey(hostKey);
  const verdict = parsed.status === "done" ? verifySignature(parsed.value, signature, hashed) : "malformed";
  if (verdict !== "verified") throw new Error(`host key signature: ${verdict}`);
}

/** SSH_MSG_SERVICE_REQUEST for the login. */
export function serviceRequest(name = "ssh-userauth"): Buffer {
  return Buffer.concat([Buffer.of(message.serviceRequest), sshString(name)]);
}

/** SSH_MSG_USERAUTH_REQUEST with the method's fields. */
export function authRequest(user: string, method: string, fields: Buffer = Buffer.alloc(0)): Buffer {
  return Buffer.concat([Buffer.of(message.userauthRequest), sshString(user), sshString("ssh-connection"), sshString(method), fields]);
}

/** A password login. */
export function passwordRequest(user: string, password: string): Buffer {
  return authRequest(user, "password", Buffer.concat([Buffer.of(0), sshString(password)]));
}
