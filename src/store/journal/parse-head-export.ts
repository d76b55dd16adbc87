import type { Head } from "./head.ts";
import type { HeadExport } from "./journal.ts";
import { SERIES } from "./segment.ts";

/** Reads heads that were exported earlier: `{v: 1, sensor, publicKey, heads: [...]}`; undefined if that is not what it is. Signatures are not checked here. */
export function parseHeadExport(text: string): HeadExport | undefined {
  const value = parseJson(text);
  if (!isRecord(value) || value["v"] !== 1) return undefined;
  const { sensor, publicKey, heads } = value;
  if (typeof sensor !== "string" || typeof publicKey !== "string" || !Array.isArray(heads)) return undefined;
  const checked = heads.filter(isHead);
  return checked.length === heads.length ? { v: 1, sensor, publicKey, heads: checked } : undefined;
}

function isHead(value: unknown): value is Head {
  if (!isRecord(value)) return false;
  const numbers = [value["base"], value["end"], value["events"]];
  const texts = [value["hash"], value["first"], value["last"], value["time"], value["key"], value["signature"]];
  return (
    SERIES.some((series) => series === value["series"]) &&
    numbers.every((one) => Number.isSafeInteger(one)) &&
    texts.every((one) => typeof one === "string")
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
