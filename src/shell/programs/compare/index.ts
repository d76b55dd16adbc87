import type { Program } from "../../program.ts";

/** Comparing files and laying out lines: cmp, diff, patch, column, pr, look, tsort. */
export const comparePrograms: readonly Program[] = [];
