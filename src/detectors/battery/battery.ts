import { fileCommands } from "./file-commands.ts";
import { procCommands } from "./proc-commands.ts";
import { shellCommands } from "./shell-commands.ts";
import { toolCommands } from "./tool-commands.ts";

/**
 * The battery of shell commands, as data. Each is a line for `sh -c`, run in an empty folder of its own, with nothing on standard input, the
 * locale C, and a limit of time. The answers are either the same on every Unix (POSIX, mathematics) or agree with each other; the checks
 * know how. No command changes anything outside its folder, and none sends a packet beyond the loopback.
 */
export interface BatteryCommand {
  /** Part of the transcript: lower case, digits, dots and dashes. */
  readonly id: string;
  readonly line: string;
  /** Programs without which the question makes no sense: then its status is `NOT_ASKED`. */
  readonly needs?: readonly string[];
  /** Cut off after so long; whole seconds, 5 unless told. */
  readonly seconds?: number;
  /** Sleeps or takes its time: runs beside the others. */
  readonly overlapped?: boolean;
}

/** Exit status of a command that could not be asked here: a program is missing, or /proc is. */
export const NOT_ASKED = 77;
/** Exit status of a command that was cut off, as `timeout` has it. */
export const CUT_OFF = 124;

export const battery: readonly BatteryCommand[] = [...shellCommands, ...fileCommands, ...procCommands, ...toolCommands];
