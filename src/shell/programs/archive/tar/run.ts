import type { Execution, Process } from "../../../program.ts";
import type { TarRequest } from "./request.ts";

/** One run of tar: what was asked, and what went wrong so far. */
export class TarRun {
  readonly process: Process;
  readonly request: TarRequest;
  failed = false;
  readonly #told = new Set<string>();

  constructor(process: Process, request: TarRequest) {
    this.process = process;
    this.request = request;
  }

  /** Tells of a failure, and goes on. */
  *complain(message: string): Execution<void> {
    this.failed = true;
    yield* this.process.fail(message);
  }

  /** Tells something once. */
  *mention(message: string): Execution<void> {
    if (this.#told.has(message)) return;
    this.#told.add(message);
    yield* this.process.fail(message);
  }

  /** A member's line with -v: beside the archive's own bytes. */
  *tell(line: string, fd: number): Execution<void> {
    if (this.request.verbose > 0) yield* this.process.write(fd, `${line}\n`);
  }

  *finish(): Execution {
    if (!this.failed) return 0;
    return yield* this.process.fail("Exiting with failure status due to previous errors", FATAL);
  }

  *abandon(message: string): Execution {
    yield* this.process.fail(message);
    return yield* this.process.fail("Error is not recoverable: exiting now", FATAL);
  }
}

export const FATAL = 2;
