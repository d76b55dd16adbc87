import type { Program } from "../../program.ts";

/** Programs that compare files, and that lay out lines. */
export const comparePrograms: readonly Program[] = [];
