import type { SaidRow, SaidService } from "../../detectors/responders/index.ts";
import { type AnswerPart, answerBytes } from "../../wire/answer.ts";

/**
 * What a UDP responder answers to one datagram. Whoever asks may have lied about who he is, so an answer is never larger than its question:
 * nobody can make this host send more to somebody else than he could have sent himself. Where the whole answer does not fit, a smaller one
 * of the same port is taken, or none. What would be a question to the same port is no answer: two hosts would never stop talking.
 */
export interface DatagramAnswer {
  /** The fingerprint that it is. */
  readonly shows: string;
  readonly bytes: Uint8Array;
}

/** What a service waits for and says, its base64 read once. */
export interface ReadyRow {
  readonly shows: string;
  readonly on: Buffer;
  readonly until: Buffer;
  readonly least: number;
  readonly parts: readonly AnswerPart[];
}

export function readyRows({ rows }: SaidService): readonly ReadyRow[] {
  return rows.filter(({ answer }) => answer.length > 0).map(ready);
}

/** Of the rows whose question this is, the first whose answer fits; those that wait for more come first. */
export function answerTo(question: Uint8Array, rows: readonly ReadyRow[]): DatagramAnswer | undefined {
  const said = Buffer.from(question.buffer, question.byteOffset, Math.min(question.byteLength, MOST_READ));
  return rows
    .filter((row) => isAsked(row, said))
    .toSorted((one, other) => other.on.length - one.on.length)
    .map(({ shows, parts }) => ({ shows, bytes: answerBytes(parts, said) }))
    .find(({ bytes }) => bytes.length > 0 && bytes.length <= question.byteLength && !rows.some((row) => isAsked(row, Buffer.from(bytes))));
}

/** Nothing that is waited for comes later. */
const MOST_READ = 2048;

function isAsked({ on, until, least }: ReadyRow, said: Buffer): boolean {
  const at = said.length < Math.max(least, 1) ? -1 : said.indexOf(on);
  return at >= 0 && said.indexOf(until, at + on.length) >= 0;
}

function ready({ shows, on, until, least, answer }: SaidRow): ReadyRow {
  const parts = answer.map(({ bytes, echoAt, echoSize, header, bare }): AnswerPart => {
    if (header !== undefined) return { kind: "header", name: header, bare: bare ?? false };
    if (echoAt !== undefined) return { kind: "echo", at: echoAt, size: echoSize ?? 1 };
    return { kind: "bytes", bytes: Buffer.from(bytes ?? "", "base64") };
  });
  return { shows, on: Buffer.from(on, "base64"), until: Buffer.from(until, "base64"), least, parts };
}
