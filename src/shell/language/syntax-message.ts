import type { Shell } from "./shell.ts";
import type { Problem } from "./syntax-problem.ts";

/** What a shell says of a text that is no script; several lines. `source` is the line with the mistake, which bash shows. */
export function syntaxMessage(shell: Shell, problem: Problem, source: string): string {
  if (shell.dialect === "bash") return bashMessage(shell, problem, source);
  const text = shell.dialect === "dash" ? dashText(problem) : ashText(problem);
  if (shell.dialect === "dash") return `${shell.name}: ${problem.line}: ${text}\n`;
  return `${shell.name}: ${shell.mode === "script" ? `line ${problem.line}: ` : ""}${text}\n`;
}

function bashMessage(shell: Shell, problem: Problem, source: string): string {
  const where = (line: number) =>
    shell.mode === "interactive"
      ? `${shell.name}: `
      : `${shell.name}: ${shell.mode === "command" || shell.sourceDepth > 0 ? "-c: " : ""}line ${line}: `;
  const head = where(problem.line);
  switch (problem.kind) {
    case "unexpected":
      return `${head}syntax error near unexpected token \`${problem.token}'\n${shell.mode === "interactive" ? "" : `${head}\`${source}'\n`}`;
    case "end":
      return `${where(problem.line + 1)}syntax error: unexpected end of file\n`;
    case "unclosed":
      return `${head}unexpected EOF while looking for matching \`${problem.closer}'\n`;
    case "bad-name":
      return `${head}\`${problem.name}': not a valid identifier\n`;
    case "deep":
      return `${head}memory exhausted\n`;
    case "other":
      return `${head}${problem.text}\n`;
  }
}

function dashText(problem: Problem): string {
  switch (problem.kind) {
    case "unexpected":
      return `Syntax error: ${tokenName(problem.token)} unexpected${expectation(problem.expecting)}`;
    case "end":
      return `Syntax error: end of file unexpected${expectation(problem.expecting)}`;
    case "unclosed":
      return DASH_UNCLOSED[problem.closer] ?? "Syntax error: Unterminated quoted string";
    case "bad-name":
      return /[()]/.test(problem.name) ? "Syntax error: Bad function name" : "Syntax error: Bad for loop variable";
    case "deep":
      return "Out of space";
    case "other":
      return `Syntax error: ${problem.text}`;
  }
}

const DASH_UNCLOSED: Readonly<Record<string, string>> = {
  "}": "Syntax error: Missing '}'",
  "`": "Syntax error: EOF in backquote substitution",
};

/** A token as dash and busybox name it: words are just words. */
function tokenName(token: string): string {
  if (token === "newline") return token;
  return !/^[|&;()<>{}]/.test(token) && !RESERVED.has(token) ? "word" : `"${token}"`;
}

function expectation(expecting: string | undefined): string {
  return expecting === undefined ? "" : ` (expecting "${expecting}")`;
}

const RESERVED = new Set(["if", "then", "else", "elif", "fi", "for", "while", "until", "do", "done", "case", "esac", "in"]);

function ashText(problem: Problem): string {
  switch (problem.kind) {
    case "unexpected":
      return `syntax error: unexpected ${tokenName(problem.token)}${expectation(problem.expecting)}`;
    case "end":
      return `syntax error: unexpected end of file${expectation(problem.expecting)}`;
    case "unclosed":
      return problem.closer === "`" ? "syntax error: EOF in backquote substitution" : "syntax error: unterminated quoted string";
    case "bad-name":
      return "syntax error: bad function name";
    case "deep":
      return "out of memory";
    case "other":
      return `syntax error: ${problem.text}`;
  }
}
