import type { Series } from "./segment.ts";
import type { PublicKey, SigningKey } from "./signing-key.ts";

/**
 * Signed statements about the journal. A head says: up to position `end`, the chain's hash was `hash`. Kept elsewhere, it proves later
 * that everything before it is unchanged. A tombstone says the same of a segment that was dropped on purpose, and why.
 */
export interface Head {
  readonly series: Series;
  /** Position of the segment's first byte. */
  readonly base: number;
  /** Position up to which the statement holds. */
  readonly end: number;
  /** Hash of the record that ends there. */
  readonly hash: string;
  /** Events in the segment so far, and the times of the first and the last; empty if there are none. */
  readonly events: number;
  readonly first: string;
  readonly last: string;
  /** When it was signed, by the sensor's clock. */
  readonly time: string;
  /** Fingerprint of the key. */
  readonly key: string;
  /** ed25519 over `headText`, base64. */
  readonly signature: string;
}

export interface Tombstone {
  readonly series: Series;
  readonly base: number;
  readonly end: number;
  /** Hash of the segment's last record: what the next segment is chained to. */
  readonly hash: string;
  /** Hash that the segment itself was chained to. */
  readonly previous: string;
  readonly events: number;
  readonly first: string;
  readonly last: string;
  readonly reason: string;
  readonly time: string;
  readonly key: string;
  readonly signature: string;
}

type Unsigned<T> = Omit<T, "key" | "signature">;

export function signHead(head: Unsigned<Head>, key: SigningKey): Head {
  return { ...head, key: key.publicKey.fingerprint, signature: key.sign(headText(head)) };
}

export function headVerifies(head: Head, key: PublicKey): boolean {
  return head.key === key.fingerprint && key.verifies(headText(head), head.signature);
}

export function signTombstone(tombstone: Unsigned<Tombstone>, key: SigningKey): Tombstone {
  return { ...tombstone, key: key.publicKey.fingerprint, signature: key.sign(tombstoneText(tombstone)) };
}

export function tombstoneVerifies(tombstone: Tombstone, key: PublicKey): boolean {
  return tombstone.key === key.fingerprint && key.verifies(tombstoneText(tombstone), tombstone.signature);
}

// The first line keeps the two kinds of statement, and later versions, apart; one value a line, so that any language can rebuild it.
function headText(head: Unsigned<Head>): string {
  return ["utsusemi journal head 1", head.series, head.base, head.end, head.hash, head.events, head.first, head.last, head.time, ""].join(
    "\n",
  );
}

function tombstoneText(stone: Unsigned<Tombstone>): string {
  const { series, base, end, hash, previous, events, first, last, reason, time } = stone;
  return ["utsusemi journal tombstone 1", series, base, end, hash, previous, events, first, last, JSON.stringify(reason), time, ""].join(
    "\n",
  );
}
