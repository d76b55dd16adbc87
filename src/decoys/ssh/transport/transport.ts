import { Buffer } from "node:buffer";
import type { Peer } from "../../../decoy/peer.ts";
import { Reader } from "../../../wire/reader.ts";
import { Writer } from "../../../wire/writer.ts";
import { type Answer, describeFault, type Fault, type Stage } from "./fault.ts";
import { Inbound, isFault } from "./inbound.ts";
import { cookieBytes, encodeKexInit, hassh, type Proposal, parseKexInit } from "./kex-init.ts";
import { kexMarkers, kexMethods } from "./kex-method.ts";
import { compressesNow, deriveBoth, describeAgreed, findUnsupported, type KeyChange } from "./key-change.ts";
import { type ExchangeStep, KeyExchange } from "./key-exchange.ts";
import { message } from "./message.ts";
import { type Agreed, lists, negotiate } from "./negotiation.ts";
import { Outbound } from "./outbound.ts";
import type { Server } from "./server.ts";

/** What runs above the transport. */
export interface TransportUser {
  /** A message that is not the transport's: 5, or 50 and above. The view is valid only during the call. A fault is answered by the transport. */
  receiveMessage(payload: Uint8Array): Fault | undefined;
  /** The backlog is sent: go on producing. */
  backlogSent(): void;
}

/** `unknown`: what `TransportUser.receiveMessage` answers to a message that does not belong there. */
export function unexpected(number: number): Fault {
  return { what: "unexpected", number, sequence: 0, during: "service" };
}

const MAX_REPORTS = 20;
const REPORTED_BYTES = 256;
/** RFC 4344 §3.2: what one key may cover with blocks under 16 bytes; OpenSSH counts its ChaCha20 so. */
const SHORT_BLOCK_KEY_BYTES = 2 ** 30;
const FREE_CHANGES = 64;
const CHANGE_PAUSE_MS = 500;
const FIRST_LOCAL_NUMBER = 192;
/** More than this while we read on purpose nothing: the host did not pause. */
const MAX_HELD_BYTES = 1 << 20;

/**
 * One side of RFC 4253: identification, key exchange and re-exchange, packets. It hands on whole messages and answers every fault as the
 * persona's product does.
 *
 * Rules that must stay true: our KEXINIT, and no message of ours but the exchange's, lies between our KEXINIT and our NEWKEYS; under strict
 * key exchange nothing unexpected passes before the first NEWKEYS, and both sequence numbers start again at each (OpenSSH PROTOCOL 1.10).
 */
export class Transport {
  readonly #peer: Peer;
  readonly #server: Server;
  readonly #user: TransportUser;
  readonly #inbound: Inbound;
  readonly #outbound: Outbound;
  /** Latin-1 text: the smallest form, and most sessions wait here for ever. */
  #visitorIdent: string | undefined;
  #sessionId: Buffer | undefined;
  /** Of our KEXINIT in the change that is under way, Latin-1: the rest is the same for all. */
  #ourCookie: string | undefined;
  #change: KeyChange | undefined;
  /** What was agreed last. */
  #agreed: Agreed | undefined;
  #strict = false;
  #wantsExtInfo = false;
  #firstKeys = false;
  #loggedIn = false;
  #hasShortBlocks = false;
  #keysSinceMs = 0;
  /** Reasons not to read on. */
  #holds = 0;
  #changes = 0;
  #stalled = false;
  #closed = false;
  #reports = 0;

  constructor(peer: Peer, server: Server, user: TransportUser) {
    this.#peer = peer;
    this.#server = server;
    this.#user = user;
    this.#inbound = new Inbound(server.family);
    this.#outbound = new Outbound(peer, server.family.zeroPaddingInClear);
  }

  /** Hash of the first exchange (RFC 4253 §7.2); empty before. */
  get sessionId(): Uint8Array {
    return this.#sessionId ?? Buffer.alloc(0);
  }

  /** The visitor's identification, Latin-1; empty before it came. */
  get visitorIdent(): string {
    return this.#visitorIdent ?? "";
  }

