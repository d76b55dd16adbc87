import type { AnswerPart } from "../../wire/answer.ts";
import { answerParts, canEmit, closesAfter, emit, type Fingerprint, type Fingerprints } from "../fingerprints/index.ts";
import type { SaidPart, SaidRow } from "./said.ts";

/**
 * From fingerprints that share a port to what the responder says there. Of HTTP, each waits for its own method and path, so that many fit
 * on one port.
 */
export function rowsFor(fingerprints: readonly Fingerprint[], known: Pick<Fingerprints, "stimuli">): readonly SaidRow[] {
  const rows = fingerprints.map((fingerprint) => rowFor(fingerprint, known));
  const isCrowded = rows.filter(({ answer }) => answer.length > 0).length > 1;
  return rows.map((row, at) =>
    isCrowded && row.on === "" && row.answer.length > 0 ? { ...row, on: ownQuestion(fingerprints[at], known) } : row,
  );
}

/** Who would answer anything waits for its own question where others answer too. */
function ownQuestion(fingerprint: Fingerprint | undefined, known: Pick<Fingerprints, "stimuli">): string {
  return Buffer.from(firstSaid(fingerprint?.stimulus, known).trimEnd(), "latin1").toString("base64");
}

/** Why one cannot be said by a responder: a sentence's end; undefined: it can. */
export function whyNot(fingerprint: Fingerprint, transport: "tcp" | "udp" = "tcp"): string | undefined {
  if (fingerprint.side !== "remote" || !canEmit(fingerprint)) return "it is no bytes that could be said";
  return fingerprint.transport === transport ? undefined : `it is not said over ${transport.toUpperCase()}`;
}

function rowFor(fingerprint: Fingerprint, known: Pick<Fingerprints, "stimuli">): SaidRow {
  const { id, sign, stimulus } = fingerprint;
  const closes = closesAfter(fingerprint);
  const silent = { shows: id, on: "", until: "", least: 0, answer: [], closes };
  if (sign.kind !== "bytes") return { ...silent, greeting: [fixed(emit(fingerprint, new Uint8Array()))] };
  const { greeting, on, answer } = sign.shown;
  if (stimulus === "null") return { ...silent, greeting: partsOf(answerParts(answer)) };
  const said = firstSaid(stimulus, known);
  const wanted = Buffer.from(on).equals(ANY_PATH) ? requestLine(said) : on;
  return {
    ...silent,
    greeting: partsOf(answerParts(greeting)),
    on: Buffer.from(wanted ?? on).toString("base64"),
    until: Buffer.from(endBehind(wanted ?? on, said), "latin1").toString("base64"),
    least: Math.max(0, ...answerParts(answer).map((part) => (part.kind === "echo" ? part.at + part.size : 0))),
    answer: partsOf(answerParts(answer)),
  };
}

/** How a question ends behind what is waited for, so that one which arrives in pieces is answered when it is whole: an empty line, a line end, or nothing. */
function endBehind(on: Uint8Array, said: string): string {
  const end = ["\r\n\r\n", "\r\n", "\n"].find((one) => said.endsWith(one)) ?? "";
  const at = said.indexOf(Buffer.from(on).toString("latin1"));
  return at >= 0 && said.indexOf(end, at + on.length) >= 0 ? end : "";
}

/** What an entry of HTTP waits for unless it says more. */
const ANY_PATH = Buffer.from(" /");

/** Method and path of the question, with the blank behind them, and a version that no HTTP has (RFC 9112 §3). */
function requestLine(said: string): Uint8Array | undefined {
  const line = /^[A-Z]+ \S+ (?:HTTP\/(?!1\.[01]\r)\S+)?/.exec(said)?.[0];
  return line === undefined ? undefined : Buffer.from(line, "latin1");
}

/** All that the question says before it has to hear something. */
function firstSaid(stimulus: string | undefined, { stimuli }: Pick<Fingerprints, "stimuli">): string {
  const steps = stimuli.find(({ id }) => id === stimulus)?.steps ?? [];
  return steps.flatMap((step) => ("say" in step ? [Buffer.from(step.say).toString("latin1")] : []))[0] ?? "";
}

/** Fixed pieces that follow each other are one. */
function partsOf(parts: readonly AnswerPart[]): readonly SaidPart[] {
  const made: SaidPart[] = [];
  let open: Uint8Array = new Uint8Array();
  const close = () => {
    if (open.length > 0) made.push(fixed(open));
    open = new Uint8Array();
  };
  for (const part of parts) {
    if (part.kind === "bytes") open = Buffer.concat([open, part.bytes]);
    else {
      close();
      made.push(
        part.kind === "echo" ? { ...NO_PART, echoAt: part.at, echoSize: part.size } : { ...NO_PART, header: part.name, bare: part.bare },
      );
    }
  }
  close();
  return made;
}

const NO_PART: SaidPart = { bytes: undefined, echoAt: undefined, echoSize: undefined, header: undefined, bare: undefined };

const fixed = (bytes: Uint8Array): SaidPart => ({ ...NO_PART, bytes: Buffer.from(bytes).toString("base64") });
