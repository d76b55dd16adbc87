import type { Process } from "../program.ts";

/**
 * How GNU programs show names and values in messages (gnulib quotearg): `quoteName` as a shell would read it, always in quotes;
 * `quoteIfNeeded` only where a shell needs it; `quoteValue` in the locale's quotation marks.
 */
export function quoteName(text: string): string {
  if (/[\x00-\x1f\x7f-\xff]/.test(text)) return escapedPieces(text);
  if (!text.includes("'")) return `'${text}'`;
  return /["$`\\!]/.test(text) ? `'${text.replaceAll("'", "'\\''")}'` : `"${text}"`;
}

export function quoteIfNeeded(text: string): string {
  const plain = text !== "" && !/[\x00-\x20\x7f-\xff!"$&'()*;<=>?[\\^`|]/.test(text) && !/^[#~]/.test(text) && text !== "{" && text !== "}";
  return plain ? text : quoteName(text);
}

/** With a colon the name must be quoted too, so that the message can be read. */
export function quoteInMessage(text: string): string {
  return text.includes(":") ? quoteName(text) : quoteIfNeeded(text);
}

export function quoteValue(process: Process, text: string): string {
  const shown = text.replace(/[\x00-\x1f\x7f\\]/g, escapeByte);
  if (isUtf8(process)) return `\xe2\x80\x98${shown}\xe2\x80\x99`;
  return `'${shown.replaceAll("'", "\\'").replace(/[\x80-\xff]/g, escapeByte)}'`;
}

/** Whether the process's locale has UTF-8 characters. */
export function isUtf8(process: Process): boolean {
  const { environment } = process;
  const locale = environment.get("LC_ALL") || environment.get("LC_CTYPE") || environment.get("LANG") || "";
  return /utf-?8/i.test(locale);
}

const LETTERS: Readonly<Record<string, string>> = {
  "\x07": "\\a",
  "\b": "\\b",
  "\t": "\\t",
  "\n": "\\n",
  "\v": "\\v",
  "\f": "\\f",
  "\r": "\\r",
  "\\": "\\\\",
};

/** One byte as C writes it inside quotes. */
export function escapeByte(byte: string): string {
  return LETTERS[byte] ?? `\\${byte.charCodeAt(0).toString(8).padStart(3, "0")}`;
}

/** 'a'$'\n''b': unprintable bytes stand in pieces of their own. */
function escapedPieces(text: string): string {
  const pieces = text.match(/[\x00-\x1f\x7f-\xff]+|[^\x00-\x1f\x7f-\xff]+/g) ?? [];
  const shown = pieces.map((piece) =>
    /[\x00-\x1f\x7f-\xff]/.test(piece) ? `$'${piece.replace(/[\s\S]/g, escapeByte)}'` : `'${piece.replaceAll("'", "'\\''")}'`,
  );
  return (shown[0]?.startsWith("$") ? "''" : "") + shown.join("");
}
