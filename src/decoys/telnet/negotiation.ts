import { Buffer } from "node:buffer";
import type { Peer } from "../../decoy/peer.ts";
import type { TerminalRequest } from "../../shell/system.ts";
import {
  DO,
  DONT,
  ECHO,
  IAC,
  NAWS,
  NEW_ENVIRON,
  SB,
  SE,
  SUPPRESS_GO_AHEAD,
  TERMINAL_SPEED,
  TERMINAL_TYPE,
  type TelnetItem,
  WILL,
  WONT,
} from "./iac.ts";

/**
 * What the visitor's client says about its terminal, and our answers to its options. Each option and verb is answered once at most, so no
 * pair of answers can go round for ever (the loop of RFC 1143) and the output is bounded.
 */
export class Negotiation {
  readonly #peer: Peer;
  readonly #answered = new Set<number>();
  #type: string;
  #columns = 80;
  #rows = 24;

  constructor(peer: Peer, terminalType: string) {
    this.#peer = peer;
    this.#type = terminalType;
  }

  get terminal(): TerminalRequest {
    return { type: this.#type, columns: this.#columns, rows: this.#rows };
  }

  /** Answers DO and WILL as a server that offers ECHO and SUPPRESS-GO-AHEAD and asks for the terminal's type, speed, size and environment. */
  answer(verb: number, option: number): void {
    const key = verb * 256 + option;
    if (this.#answered.has(key) || verb === DONT || verb === WONT) return;
    this.#answered.add(key);
    if (verb === DO) this.#send(OURS.has(option) ? WILL : WONT, option);
    if (verb !== WILL) return;
    this.#send(THEIRS.has(option) ? DO : DONT, option);
    if (ASKED.has(option)) this.#peer.send(Buffer.from([IAC, SB, option, 1, IAC, SE]));
  }

  /** Takes in a size; others only change what a later shell gets. */
  applySize(item: TelnetItem): boolean {
    if (item.is !== "subnegotiation" || item.option !== NAWS || item.bytes.length < 4) return false;
    this.#columns = item.bytes.readUInt16BE(0) || 80;
    this.#rows = item.bytes.readUInt16BE(2) || 24;
    return true;
  }

  applyType(item: TelnetItem): void {
    if (item.is !== "subnegotiation" || item.option !== TERMINAL_TYPE || item.bytes[0] !== 0) return;
    const type = item.bytes.subarray(1, 41).toString("latin1").toLowerCase();
    if (/^[a-z0-9._+-]+$/.test(type)) this.#type = type;
  }

  #send(verb: number, option: number): void {
    this.#peer.send(Buffer.from([IAC, verb, option]));
  }
}

const OURS: ReadonlySet<number> = new Set([ECHO, SUPPRESS_GO_AHEAD]);
const THEIRS: ReadonlySet<number> = new Set([SUPPRESS_GO_AHEAD, TERMINAL_TYPE, NAWS, TERMINAL_SPEED, NEW_ENVIRON]);
const ASKED: ReadonlySet<number> = new Set([TERMINAL_TYPE, TERMINAL_SPEED, NEW_ENVIRON]);
const NAMES: Readonly<Record<number, string>> = {
  [TERMINAL_TYPE]: "TTYPE",
  [NAWS]: "NAWS",
  [TERMINAL_SPEED]: "TSPEED",
  [NEW_ENVIRON]: "NEW-ENVIRON",
};

/** Tells the operator what a client said about itself, and recognises the argument injection of CVE-2026-24061 (USER=-f root). */
export function observeSubnegotiation(peer: Peer, item: TelnetItem): void {
  if (item.is !== "subnegotiation") return;
  const name = NAMES[item.option];
  if (name === undefined) return;
  const value =
    item.option === NAWS && item.bytes.length >= 4 ? `${item.bytes.readUInt16BE(0)}x${item.bytes.readUInt16BE(2)}` : item.bytes.subarray(1);
  peer.observe({ kind: "telnet.option", fields: { option: name, value } });
  // RFC 1572: 0 or 3 starts a variable's name, 1 its value.
  if (item.option === NEW_ENVIRON && /[\0\x03]USER\x01\s*-/.test(item.bytes.toString("latin1"))) {
    peer.observe({ kind: "exploit.attempt", fields: { name: "CVE-2026-24061", evidence: item.bytes } });
  }
}
