import type { Frame } from "./frame.ts";

/**
 * Turns a recording into asciicast v2, which other players read: JSON lines, a header and then `[seconds, code, text]`.
 * Text can't hold bytes that are not UTF-8: they become U+FFFD here, and a character that was cut between two frames is put together.
 */
export function* asciicast(frames: Iterable<Frame>, header: CastHeader): Generator<string> {
  const decoders = { out: newDecoder(), in: newDecoder() };
  yield JSON.stringify({ version: 2, width: header.columns, height: header.rows, timestamp: header.startSeconds, ...about(header) });
  let lastUs = 0;
  for (const { atUs, moment } of frames) {
    lastUs = atUs;
    if (moment.way === "size") {
      yield line(atUs, "r", `${moment.columns}x${moment.rows}`);
      continue;
    }
    const text = decoders[moment.way].decode(moment.bytes, { stream: true });
    if (text !== "") yield line(atUs, CODES[moment.way], text);
  }
  // What began as a character and never ended.
  for (const way of ["out", "in"] as const) {
    const rest = decoders[way].decode();
    if (rest !== "") yield line(lastUs, CODES[way], rest);
  }
}

export interface CastHeader {
  readonly columns: number;
  readonly rows: number;
  /** Unix seconds. */
  readonly startSeconds: number;
  readonly terminal?: string;
  readonly title?: string;
}

const CODES = { out: "o", in: "i" } as const;

function about({ terminal, title }: CastHeader): Record<string, unknown> {
  return { ...(terminal === undefined ? {} : { env: { TERM: terminal } }), ...(title === undefined ? {} : { title }) };
}

function line(atUs: number, code: string, text: string): string {
  return `[${(atUs / 1e6).toFixed(6)}, ${JSON.stringify(code)}, ${JSON.stringify(text)}]`;
}

function newDecoder(): TextDecoder {
  return new TextDecoder("utf-8", { ignoreBOM: true });
}
