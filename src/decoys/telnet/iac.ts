import { Buffer } from "node:buffer";

/**
 * Takes a telnet stream apart (RFC 854, RFC 855) and puts one together. Two dialects, since servers differ where it shows:
 * `rfc854` reads everything as the standards say; `busybox` reads as busybox telnetd 1.35 does (verified by running it): it knows two-byte
 * commands, NAWS and nothing else, so a subnegotiation of another option loses its first three bytes and the rest becomes input.
 * In both, CR LF and CR NUL become CR, as a terminal would send it. State is kept between calls: the stream may be cut anywhere.
 */
export type TelnetDialect = "rfc854" | "busybox";

export type TelnetItem =
  | { readonly is: "text"; readonly bytes: Buffer }
  | { readonly is: "command"; readonly command: number }
  | { readonly is: "option"; readonly verb: number; readonly option: number }
  | { readonly is: "subnegotiation"; readonly option: number; readonly bytes: Buffer };

export const IAC = 255;
export const DONT = 254;
export const DO = 253;
export const WONT = 252;
export const WILL = 251;
export const SB = 250;
export const AYT = 246;
export const SE = 240;

export const ECHO = 1;
export const SUPPRESS_GO_AHEAD = 3;
export const TERMINAL_TYPE = 24;
export const NAWS = 31;
export const TERMINAL_SPEED = 32;
export const NEW_ENVIRON = 39;

const CR = 13;
const MAX_SUBNEGOTIATION_BYTES = 1024;
const NAWS_BYTES = 9;

type State = "text" | "command" | "option" | "subnegotiation" | "subnegotiation-command" | "busybox-naws";

export class IacDecoder {
  readonly #busybox: boolean;
  #state: State = "text";
  #verb = 0;
  #afterCr = false;
  #subnegotiation: number[] = [];
  #items: TelnetItem[] = [];
  #text: number[] = [];

  constructor(dialect: TelnetDialect) {
    this.#busybox = dialect === "busybox";
  }

  /** The items in `bytes`, in order; adjoining text comes as one item. */
  push(bytes: Uint8Array): readonly TelnetItem[] {
    for (const byte of bytes) this.#take(byte);
    this.#flushText();
    const items = this.#items;
    this.#items = [];
    return items;
  }

  #take(byte: number): void {
    switch (this.#state) {
      case "text":
        return byte === IAC ? this.#enter("command") : this.#takeText(byte);
      case "command":
        return this.#takeCommand(byte);
      case "option":
        return this.#takeOption(byte);
      case "subnegotiation":
        return byte === IAC ? this.#enter("subnegotiation-command") : this.#keep(byte);
      case "subnegotiation-command":
        return this.#takeSubnegotiationCommand(byte);
      case "busybox-naws":
        return this.#takeBusyboxNaws(byte);
    }
  }

  #takeText(byte: number): void {
    const dropped = this.#afterCr && (byte === 0 || byte === 10);
    this.#afterCr = byte === CR;
    if (!dropped) this.#text.push(byte);
  }

  /** IAC IAC is a data byte; 240-249 stand alone; SB starts a subnegotiation; 251-254 take an option. busybox lets all others take one too. */
  #takeCommand(byte: number): void {
    this.#enter("text");
    if (byte === IAC) return this.#takeText(IAC);
    if (byte >= SE && byte < SB) return this.#add({ is: "command", command: byte });
    this.#verb = byte;
    if (this.#busybox || byte >= WILL) return this.#enter("option");
    if (byte !== SB) return;
    this.#subnegotiation = [];
    this.#enter("subnegotiation");
  }

  #takeOption(byte: number): void {
    this.#enter("text");
    if (this.#busybox && this.#verb === SB && byte === NAWS) {
      this.#subnegotiation = [];
      return this.#enter("busybox-naws");
    }
    if (this.#verb >= WILL) this.#add({ is: "option", verb: this.#verb, option: byte });
  }

  /** RFC 855: IAC SE ends it, IAC IAC is a data byte, and anything else is a mistake that ends it too. */
  #takeSubnegotiationCommand(byte: number): void {
    if (byte === IAC) {
      this.#keep(IAC);
      return this.#enter("subnegotiation");
    }
    this.#enter("text");
    const [option, ...rest] = this.#subnegotiation;
    this.#subnegotiation = [];
    if (byte !== SE) return this.#takeCommand(byte);
    if (option !== undefined) this.#add({ is: "subnegotiation", option, bytes: Buffer.from(rest) });
  }

  /** IAC SB NAWS and six more bytes, whatever they are: two for the width, two for the height, two that should be IAC SE. */
  #takeBusyboxNaws(byte: number): void {
    this.#keep(byte);
    if (this.#subnegotiation.length < NAWS_BYTES - 3) return;
    this.#enter("text");
    this.#add({ is: "subnegotiation", option: NAWS, bytes: Buffer.from(this.#subnegotiation.slice(0, 4)) });
    this.#subnegotiation = [];
  }

  #keep(byte: number): void {
    if (this.#subnegotiation.length < MAX_SUBNEGOTIATION_BYTES) this.#subnegotiation.push(byte);
  }

  #enter(state: State): void {
    this.#state = state;
  }

  #add(item: TelnetItem): void {
    this.#flushText();
    this.#items.push(item);
  }

  #flushText(): void {
    if (this.#text.length === 0) return;
    this.#items.push({ is: "text", bytes: Buffer.from(this.#text) });
    this.#text = [];
  }
}

/** Data for the visitor: each 255 doubled. */
export function escapeIac(bytes: Uint8Array): Uint8Array {
  if (!bytes.includes(IAC)) return bytes;
  const out: number[] = [];
  for (const byte of bytes) byte === IAC ? out.push(IAC, IAC) : out.push(byte);
  return Buffer.from(out);
}
