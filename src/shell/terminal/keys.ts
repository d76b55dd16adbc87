/** What a key means to the line editor: emacs bindings as readline and busybox have them. */
export type Key = { readonly kind: "text"; readonly text: string } | { readonly kind: "command"; readonly name: Command };

export type Command =
  | "accept"
  | "backspace"
  | "delete"
  | "delete-or-end"
  | "left"
  | "right"
  | "home"
  | "end"
  | "up"
  | "down"
  | "kill-line"
  | "kill-start"
  | "kill-word-back"
  | "kill-word"
  | "yank"
  | "clear"
  | "search"
  | "complete"
  | "word-left"
  | "word-right"
  | "transpose"
  | "last-argument"
  | "paste-start"
  | "paste-end"
  | "first"
  | "last"
  | "bell"
  | "none";

const CONTROL: Readonly<Record<string, Command>> = {
  "\x01": "home",
  "\x02": "left",
  "\x04": "delete-or-end",
  "\x05": "end",
  "\x06": "right",
  "\x07": "bell",
  "\b": "backspace",
  "\t": "complete",
  "\n": "accept",
  "\x0b": "kill-line",
  "\x0c": "clear",
  "\r": "accept",
  "\x0e": "down",
  "\x10": "up",
  "\x12": "search",
  "\x14": "transpose",
  "\x15": "kill-start",
  "\x17": "kill-word-back",
  "\x19": "yank",
  "\x7f": "backspace",
};

const SEQUENCES: Readonly<Record<string, Command>> = {
  "[A": "up",
  "[B": "down",
  "[C": "right",
  "[D": "left",
  "[H": "home",
  "[F": "end",
  OA: "up",
  OB: "down",
  OC: "right",
  OD: "left",
  OH: "home",
  OF: "end",
  "[1~": "home",
  "[3~": "delete",
  "[4~": "end",
  "[5~": "first",
  "[6~": "last",
  "[7~": "home",
  "[8~": "end",
  "[200~": "paste-start",
  "[201~": "paste-end",
  "[1;5C": "word-right",
  "[1;5D": "word-left",
  b: "word-left",
  f: "word-right",
  d: "kill-word",
  ".": "last-argument",
  _: "last-argument",
  "\x7f": "kill-word-back",
  "<": "first",
  ">": "last",
};

/** Cuts typed bytes into keys, each with where it ends; an escape sequence or a character that is not whole yet stays in `rest`. */
export function readKeys(typed: string): { readonly keys: readonly (readonly [key: Key, end: number])[]; readonly rest: string } {
  const keys: [Key, number][] = [];
  let at = 0;
  while (at < typed.length) {
    const found = typed.charAt(at) === "\x1b" ? sequenceAt(typed, at) : characterAt(typed, at);
    if (found === undefined) return { keys, rest: typed.slice(at) };
    at += found.size;
    if (found.key !== undefined) keys.push([found.key, at]);
  }
  return { keys, rest: "" };
}

interface FoundKey {
  /** Undefined: bytes that mean nothing. */
  readonly key: Key | undefined;
  readonly size: number;
}

const MAX_SEQUENCE_BYTES = 12;

/** ESC [ ... letter, ESC O letter, ESC character; undefined: it is not whole yet. */
function sequenceAt(typed: string, at: number): FoundKey | undefined {
  const sequence = /^\x1b(\[[\d;]*[A-Za-z~]|O[A-Za-z]|[^[O])/.exec(typed.slice(at, at + MAX_SEQUENCE_BYTES));
  if (sequence === null && typed.length - at < MAX_SEQUENCE_BYTES) return undefined;
  const name = SEQUENCES[sequence?.[1] ?? ""] ?? "none";
  return { key: { kind: "command", name }, size: sequence?.[0].length ?? 1 };
}

function characterAt(typed: string, at: number): FoundKey | undefined {
  const char = typed.charAt(at);
  const command = CONTROL[char];
  if (command !== undefined) return { key: { kind: "command", name: command }, size: 1 };
  const size = characterBytes(char);
  if (at + size > typed.length) return undefined;
  return { key: char < " " ? undefined : { kind: "text", text: typed.slice(at, at + size) }, size };
}

/** Bytes of the UTF-8 character that begins so. */
function characterBytes(char: string): number {
  const code = char.charCodeAt(0);
  if (code >= 0xf0 && code < 0xf8) return 4;
  if (code >= 0xe0) return code < 0xf0 ? 3 : 1;
  return code >= 0xc2 ? 2 : 1;
}
