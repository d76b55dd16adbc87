import type { Program } from "../program.ts";
import { cat } from "./basic/cat.ts";
import { sleep } from "./basic/sleep.ts";
import { trueProgram } from "./basic/true.ts";
import { yes } from "./basic/yes.ts";

/** Every program there is, one line each; a persona's `commands` decide which of them exist on its system. */
export const programs: readonly Program[] = [cat, sleep, trueProgram, yes];
