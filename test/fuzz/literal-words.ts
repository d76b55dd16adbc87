/**
 * The string and number literals of source files as byte strings: what a parser compares its input with stands in its
 * source, and chance alone would hardly ever spell it.
 */
import { Buffer } from "node:buffer";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const MAX_WORD_BYTES = 32;
const STRING = /"(?:[^"\\\n]|\\.){1,40}"|'(?:[^'\\\n]|\\.){1,40}'/g;
const NUMBER = /\b0x[0-9a-f_]+\b|\b[0-9][0-9_]*\b/g;

export function literalWords(urls: readonly string[]): Buffer[] {
  const words = new Map<string, Buffer>();
  for (const url of [...urls].sort()) {
    const source = readFileSync(fileURLToPath(url), "utf8").replace(/^import .*$/gm, "");
    for (const [literal] of source.matchAll(STRING)) add(words, stringBytes(literal));
    for (const [literal] of source.matchAll(NUMBER)) for (const bytes of numberBytes(literal)) add(words, bytes);
  }
  return [...words.values()];
}

function add(words: Map<string, Buffer>, word: Buffer): void {
  if (word.length > 0 && word.length <= MAX_WORD_BYTES) words.set(word.toString("latin1"), word);
}

function stringBytes(literal: string): Buffer {
  const text = literal
    .slice(1, -1)
    .replace(/\\x([0-9a-fA-F]{2})|\\u([0-9a-fA-F]{4})/g, (_, byte, unit) => String.fromCharCode(Number.parseInt(byte ?? unit, 16)))
    .replace(/\\([nrt0])/g, (_, letter: string) => ({ n: "\n", r: "\r", t: "\t" })[letter] ?? "\0")
    .replace(/\\(.)/g, "$1");
  return Buffer.from(text);
}

/** A number as one byte, or as two and four in both orders; small ones also as text. */
function numberBytes(literal: string): Buffer[] {
  const value = Number(literal.replaceAll("_", ""));
  if (!Number.isInteger(value) || value > 0xffff_ffff) return [];
  const text = Buffer.from(String(value));
  if (value <= 0xff) return [Buffer.of(value), text];
  const wide = Buffer.alloc(4);
  wide.writeUInt32BE(value);
  const big = value <= 0xffff ? wide.subarray(2) : wide;
  return [Buffer.from(big), Buffer.from(big).reverse(), text];
}
