import type { Program } from "../../program.ts";

/** Programs for archives and compressed files. */
export const archivePrograms: readonly Program[] = [];
