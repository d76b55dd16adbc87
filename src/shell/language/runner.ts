import type { Execution } from "../program.ts";
import type { Shell } from "./shell.ts";
import type { Node, Script } from "./syntax.ts";

/** The interpreter, handed to the parts of it that need the whole. */
export interface Runner {
  runNode(shell: Shell, node: Node, source?: string): Execution;
  runScript(shell: Shell, script: Script): Execution;
}
