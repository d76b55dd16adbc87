const ESCAPES: Readonly<Record<string, string>> = {
  "\0": "\\0",
  "\x07": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
};

/** A byte as od -c and hexdump -c show it: itself, an escape, or three octal digits. */
export function escapedByte(byte: string): string {
  const code = byte.charCodeAt(0);
  return ESCAPES[byte] ?? (code < 32 || code > 126 ? code.toString(8).padStart(3, "0") : byte);
}
