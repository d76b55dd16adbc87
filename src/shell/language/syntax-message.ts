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
    case "unexpected": {
      const token =
        problem.token === "newline"
          ? "newline"
          : !/^[|&;()<>{}]/.test(problem.token) && !RESERVED.has(problem.token)
            ? "word"
            : `"${problem.token}"`;
      return `Syntax error: ${token} unexpected${problem.expecting === undefined ? "" : ` (expecting "${problem.expecting}")`}`;
    }
    case "end":
      return `Syntax error: end of file unexpected${problem.expecting === undefined ? "" : ` (expecting "${problem.expecting}")`}`;
    case "unclosed":
      return problem.closer === "}"
        ? "Syntax error: Missing '}'"
        : problem.closer === "`"
          ? "Syntax error: EOF in backquote substitution"
          : "Syntax error: Unterminated quoted string";
    case "bad-name":
      return problem.name === "" || !/[()]/.test(problem.name) ? "Syntax error: Bad for loop variable" : "Syntax error: Bad function name";
    case "deep":
      return "Out of space";
    case "other":
      return `Syntax error: ${problem.text}`;
  }
}

const RESERVED = new Set(["if", "then", "else", "elif", "fi", "for", "while", "until", "do", "done", "case", "esac", "in"]);

function ashText(problem: Problem): string {
  switch (problem.kind) {
    case "unexpected":
      return `syntax error: unexpected ${problem.token === "newline" ? "newline" : !/^[|&;()<>{}]/.test(problem.token) && !RESERVED.has(problem.token) ? "word" : `"${problem.token}"`}${problem.expecting === undefined ? "" : ` (expecting "${problem.expecting}")`}`;
    case "end":
      return `syntax error: unexpected end of file${problem.expecting === undefined ? "" : ` (expecting "${problem.expecting}")`}`;
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
