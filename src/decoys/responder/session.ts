import { Buffer } from "node:buffer";
import type { Peer } from "../../decoy/peer.ts";
import type { Session } from "../../decoy/session.ts";
import { type AnswerPart, answerBytes } from "../../wire/answer.ts";
import type { ResponderOptions, ResponderPart, ResponderRow } from "./options.ts";

/**
 * Says a port's rows: one greeting when the visitor connects, then each answer once, when what it waits for was said. Nothing of what is
 * said is understood, so there is nothing to exploit; what a detector looks for is there, what an attacker would use is not.
 */
export class ResponderSession implements Session {
  readonly #peer: Peer;
  readonly #rows: readonly Waiting[];
  readonly #given = new Set<Waiting>();
  #said = Buffer.alloc(0);

  constructor(peer: Peer, { services }: ResponderOptions) {
    this.#peer = peer;
    const rows = services.find(({ port }) => port === peer.local.port)?.rows ?? [];
    this.#rows = rows.map((row) => ({ row, on: Buffer.from(row.on, "base64"), until: Buffer.from(row.until, "base64") }));
  }

  start(): void {
    if (this.#rows.length === 0) return this.#peer.hangUp("reset");
    const first = this.#rows.find(({ row }) => row.greeting.length > 0);
    if (first !== undefined) this.#say(first.row, first.row.greeting);
  }

  receive(bytes: Uint8Array): void {
    const room = MOST_SAID - this.#said.length;
    if (room <= 0) return this.#peer.hangUp("close");
    this.#said = Buffer.concat([this.#said, bytes.subarray(0, room)]);
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      this.#given.add(next.waiting);
      this.#say(next.waiting.row, next.waiting.row.answer, next.end);
      if (next.waiting.row.closes) return this.#peer.hangUp("close");
    }
  }

  /** Of the questions that are whole and not answered yet the one that was whole first, and of those the one that waits for most. */
  #next(): { readonly waiting: Waiting; readonly end: number } | undefined {
    const whole = this.#rows
      .filter((waiting) => waiting.row.answer.length > 0 && !this.#given.has(waiting))
      .flatMap((waiting) => endsIn(waiting, this.#said).map((end) => ({ waiting, end })));
    return whole.toSorted((one, other) => one.end - other.end || other.waiting.on.length - one.waiting.on.length)[0];
  }

  finish(): void {
    this.#peer.hangUp("close");
  }

  end(): void {
    this.#said = Buffer.alloc(0);
  }

  /** What is told of the question ends where the question does, however it was cut on its way. */
  #say({ shows }: ResponderRow, parts: readonly ResponderPart[], end = 0): void {
    const bytes = answerBytes(parts.map(partOf), this.#said);
    if (bytes.length === 0) return;
    this.#peer.send(bytes);
    this.#peer.observe({
      kind: "fingerprint.shown",
      fields: { fingerprint: shows, said: this.#said.subarray(0, Math.min(end, MOST_TOLD)) },
    });
  }
}

/** Nothing that is waited for comes later than this. */
const MOST_SAID = 8192;
const MOST_TOLD = 512;

interface Waiting {
  readonly row: ResponderRow;
  /** What it waits for. */
  readonly on: Buffer;
  readonly until: Buffer;
}

/** Where in what was said the question is whole; empty: it is not yet. */
function endsIn({ row, on, until }: Waiting, said: Buffer): readonly number[] {
  const at = said.length < Math.max(row.least, 1) ? -1 : said.indexOf(on);
  const behind = at < 0 ? -1 : said.indexOf(until, at + on.length);
  return behind < 0 ? [] : [Math.max(row.least, behind + until.length)];
}

function partOf({ bytes, echoAt, echoSize, header, bare }: ResponderPart): AnswerPart {
  if (header !== undefined) return { kind: "header", name: header, bare: bare ?? false };
  if (echoAt !== undefined) return { kind: "echo", at: echoAt, size: echoSize ?? 1 };
  return { kind: "bytes", bytes: Buffer.from(bytes ?? "", "base64") };
}
