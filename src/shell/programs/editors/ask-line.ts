import type { Execution, Process } from "../../program.ts";
import type { RawTerminal } from "./raw-terminal.ts";

const MAX_BYTES = 256;

/** A line typed at the cursor, echoed; undefined when it was given up by escape, ^C or by erasing more than there is. */
export function* askLine(process: Process, terminal: RawTerminal): Execution<string | undefined> {
  let text = "";
  for (let key = yield* terminal.key(); key !== "\r" && key !== "\n"; key = yield* terminal.key()) {
    const next = editedAnswer(text, key);
    if (next === undefined) return undefined;
    yield* process.print(next.length < text.length ? "\b \b".repeat(text.length - next.length) : next.slice(text.length));
    text = next;
  }
  return text;
}

/** The text after one key more; undefined: given up. */
export function editedAnswer(text: string, key: string): string | undefined {
  if (key === "escape" || key === "eof" || key === "\x03") return undefined;
  if (key === "\x7f" || key === "\b") return text === "" ? undefined : text.slice(0, -1);
  if (key === "\x15") return "";
  return key >= " " && key.length === 1 && text.length < MAX_BYTES ? text + key : text;
}
