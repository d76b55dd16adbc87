import { encodeUtf8 } from "../bytes.ts";
import { BASH_QUOTED_LETTERS } from "../escapes.ts";

const ESCAPE = /\\(?:[0-7]{1,3}|x[0-9A-Fa-f]{1,2}|u[0-9A-Fa-f]{1,4}|U[0-9A-Fa-f]{1,8}|c[\s\S]|[\s\S])/g;

/** The inside of $'...' (bash manual 3.1.2.4). */
export function ansiUnescape(text: string): string {
  return text.replace(ESCAPE, (found) => meaning(found.slice(1)) ?? found);
}

function meaning(escaped: string): string | undefined {
  const rest = escaped.slice(1);
  if (/^[0-7]/.test(escaped)) return String.fromCharCode(Number.parseInt(escaped, 8) & 255);
  if (rest === "") return BASH_QUOTED_LETTERS[escaped];
  if (escaped.startsWith("c")) return String.fromCharCode(rest.charCodeAt(0) & 31);
  const code = Number.parseInt(rest, 16);
  if (escaped.startsWith("x")) return String.fromCharCode(code);
  return encodeUtf8(code <= 0x10ffff ? String.fromCodePoint(code) : "\ufffd");
}
