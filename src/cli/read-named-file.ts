import { readFileSync } from "node:fs";
import { OperatorError } from "../errors/operator-error.ts";

/** The text of a file that the operator named. */
export function readNamedFile(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new OperatorError("file-unreadable", `${file} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}.`, {
      cause,
    });
  }
}
