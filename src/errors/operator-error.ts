import { codes, type ErrorCode } from "./codes.ts";

/**
 * Something that the operator can put right: a mistake in the configuration, a port in use, a missing right.
 * It is shown as its sentence and what to do next, never as a stack; the command ends with status 1.
 */
export class OperatorError extends Error {
  readonly code: ErrorCode;
  /** What to do next, a sentence. */
  readonly next: string;

  /** @param detail a sentence that says what is wrong, with the names and values at hand. */
  constructor(code: ErrorCode, detail: string, options: { readonly next?: string; readonly cause?: unknown } = {}) {
    super(detail, { cause: options.cause });
    this.name = "OperatorError";
    this.code = code;
    this.next = options.next ?? codes[code].next;
  }
}
