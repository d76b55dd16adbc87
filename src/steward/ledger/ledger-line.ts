import { createHash } from "node:crypto";
import type { Change, State } from "./change.ts";

/** What the ledger says of one change, a line each: it is planned, it was made, it is being undone, it was undone. */
export type Line =
  | { readonly id: number; readonly state: "planned"; readonly change: Change; readonly before: State; readonly kept?: string }
  | { readonly id: number; readonly state: "made"; readonly after: State }
  | { readonly id: number; readonly state: "undoing" | "undone" };

/** First 16 digits of the SHA-256 of the text, a space, the text (JSON), a line end. */
export function encodeLine(line: Line): Uint8Array {
  const text = JSON.stringify(line);
  return Buffer.from(`${sumOf(text)} ${text}\n`);
}

export interface Lines {
  readonly lines: readonly Line[];
  /** How many bytes are whole lines; what is behind them was being written when its writer died. */
  readonly size: number;
  /** A broken line with whole ones behind it: somebody changed the ledger. */
  readonly isDamaged: boolean;
}

export function parseLines(bytes: Uint8Array): Lines {
  const texts = Buffer.from(bytes).toString("utf8").split("\n");
  const rest = texts.pop() ?? "";
  const parsed = texts.map(parseLine);
  const bad = parsed.indexOf(undefined);
  const whole = bad < 0 ? parsed.length : bad;
  return {
    lines: parsed.slice(0, whole).filter((line) => line !== undefined),
    size: Buffer.byteLength(
      texts
        .slice(0, whole)
        .map((text) => `${text}\n`)
        .join(""),
    ),
    isDamaged: bad >= 0 && (bad < parsed.length - 1 || rest !== ""),
  };
}

/** The sum vouches that the text is one of ours, whole. */
function parseLine(text: string): Line | undefined {
  const json = text.slice(17);
  return text.slice(0, 16) === sumOf(json) ? JSON.parse(json) : undefined;
}

function sumOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}
