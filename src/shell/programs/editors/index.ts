import type { Program } from "../../program.ts";

/** Pagers and editors: less, more, vi, nano. */
export const editorPrograms: readonly Program[] = [];
