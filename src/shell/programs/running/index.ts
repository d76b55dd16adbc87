import type { Program } from "../../program.ts";

/** Programs that run others, or compute. */
export const runningPrograms: readonly Program[] = [];
