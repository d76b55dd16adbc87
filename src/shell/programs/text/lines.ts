import type { Execution, Process } from "../../program.ts";
import { closeInput, type InputMessage, openOr, plainMessage } from "../inputs.ts";
import { chomp, LineInput } from "../line-input.ts";
import type { Printer } from "../printer.ts";

/** One way through the lines of some files, for programs that change each line by itself. */
export interface LineWork {
  readonly paths: readonly string[];
  readonly out: Printer;
  /** What is printed for a line (given without its newline); `ended`: it had one. */
  readonly line: (text: string, ended: boolean) => string;
  readonly message?: InputMessage;
}

/** The exit status: 1 when a file could not be read. */
export function* eachLine(process: Process, work: LineWork): Execution {
  const message = work.message ?? plainMessage;
  let status = 0;
  for (const path of work.paths.length === 0 ? ["-"] : work.paths) {
    const fd = yield* openOr(process, path, message);
    if (fd === undefined) {
      status = 1;
      continue;
    }
    const input = new LineInput(process, fd);
    for (let line = yield* input.next(); line !== undefined; line = yield* input.next()) {
      yield* work.out.add(work.line(chomp(line), line.endsWith("\n")));
      yield* process.charge(line.length >> 6);
    }
    if (!(yield* closeInput(process, fd, { path, message }))) status = 1;
  }
  return status;
}
