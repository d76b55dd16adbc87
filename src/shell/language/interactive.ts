import type { Execution } from "../program.ts";
import type { Shell } from "./shell.ts";
import { runStandardInput } from "./standard-input.ts";

export function* interactiveLoop(shell: Shell): Execution {
  return yield* runStandardInput(shell);
}
