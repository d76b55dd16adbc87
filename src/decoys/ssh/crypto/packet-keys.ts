import { type CipherAlgorithm, noCipher } from "./ciphers.ts";
import type { MacAlgorithm } from "./macs.ts";

/**
 * What protects the packets of one direction, from one NEWKEYS to the next. Sealers and openers keep small copies of
 * their own: a key cut from a larger buffer would keep the whole of it alive as long as the connection.
 */
export interface PacketKeys {
  readonly cipher: CipherAlgorithm;
  readonly key: Uint8Array;
  readonly iv: Uint8Array;
  /** Wanted by the ciphers that do not authenticate by themselves, ignored by the others. */
  readonly mac?: MacAlgorithm | undefined;
  readonly macKey: Uint8Array;
}

const nothing = new Uint8Array(0);

/** Before the first NEWKEYS. */
export const noKeys: PacketKeys = { cipher: noCipher, key: nothing, iv: nothing, macKey: nothing };
