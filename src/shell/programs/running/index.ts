import type { Program } from "../../program.ts";

/** Running others, and computing: bc, factor, getopt, numfmt, shuf, watch. */
export const runningPrograms: readonly Program[] = [];
