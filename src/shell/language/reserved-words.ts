/** Words that the shells' grammar keeps for itself, and the builtins that POSIX calls special. */

export const KEYWORDS: ReadonlySet<string> = new Set([
  "if",
  "then",
  "else",
  "elif",
  "fi",
  "case",
  "esac",
  "for",
  "select",
  "while",
  "until",
  "do",
  "done",
  "in",
  "function",
  "time",
  "{",
  "}",
  "!",
  "[[",
  "]]",
  "coproc",
]);

const BASH_ONLY = new Set(["select", "function", "time", "[[", "]]", "coproc"]);

export const DASH_KEYWORDS: ReadonlySet<string> = new Set([...KEYWORDS].filter((word) => !BASH_ONLY.has(word)));

/** XCU 2.14. */
export const SPECIAL_BUILTINS: ReadonlySet<string> = new Set([
  ".",
  ":",
  "break",
  "continue",
  "eval",
  "exec",
  "exit",
  "export",
  "readonly",
  "return",
  "set",
  "shift",
  "times",
  "trap",
  "unset",
]);
