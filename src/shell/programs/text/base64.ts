import { Buffer } from "node:buffer";
import { parseOptions } from "../../options.ts";
import type { Execution, Process, Program } from "../../program.ts";
import { readWhole } from "../inputs.ts";
import { extraOperand } from "../messages.ts";
import { quoteValue } from "../quoting.ts";

export const base64: Program = coder("base64", {
  encode: (bytes) => Buffer.from(bytes, "latin1").toString("base64"),
  decode: (text) => Buffer.from(text, "base64").toString("latin1"),
  alphabet: /[A-Za-z0-9+/=]/,
  group: 4,
  valid: (text) => /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text),
});

export const base32: Program = coder("base32", {
  encode: encode32,
  decode: decode32,
  alphabet: /[A-Z2-7=]/,
  group: 8,
  valid: (text) => /^(?:[A-Z2-7]{8})*(?:[A-Z2-7]{2}={6}|[A-Z2-7]{4}={4}|[A-Z2-7]{5}={3}|[A-Z2-7]{7}=)?$/.test(text),
});

interface Code {
  readonly encode: (bytes: string) => string;
  readonly decode: (text: string) => string;
  readonly alphabet: RegExp;
  readonly group: number;
  readonly valid: (text: string) => boolean;
}

function coder(name: string, code: Code): Program {
  return {
    name,
    *run(process) {
      const options = yield* parseOptions(process, { short: "diw:", long: { decode: "d", "ignore-garbage": "i", wrap: "w" } });
      if (typeof options === "number") return options;
      const width = options.value("w") ?? "76";
      if (!/^\d+$/.test(width)) return yield* process.fail(`invalid wrap size: ${quoteValue(process, width)}`);
      const [path = "-", extra] = options.operands;
      if (extra !== undefined) return yield* extraOperand(process, extra);
      const text = yield* readWhole(process, path);
      if (text === undefined) return 1;
      yield* process.charge(text.length >> 4);
      if (options.has("d")) return yield* decode(process, { text, code, ignore: options.has("i") });
      yield* process.print(wrapped(code.encode(text), Number(width)));
      return 0;
    },
  };
}

function wrapped(text: string, width: number): string {
  if (width === 0 || text === "") return text;
  return (text.match(new RegExp(`.{1,${width}}`, "g")) ?? []).map((line) => `${line}\n`).join("");
}

/** What can be decoded is written, even when the rest is wrong. */
function* decode(process: Process, { text, code, ignore }: { text: string; code: Code; ignore: boolean }): Execution {
  const clean = Array.from(text)
    .filter((byte) => byte !== "\n" && (!ignore || code.alphabet.test(byte)))
    .join("");
  if (code.valid(clean)) {
    yield* process.print(code.decode(clean));
    return 0;
  }
  let good = "";
  for (let at = 0; at + code.group <= clean.length && code.valid(clean.slice(at, at + code.group)); at += code.group)
    good += clean.slice(at, at + code.group);
  const rest = clean.slice(good.length, good.length + code.group);
  const part = [...rest].findIndex((byte) => !code.alphabet.test(byte) || byte === "=");
  yield* process.print(code.decode(good) + code.decode(part < 0 ? rest : rest.slice(0, part)));
  return yield* process.fail("invalid input");
}

const LETTERS32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

function encode32(bytes: string): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 5) {
    const block = bytes.slice(at, at + 5);
    let bits = 0n;
    for (let index = 0; index < 5; index += 1) bits = (bits << 8n) | BigInt(block.charCodeAt(index) || 0);
    const used = Math.ceil((block.length * 8) / 5);
    for (let index = 0; index < 8; index += 1)
      text += index < used ? LETTERS32.charAt(Number((bits >> BigInt(35 - index * 5)) & 31n)) : "=";
  }
  return text;
}

function decode32(text: string): string {
  let bytes = "";
  let bits = 0;
  let count = 0;
  for (const letter of text) {
    const value = LETTERS32.indexOf(letter);
    if (value < 0) break;
    bits = ((bits << 5) | value) & 0xfff;
    count += 5;
    if (count < 8) continue;
    count -= 8;
    bytes += String.fromCharCode((bits >> count) & 255);
  }
  return bytes;
}
