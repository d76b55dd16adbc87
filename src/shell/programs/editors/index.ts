import type { Program } from "../../program.ts";

/** Pagers and editors. */
export const editorPrograms: readonly Program[] = [];
