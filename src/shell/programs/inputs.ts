import { explain } from "../errno.ts";
import type { Execution, Process } from "../program.ts";
import { quoteInMessage } from "./quoting.ts";

/** How a program words what it says of a file that it cannot open or read. */
export type InputMessage = (path: string, reason: string) => string;

export const plainMessage: InputMessage = (path, reason) => `${quoteInMessage(path)}: ${reason}`;

/** Opens a file for reading, `-` being standard input; on failure complains and gives undefined. */
export function* openOr(process: Process, path: string, message: InputMessage = plainMessage): Execution<number | undefined> {
  if (path === "-") return 0;
  const fd = process.open(path, { read: true });
  if (typeof fd === "number") return fd;
  yield* process.fail(process.flavour === "busybox" ? `${path}: ${explain(fd)}` : message(path, explain(fd)));
  return undefined;
}

/** Closes an input; a read error is told, and gives false. */
export function* closeInput(process: Process, fd: number, complaint: { path: string; message?: InputMessage }): Execution<boolean> {
  const error = process.lastError(fd);
  if (fd !== 0) process.close(fd);
  if (error === undefined) return true;
  yield* process.fail((complaint.message ?? plainMessage)(complaint.path, explain({ errno: error })));
  return false;
}

/** All of a file at once, or undefined after a complaint. */
export function* readWhole(process: Process, path: string, message: InputMessage = plainMessage): Execution<string | undefined> {
  const fd = yield* openOr(process, path, message);
  if (fd === undefined) return undefined;
  const text = yield* process.readAll(fd);
  return (yield* closeInput(process, fd, { path, message })) ? text : undefined;
}
