import type { Circumstances } from "../packet.ts";
import type { Content, Pattern } from "../pattern.ts";
import { buildPacket } from "./build-packet.ts";
import type { Lot } from "./lot.ts";

/** As many patterns as somebody may write, drawn by lot, with a packet for each. */
export interface Many {
  readonly patterns: readonly Pattern[];
  readonly packets: readonly {
    readonly pattern: string;
    readonly bytes: Buffer;
    readonly circumstances: Circumstances;
    readonly said: string;
  }[];
}

const PORTS = [21, 22, 23, 25, 53, 80, 110, 139, 143, 443, 445, 1433, 3306, 3389, 5432, 6379, 7001, 8080, 8443, 9200];
const LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/.=?&%-_ ";

export function manyPatterns(count: number, lot: Lot): Many {
  const made = Array.from({ length: count }, (_, index) => makeOne(`many.n${index}`, lot));
  return { patterns: made.map(({ pattern }) => pattern), packets: made.map(({ packet }) => packet) };
}

function makeOne(id: string, lot: Lot): { readonly pattern: Pattern; readonly packet: Many["packets"][number] } {
  const protocol = lot.below(4) === 0 ? "udp" : "tcp";
  const ports =
    lot.below(8) === 0 ? [] : Array.from({ length: 1 + lot.below(3) }, () => lot.one(PORTS)).map((port) => ({ from: port, to: port }));
  const payload = lot.bytes(230);
  const contents = lot.below(3) === 0 ? [anchoredIn(payload, lot)] : searchedIn(payload, lot);
  const pattern: Pattern = {
    ...{
      id,
      about: "Drawn by lot.",
      protocols: [protocol],
      families: ["ipv4", "ipv6"],
      directions: ["in"],
      flows: ["first"],
      ports,
      conditions: [],
    },
    ...{
      alternatives: [contents],
      answer: lot.one(["observe", "drop"] as const),
      onListener: "observe",
      reply: undefined,
      weight: lot.below(101),
    },
    ...{ reference: "none", falsePositives: "none" },
  };
  const bytes = buildPacket({ protocol, toPort: ports[0]?.from ?? 4000, payload });
  return { pattern, packet: { pattern: id, bytes, circumstances: { direction: "in", flow: "first" }, said: id } };
}

/** Bytes that stand somewhere in the payload, some bits of which may be free. */
function anchoredIn(payload: Uint8Array, lot: Lot): Content {
  const at = lot.one([0, 0, 0, 4, 8, 12, 36]);
  const bytes = Uint8Array.from(payload.subarray(at, at + 4 + lot.below(16)));
  const free = lot.below(2) === 0 ? lot.below(bytes.length) : -1;
  return { kind: "anchored", at, bytes, mask: bytes.map((_, index) => (index === free ? 0xf0 : 0xff)) };
}

/** Texts that are put into the payload, one behind the other, some with letters of the other case. */
function searchedIn(payload: Uint8Array, lot: Lot): readonly Content[] {
  let at = 10 + lot.below(40);
  return Array.from({ length: 1 + lot.below(3) }, () => {
    const text = Array.from({ length: 6 + lot.below(20) }, () => lot.one([...LETTERS])).join("");
    const ignoreCase = lot.below(3) === 0;
    payload.set(Buffer.from(ignoreCase ? text.toUpperCase() : text), at);
    const content: Content = { kind: "searched", from: lot.below(at), within: 256, bytes: Uint8Array.from(Buffer.from(text)), ignoreCase };
    at += text.length + lot.below(10);
    return content;
  });
}
