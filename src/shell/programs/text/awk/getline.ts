import type { Execution } from "../../../program.ts";
import type { Interpreter } from "./interpreter.ts";
import type { Expression, Target } from "./syntax.ts";
import { Field, type Value } from "./values.ts";
import { toInteger } from "./variables.ts";

/** getline in its forms: 1 with a record, 0 at the end, -1 when there is nothing to read from. */
export function* getline(awk: Interpreter, { from, source, target }: Expression & { kind: "getline" }): Execution<Value> {
  if (from === "main" || source === undefined) {
    const record = yield* awk.input.next();
    return record === undefined ? 0 : yield* take(awk, record, target);
  }
  const separator = awk.variables.text("RS").charAt(0) || "\n";
  const got = yield* awk.streams.read(from, awk.text(yield* awk.evaluate(source)), separator);
  if (typeof got === "string") return got === "end" ? 0 : -1;
  const record = got.line.endsWith(separator) ? got.line.slice(0, -1) : got.line;
  if (from === "command") count(awk);
  return yield* take(awk, record, target);
}

function* take(awk: Interpreter, record: string, target: Target | undefined): Execution<Value> {
  if (target === undefined) awk.variables.setRecord(record);
  else yield* awk.assign(target, new Field(record));
  return 1;
}

function count(awk: Interpreter): void {
  const cell = awk.variables.cell("NR");
  cell.value = toInteger(cell.value) + 1;
}
