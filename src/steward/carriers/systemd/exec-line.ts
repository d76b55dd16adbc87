/**
 * The value of `ExecStart=` (systemd.service(5), "Command lines"), as far as it must be understood to put something before a command: its
 * prefixes are taken off, the rest stays the very text that it was, so that systemd reads quotes, escapes, specifiers and variables in it as before.
 */
export interface ExecCommand {
  /** `-`: a failure counts as success. */
  readonly ignoresFailure: boolean;
  /** `:`: no variables are put in. */
  readonly keepsVariables: boolean;
  /** `@`: the first argument is what the command is told to be called. */
  readonly hasName: boolean;
  /** `+`: with all rights, outside the sandbox; `!`: account as it is; `!!`: only where the kernel has no ambient capabilities. */
  readonly rights: "" | "+" | "!" | "!!";
  /** Program and arguments. */
  readonly text: string;
}

/** Undefined: systemd would refuse it, or it has a prefix that is not known here. */
export function parseExecLine(value: string): readonly ExecCommand[] | undefined {
  const words = wordsOf(value);
  if (words === undefined) return undefined;
  const commands = splitAtSemicolons(words, value).map((part) =>
    commandOf(
      part.map(({ from, to }) => [from, to] as const),
      value,
    ),
  );
  return commands.every((command) => command !== undefined) ? commands : undefined;
}

interface Word {
  readonly from: number;
  readonly to: number;
}

/** Quotes may begin anywhere in a word; a backslash takes the next character along. Undefined: a quote has no end. */
function wordsOf(value: string): readonly Word[] | undefined {
  const found: Word[] = [];
  const word = /(?:\\[\s\S]|"(?:\\[\s\S]|[^"\\])*"|'(?:\\[\s\S]|[^'\\])*'|[^\s\\"'])+/y;
  for (let at = 0; at < value.length; ) {
    if (/\s/.test(value.charAt(at))) at += 1;
    else {
      word.lastIndex = at;
      const size = word.exec(value)?.[0].length;
      if (size === undefined) return undefined;
      found.push({ from: at, to: at + size });
      at += size;
    }
  }
  return found;
}

/** A semicolon that is a word of its own parts two commands. */
function splitAtSemicolons(words: readonly Word[], value: string): readonly (readonly Word[])[] {
  const parts: Word[][] = [[]];
  for (const word of words) {
    if (value.slice(word.from, word.to) === ";") parts.push([]);
    else parts.at(-1)?.push(word);
  }
  return parts.filter((part) => part.length > 0);
}

function commandOf(words: readonly (readonly [from: number, to: number])[], value: string): ExecCommand | undefined {
  const [first, last] = [words[0], words.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const [, quote = "", prefixes = "", program = ""] = /^(["']?)([^\w/"'\\%$.]*)(.*)$/s.exec(value.slice(...first)) ?? [];
  const flags = prefixFlags(prefixes);
  if (flags === undefined || program === "" || (flags.hasName && words.length < 2)) return undefined;
  const rest = value.slice(first[1], last[1]);
  const escaped = flags.keepsVariables ? program : program.replaceAll("$", "$$$$");
  return { ...flags, text: `${quote}${escaped}${rest}` };
}

function prefixFlags(prefixes: string): Omit<ExecCommand, "text"> | undefined {
  if (!/^[-@:+!]*$/.test(prefixes)) return undefined;
  const count = (one: string) => prefixes.split(one).length - 1;
  const rights = `${"+".repeat(count("+"))}${"!".repeat(count("!"))}`;
  if (count("-") > 1 || count("@") > 1 || count(":") > 1 || !isRights(rights)) return undefined;
  return { ignoresFailure: count("-") > 0, keepsVariables: count(":") > 0, hasName: count("@") > 0, rights };
}

function isRights(text: string): text is ExecCommand["rights"] {
  return ["", "+", "!", "!!"].includes(text);
}

/** One word that systemd reads as exactly this. */
export function quotedWord(text: string, keepsVariables: boolean): string {
  const safe = text.replace(/["\\]/g, "\\$&").replaceAll("%", "%%").replaceAll("\n", "\\n");
  const whole = keepsVariables ? safe : safe.replaceAll("$", "$$$$");
  return /^[\w/.:@+=,-]+$/.test(whole) ? whole : `"${whole}"`;
}
