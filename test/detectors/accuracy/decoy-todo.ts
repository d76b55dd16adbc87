import { readFileSync } from "node:fs";
import { join } from "node:path";
import { idsShownBy, type Judged } from "./judged.ts";

export const decoyTodoFile = join(import.meta.dirname, "decoy-todo.txt");

/** What still gives our decoys away: `PERSONA CHECK` or `PERSONA tool.TOOL`, a line each. The file is the decoys' list of what is to be done, and only shrinks. */
export function decoyTodo(all: readonly Judged[]): readonly string[] {
  return all
    .filter(({ subject }) => subject.group === "decoy, real persona")
    .flatMap((one) => [...idsShownBy(one).filter((id) => !TIMED.test(id)), ...toolsThatSee(one)].map((id) => `${one.subject.name} ${id}`))
    .sort();
}

/** What depends on how busy this machine is, so that a list of it would change with the weather. */
const TIMED = /^(?:rtt|tempo|clock)\./;

function toolsThatSee({ detection }: Judged): readonly string[] {
  return detection.known.filter(({ verdict }) => verdict.sees === "honeypot").map(({ id }) => `tool.${id}`);
}

export function writtenTodo(): readonly string[] {
  return readFileSync(decoyTodoFile, "utf8").split("\n").filter(Boolean);
}
