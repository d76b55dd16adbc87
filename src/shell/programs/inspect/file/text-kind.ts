/** What file(1) says of text: its encoding, its lines, and what it is written in. */
export interface Kind {
  readonly text: string;
  readonly mime: string;
  readonly charset: string;
}

const LONG_LINE = 300;

/** Undefined: it is no text. */
export function textKind(bytes: string): Kind | undefined {
  const encoding = encodingOf(bytes);
  if (encoding === undefined) return undefined;
  const language = languageOf(bytes);
  const lines = lineText(bytes);
  const text = language?.whole ?? `${language?.prefix ?? ""}${encoding.name}${language?.suffix ?? ""}${lines}`;
  return { text, mime: language?.mime ?? "text/plain", charset: encoding.charset };
}

function encodingOf(bytes: string): { name: string; charset: string } | undefined {
  if (/[\x00-\x06\x0e-\x1a\x1c-\x1f\x7f]/.test(bytes)) return undefined;
  if (!/[\x80-\xff]/.test(bytes)) return { name: "ASCII text", charset: "us-ascii" };
  const unicode =
    /^(?:[\x00-\x7f]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3})*(?:[\xc2-\xf4][\x80-\xbf]{0,2})?$/;
  if (unicode.test(bytes.slice(0, MAX_TESTED)))
    return { name: `Unicode text, UTF-8${bytes.startsWith("\xef\xbb\xbf") ? " (with BOM)" : ""} text`, charset: "utf-8" };
  if (/[\x80-\x9f]/.test(bytes)) return { name: "Non-ISO extended-ASCII text", charset: "unknown-8bit" };
  return { name: "ISO-8859 text", charset: "iso-8859-1" };
}

const MAX_TESTED = 16_384;

function lineText(bytes: string): string {
  const longest = bytes.split(/\n/).reduce((most, line) => Math.max(most, line.length), 0);
  const parts: string[] = [];
  if (longest > LONG_LINE) parts.push(`with very long lines (${longest})`);
  const windows = /\r\n/.test(bytes);
  const plain = /(^|[^\r])\n/.test(bytes);
  if (!bytes.includes("\n") && !bytes.includes("\r")) parts.push("with no line terminators");
  else if (windows) parts.push(plain ? "with CRLF, LF line terminators" : "with CRLF line terminators");
  else if (!plain) parts.push("with CR line terminators");
  if (bytes.includes("\x1b")) parts.push("with escape sequences");
  return parts.map((part) => `, ${part}`).join("");
}

interface Language {
  readonly prefix?: string;
  readonly suffix?: string;
  /** Instead of everything else. */
  readonly whole?: string;
  readonly mime: string;
}

const INTERPRETERS: readonly (readonly [pattern: RegExp, name: string, mime: string])[] = [
  [/^(?:.*\/)?(?:sh|dash|ash)$/, "POSIX shell script", "text/x-shellscript"],
  [/^(?:.*\/)?bash$/, "Bourne-Again shell script", "text/x-shellscript"],
  [/^(?:.*\/)?zsh$/, "Paul Falstad's zsh script", "text/x-shellscript"],
  [/^(?:.*\/)?python[\d.]*$/, "Python script", "text/x-script.python"],
  [/^(?:.*\/)?awk$/, "awk script", "text/x-awk"],
];

const LANGUAGES: readonly (readonly [pattern: RegExp, language: Language])[] = [
  [/^-----BEGIN OPENSSH PRIVATE KEY/, { whole: "OpenSSH private key", mime: "text/plain" }],
  [/^-----BEGIN RSA PRIVATE KEY/, { whole: "PEM RSA private key", mime: "text/plain" }],
  [/^-----BEGIN CERTIFICATE-----/, { whole: "PEM certificate", mime: "text/plain" }],
  [/^ssh-rsa /, { whole: "OpenSSH RSA public key", mime: "text/plain" }],
  [/^ssh-ed25519 /, { whole: "OpenSSH ED25519 public key", mime: "text/plain" }],
  [/^\s*<\?xml version="1\.0"/, { prefix: "XML 1.0 document, ", mime: "text/xml" }],
  [/^\s*<\?php/, { prefix: "PHP script, ", mime: "text/x-php" }],
  [/^\s*(?:<!doctype html|<html|<head)/i, { prefix: "HTML document, ", mime: "text/html" }],
  [/^\s*(?:\{\s*"|\[\s*[{"\d\]])[\s\S]*[}\]]\s*$/, { whole: "JSON text data", mime: "application/json" }],
  [/^#include\s*[<"]|\n#include\s*[<"]/, { prefix: "C source, ", mime: "text/x-c" }],
  [/^(?:diff |--- .*\n\+\+\+ )/, { prefix: "unified diff output, ", mime: "text/x-diff" }],
];

function languageOf(bytes: string): Language | undefined {
  const [, command] = /^#!\s*([^\n]*)/.exec(bytes) ?? [];
  if (command !== undefined) return scriptOf(command.trim());
  return LANGUAGES.find(([pattern]) => pattern.test(bytes))?.[1];
}

function scriptOf(command: string): Language {
  const words = command.split(/\s+/);
  const program = /(^|\/)env$/.test(words[0] ?? "") ? (words.find((word, at) => at > 0 && !word.startsWith("-")) ?? "") : (words[0] ?? "");
  if (/(^|\/)perl$/.test(program)) return { whole: "Perl script text executable", mime: "text/x-perl" };
  const known = INTERPRETERS.find(([pattern]) => pattern.test(program));
  return { prefix: `${known?.[1] ?? `a ${command} script`}, `, suffix: " executable", mime: known?.[2] ?? "text/plain" };
}
