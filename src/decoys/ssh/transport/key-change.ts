import type { Keys } from "../../../decoy/keys.ts";
import { ciphers, noCipher } from "../crypto/ciphers.ts";
import { derivePacketKeys, type KeySource } from "../crypto/kdf.ts";
import { macs } from "../crypto/macs.ts";
import type { PacketKeys } from "../crypto/packet-keys.ts";
import type { Fault } from "./fault.ts";
import { hostKeyBlob } from "./host-key.ts";
import { kexMethods } from "./kex-method.ts";
import type { KeyExchange } from "./key-exchange.ts";
import type { Agreed } from "./negotiation.ts";

/** One change of keys, from the visitor's KEXINIT to the visitor's NEWKEYS. */
export interface KeyChange {
  readonly agreed: Agreed;
  readonly exchange: KeyExchange;
  /** The visitor's next message is a wrong guess. */
  skipGuess: boolean;
  /** What the visitor's packets will be read with after its NEWKEYS; set once we have agreed. */
  keysIn: PacketKeys | undefined;
}

/** RFC 4253 §6.2, and compression that waits for the login. */
export const compressions: readonly string[] = ["none", "zlib", "zlib@openssh.com"];

/** A name that was agreed on, but does not work here. */
export function findUnsupported(agreed: Agreed, keys: Keys): Fault | undefined {
  const { kex, hostKey, cipherIn, cipherOut, macIn, macOut, compressionIn, compressionOut } = agreed;
  const works: readonly (readonly [string, boolean])[] = [
    [kex, Object.hasOwn(kexMethods, kex)],
    [hostKey, hostKeyBlob(keys, hostKey) !== undefined],
    [cipherIn, ciphers.has(cipherIn)],
    [cipherOut, ciphers.has(cipherOut)],
    [macIn, macIn === "" || macs.has(macIn)],
    [macOut, macOut === "" || macs.has(macOut)],
    [compressionIn, compressions.includes(compressionIn)],
    [compressionOut, compressions.includes(compressionOut)],
  ];
  const broken = works.find(([, one]) => !one);
  return broken && { what: "unsupported", name: broken[0] };
}

/** The keys of both directions, of names that work. */
export function deriveBoth(source: KeySource, agreed: Agreed): { readonly keysIn: PacketKeys; readonly keysOut: PacketKeys } {
  const cipher = (name: string) => ciphers.get(name) ?? noCipher;
  const { cipherIn, cipherOut, macIn, macOut } = agreed;
  return {
    keysIn: derivePacketKeys(source, "toServer", { cipher: cipher(cipherIn), mac: macs.get(macIn) }),
    keysOut: derivePacketKeys(source, "toClient", { cipher: cipher(cipherOut), mac: macs.get(macOut) }),
  };
}

/** `zlib@openssh.com` waits for the login (draft-miller-secsh-compression-delayed). */
export function compressesNow(compression: string, loggedIn: boolean): boolean {
  return compression === "zlib" || (loggedIn && compression === "zlib@openssh.com");
}

/** For the operator: everything agreed, in one line. */
export function describeAgreed(agreed: Agreed): string {
  const { kex, hostKey, cipherIn, cipherOut, macIn, macOut, compressionIn, compressionOut } = agreed;
  const names = [kex, hostKey, cipherIn, cipherOut, macIn || "implicit", macOut || "implicit", compressionIn, compressionOut];
  return names.join(" ");
}
