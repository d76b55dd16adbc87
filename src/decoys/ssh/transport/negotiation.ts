import type { SshPersona } from "../persona.ts";
import type { Proposal } from "./kex-init.ts";
import { kexMarkers } from "./kex-method.ts";

/** What both sides will use. Names only: whether they work here is found when they are set up. */
export interface Agreed {
  readonly kex: string;
  readonly hostKey: string;
  readonly cipherIn: string;
  readonly cipherOut: string;
  /** Empty with a cipher that authenticates by itself. */
  readonly macIn: string;
  readonly macOut: string;
  readonly compressionIn: string;
  readonly compressionOut: string;
  /** The visitor's guessed message is wrong and must be skipped. */
  readonly skipGuess: boolean;
}

/** Which list has nothing in common, in the order in which a server looks. */
export type Mismatch = "kex" | "host key" | "cipher" | "MAC" | "compression";

export type Negotiated = { readonly agreed: Agreed } | { readonly mismatch: Mismatch };

/** RFC 4253 §7.1: the first of the client's names that the server lists too, in each list. */
export function negotiate(visitor: Proposal, persona: SshPersona): Negotiated {
  const kex = firstCommon(visitor.kex, persona.kex, isMarker);
  if (kex === undefined) return { mismatch: "kex" };
  const hostKey = firstCommon(visitor.hostKeys, persona.hostKeys);
  if (hostKey === undefined) return { mismatch: "host key" };
  const inward = chooseDirection({ ciphers: visitor.ciphersIn, macs: visitor.macsIn, compressions: visitor.compressionsIn }, persona);
  if (typeof inward === "string") return { mismatch: inward };
  const outward = chooseDirection({ ciphers: visitor.ciphersOut, macs: visitor.macsOut, compressions: visitor.compressionsOut }, persona);
  if (typeof outward === "string") return { mismatch: outward };
  return {
    agreed: {
      kex,
      hostKey,
      cipherIn: inward.cipher,
      cipherOut: outward.cipher,
      macIn: inward.mac,
      macOut: outward.mac,
      compressionIn: inward.compression,
      compressionOut: outward.compression,
      skipGuess: visitor.guessFollows && !guessedRight(visitor, persona, kex),
    },
  };
}

/** True when the comma-separated `names` have `name` among them. */
export function lists(names: string, name: string): boolean {
  return names.split(",").includes(name);
}

interface DirectionNames {
  readonly ciphers: string;
  readonly macs: string;
  readonly compressions: string;
}

function chooseDirection(visitor: DirectionNames, persona: SshPersona): { cipher: string; mac: string; compression: string } | Mismatch {
  const cipher = firstCommon(visitor.ciphers, persona.ciphers);
  if (cipher === undefined) return "cipher";
  const mac = authenticates(cipher) ? "" : firstCommon(visitor.macs, persona.macs);
  if (mac === undefined) return "MAC";
  const compression = firstCommon(visitor.compressions, persona.compressions);
  if (compression === undefined) return "compression";
  return { cipher, mac, compression };
}

/** Ciphers with their own authentication: the MAC lists are not looked at (OpenSSH PROTOCOL 1.6, PROTOCOL.chacha20poly1305). */
export function authenticates(cipher: string): boolean {
  return cipher === "chacha20-poly1305@openssh.com" || cipher.endsWith("-gcm@openssh.com");
}

/**
 * RFC 4253 §7: a guess is right when the first key exchange and the first host key algorithm of both lists are equal. Servers with
 * dropbear's marker compare what was agreed with the visitor's first name alone, if the visitor has the marker too.
 */
function guessedRight(visitor: Proposal, persona: SshPersona, agreedKex: string): boolean {
  const firstKex = firstName(visitor.kex);
  if (persona.kex.includes(kexMarkers.matthewGuess) && lists(visitor.kex, kexMarkers.matthewGuess)) return firstKex === agreedKex;
  return firstKex === persona.kex[0] && firstName(visitor.hostKeys) === persona.hostKeys[0];
}

function firstName(names: string): string {
  const comma = names.indexOf(",");
  return comma < 0 ? names : names.slice(0, comma);
}

function firstCommon(visitor: string, ours: readonly string[], excluded?: (name: string) => boolean): string | undefined {
  return visitor.split(",").find((name) => ours.includes(name) && excluded?.(name) !== true);
}

const markers: readonly string[] = Object.values(kexMarkers);

function isMarker(name: string): boolean {
  return markers.includes(name);
}