  start(): void {
    this.#outbound.gather();
    this.#outbound.raw(this.#server.identLine);
    if (this.#server.family.kexInitAtOnce) this.#sendKexInit();
    this.#outbound.flush();
  }

  receive(bytes: Uint8Array): void {
    if (this.#closed) return;
    this.#inbound.buffer.add(bytes);
    this.#work();
    this.#inbound.buffer.settle();
    if (this.#inbound.buffer.size > MAX_HELD_BYTES) this.close();
  }

  /** Sends one message; it is kept back while keys change. False: produce no more until drained. */
  send(payload: Uint8Array): boolean {
    if (this.#closed) return true;
    const writable = this.#outbound.send(payload);
    this.#changeKeysWhenDue();
    return writable && this.#ourCookie === undefined;
  }

  drained(): void {
    this.#outbound.drained();
    if (this.#stalled) {
      this.#stalled = false;
      this.#readOn();
    }
    if (!this.#closed && this.#ourCookie === undefined) this.#user.backlogSent();
  }

  /** Reads no more messages until `release`. */
  hold(): void {
    this.#holds += 1;
    this.#peer.pause();
  }

  release(): void {
    this.#holds -= 1;
    this.#readOn();
  }

  /** The login was accepted, and the visitor told: delayed compression starts. */
  loggedIn(): void {
    this.#loggedIn = true;
    if (this.#agreed?.compressionOut === "zlib@openssh.com") this.#outbound.compress(true);
    if (this.#agreed?.compressionIn === "zlib@openssh.com") this.#inbound.decompress(true);
  }

  disconnect(code: number, text: string): void {
    this.#sendDisconnect(code, text);
    this.close();
  }

  unimplemented(): void {
    this.#outbound.send(new Writer(5).u8(message.unimplemented).u32(this.#inbound.sequence).finish());
  }

  close(how: "close" | "reset" = "close"): void {
    if (this.#closed) return;
    this.#outbound.flush();
    this.#closed = true;
    this.#inbound.buffer.clear();
    // A reset drops what is on its way: what was said in this turn must have left.
    if (how === "reset") this.#peer.after(0, () => this.#peer.hangUp("reset"));
    else this.#peer.hangUp();
  }

  /** The connection is gone. */
  end(): void {
    this.#closed = true;
    this.#inbound.buffer.clear();
  }

  #readOn(): void {
    if (this.#holds > 0 || this.#stalled || this.#closed) return;
    this.#peer.resume();
    this.#work();
    this.#inbound.buffer.settle();
  }

  /** Uses up what was received; what this sends leaves in one piece. */
  #work(): void {
    this.#outbound.gather();
    if (this.#visitorIdent === undefined) this.#readIdent();
    if (this.#visitorIdent !== undefined) this.#readPackets();
    const writable = this.#outbound.flush();
    if (writable || this.#stalled || this.#closed) return;
    this.#stalled = true;
    this.#peer.pause();
  }

  #readIdent(): void {
    const { family, persona } = this.#server;
    const { buffer } = this.#inbound;
    const outcome = family.readIdent(buffer.bytes, persona);
    if (outcome.status === "partial") return;
    if (outcome.status === "refused") {
      this.#report(outcome.why, buffer.bytes);
      buffer.use(Math.min(outcome.size, buffer.size));
      this.#carryOut(outcome.answer);
      return;
    }
    this.#visitorIdent = Buffer.from(outcome.ident).toString("latin1");
    buffer.use(outcome.size);
    this.#peer.observe({ kind: "ssh.ident", fields: { ident: outcome.ident } });
    if (this.#ourCookie === undefined) this.#sendKexInit();
  }

  #readPackets(): void {
    while (!this.#closed && this.#holds === 0) {
      const opened = this.#inbound.next();
      if (opened === undefined) break;
      if (isFault(opened)) this.#fail(opened);
      else this.#dispatch(opened);
    }
    this.#changeKeysWhenDue();
  }

  #dispatch(payload: Buffer): void {
    const number = payload[0] ?? 0;
    if (number === 0 || number >= FIRST_LOCAL_NUMBER) {
      this.#fail({ what: "message number", number });
    } else if (number === message.disconnect) {
      this.#visitorLeaves(payload);
    } else if (this.#change?.skipGuess === true) {
      this.#change.skipGuess = false;
    } else if (number <= message.kexLast && number !== message.serviceRequest) {
      this.#dispatchOwn(number, payload);
    } else {
      this.#handOn(number, payload);
    }
  }

  #handOn(number: number, payload: Buffer): void {
    const fault = this.#firstKeys ? this.#user.receiveMessage(payload) : unexpected(number);
    if (fault?.what === "unexpected") this.#failUnexpected(number);
    else if (fault !== undefined) this.#fail(fault);
  }

  #dispatchOwn(number: number, payload: Buffer): void {
    const inFirstExchange = !this.#firstKeys;
    if (number === message.kexInit && this.#takesKexInit) this.#receiveKexInit(payload);
    else if (number === message.newKeys && this.#change?.keysIn !== undefined) this.#receiveNewKeys(this.#change, payload);
    else if (number >= message.kexFirst && this.#change !== undefined && this.#change.keysIn === undefined) this.#receiveExchange(payload);
    else if (inFirstExchange && this.#strict) this.#failUnexpected(number);
    else if (number === message.extInfo && this.#firstKeys) return;
    else if (number !== message.ignore && number !== message.debug && number !== message.unimplemented) this.#failUnexpected(number);
  }

  get #takesKexInit(): boolean {
    return this.#change === undefined && (!this.#firstKeys || this.#loggedIn || this.#server.family.rekeysBeforeLogin);
  }

  #sendKexInit(): void {
    const cookie = Buffer.from(this.#peer.random(cookieBytes));
    this.#ourCookie = cookie.toString("latin1");
    this.#outbound.send(encodeKexInit(cookie, this.#server.kexInitLists));
    this.#outbound.holdBack();
  }

  #receiveKexInit(payload: Buffer): void {
    const parsed = parseKexInit(payload);
    if (parsed.status !== "done") return this.#fail({ what: "malformed message", number: message.kexInit });
    if (this.#ourCookie === undefined) this.#sendKexInit();
    const proposal = parsed.value;
    const negotiated = negotiate(proposal, this.#server.persona);
    const agreed = "agreed" in negotiated ? negotiated.agreed : undefined;
    if (!this.#firstKeys) this.#meet(proposal, agreed);
    if (this.#strict && !this.#firstKeys && this.#inbound.sequence !== 0) return this.#fail({ what: "late KEXINIT" });
    if ("mismatch" in negotiated) return this.#fail({ what: "mismatch", list: negotiated.mismatch });
    const unsupported = findUnsupported(negotiated.agreed, this.#peer.keys);
    if (unsupported !== undefined) return this.#fail(unsupported);
    this.#beginChange(negotiated.agreed, Buffer.from(payload));
    this.#restrain();
  }

  /** A key exchange costs much and asks little: who does nothing else has to wait. */
  #restrain(): void {
    this.#changes += 1;
    if (this.#changes <= FREE_CHANGES) return;
    this.hold();
    this.#peer.after(CHANGE_PAUSE_MS, () => this.release());
  }

  /** The visitor's first proposal: it decides on strict key exchange and SSH_MSG_EXT_INFO. */
  #meet(proposal: Proposal, agreed: Agreed | undefined): void {
    this.#strict = this.#server.strict && lists(proposal.kex, kexMarkers.strictClient);
    this.#wantsExtInfo = lists(proposal.kex, kexMarkers.extInfoClient);
    const { hassh: digest, algorithms } = hassh(proposal);
    this.#peer.observe({
      kind: "ssh.kexinit",
      fields: {
        hassh: digest,
        hasshAlgorithms: algorithms,
        hostKeyAlgorithms: Buffer.from(proposal.hostKeys, "latin1"),
        negotiated: agreed === undefined ? "" : describeAgreed(agreed),
      },
    });
  }

  #beginChange(agreed: Agreed, visitorKexInit: Buffer): void {
    const method = kexMethods[agreed.kex];
    if (method === undefined || this.#ourCookie === undefined || this.#visitorIdent === undefined) return;
    const exchange = new KeyExchange(method, {
      keys: this.#peer.keys,
      random: (size) => this.#peer.random(size),
      handshake: {
        clientIdent: Buffer.from(this.#visitorIdent, "latin1"),
        serverIdent: this.#server.ident,
        clientKexInit: visitorKexInit,
        serverKexInit: encodeKexInit(Buffer.from(this.#ourCookie, "latin1"), this.#server.kexInitLists),
      },
      hostKeyAlgorithm: agreed.hostKey,
      moduliBits: this.#server.persona.moduliBits,
      gexOldRequest: this.#server.persona.gexOldRequest,
    });
    this.#change = { agreed, exchange, skipGuess: agreed.skipGuess, keysIn: undefined };
  }

  #receiveExchange(payload: Buffer): void {
    const step = this.#change?.exchange.receive(payload);
    if (step === undefined) return this.#failUnexpected(payload[0] ?? 0);
    if (step.status === "fault") return this.#fail(step.fault);
    this.#outbound.send(step.reply);
    if (step.status === "agreed" && this.#change !== undefined) this.#takeNewKeys(this.#change, step);
  }

  /** We have agreed: our NEWKEYS, and what was held back under the new keys. */
  #takeNewKeys(change: KeyChange, step: Extract<ExchangeStep, { status: "agreed" }>): void {
    this.#sessionId ??= step.exchangeHash;
    const source = { hash: step.hash, secret: step.secret, exchangeHash: step.exchangeHash, sessionId: this.#sessionId };
    const { keysIn, keysOut } = deriveBoth(source, change.agreed);
    change.keysIn = keysIn;
    this.#outbound.send(Buffer.of(message.newKeys));
    this.#outbound.rekey(keysOut, this.#strict);
    this.#outbound.compress(compressesNow(change.agreed.compressionOut, this.#loggedIn));
    this.#ourCookie = undefined;
    if (!this.#firstKeys && this.#wantsExtInfo && this.#server.extInfo !== undefined) this.#outbound.send(this.#server.extInfo);
    this.#outbound.release();
  }

  #receiveNewKeys(change: KeyChange, payload: Buffer): void {
    if (payload.length > 1) this.#fail({ what: "NEWKEYS with data" });
    if (this.#closed || change.keysIn === undefined) return;
    this.#inbound.rekey(change.keysIn, this.#strict);
    this.#inbound.decompress(compressesNow(change.agreed.compressionIn, this.#loggedIn));
    this.#agreed = change.agreed;
    this.#hasShortBlocks = change.keysIn.cipher.blockBytes < 16;
    this.#change = undefined;
    this.#keysSinceMs = this.#peer.now().monotonicMs;
    if (this.#firstKeys) this.#user.backlogSent();
    this.#firstKeys = true;
  }

  /** Asks for new keys once the present ones are used up (RFC 4253 §9, by the persona's limits). */
  #changeKeysWhenDue(): void {
    if (!this.#loggedIn || this.#closed || this.#ourCookie !== undefined || this.#change !== undefined) return;
    const { maxSeconds } = this.#server.persona.rekey;
    const maxBytes = Math.min(this.#server.persona.rekey.maxBytes, this.#hasShortBlocks ? SHORT_BLOCK_KEY_BYTES : Number.MAX_SAFE_INTEGER);
    const isUsedUp = this.#inbound.bytesUnderKeys >= maxBytes || this.#outbound.bytesUnderKeys >= maxBytes;
    const isOld = maxSeconds > 0 && this.#peer.now().monotonicMs - this.#keysSinceMs >= maxSeconds * 1000;
    if (isUsedUp || isOld) this.#sendKexInit();
  }

  #visitorLeaves(payload: Buffer): void {
    const reader = new Reader(payload, 1);
    const code = reader.u32();
    const text = reader.string32();
    this.#peer.observe({ kind: "protocol.note", fields: { what: "disconnect", values: [String(code), text] } });
    this.close();
  }

  #failUnexpected(number: number): void {
    const { sequence } = this.#inbound;
    if (this.#strict && !this.#firstKeys) this.#fail({ what: "strict violation", number, sequence });
    else this.#fail({ what: "unexpected", number, sequence, during: this.#stage });
  }

  get #stage(): Stage {
    if (this.#visitorIdent === undefined) return "identification";
    if (!this.#firstKeys) return "first exchange";
    if (this.#change !== undefined) return "exchange";
    return this.#loggedIn ? "service" : "login";
  }

  #fail(fault: Fault): void {
    this.#report(describeFault(fault), undefined);
    this.#carryOut(this.#server.family.answer(fault, this.#server.persona));
  }

  #carryOut(answer: Answer): void {
    if (answer.unimplemented) this.unimplemented();
    if (answer.text !== undefined) this.#outbound.raw(Buffer.from(answer.text, "latin1"));
    if (answer.disconnect !== undefined) this.#sendDisconnect(answer.disconnect.code, answer.disconnect.text);
    if (answer.end === "close") this.close();
    if (answer.end === "drop") this.close(this.#inbound.buffer.size > 0 ? "reset" : "close");
  }

  #sendDisconnect(code: number, text: string): void {
    this.#outbound.send(new Writer().u8(message.disconnect).u32(code).string32(text).string32("").finish());
  }

  /** A visitor can be wrong often: the first reports tell enough. */
  #report(why: string, bytes: Uint8Array | undefined): void {
    this.#reports += 1;
    if (this.#reports > MAX_REPORTS) return;
    const fields = { why, stage: this.#stage };
    this.#peer.observe({
      kind: "malformed",
      fields: bytes === undefined ? fields : { ...fields, bytes: Buffer.from(bytes.subarray(0, REPORTED_BYTES)) },
    });
  }
}
