import type { Program } from "../../program.ts";

/** Programs that turn bytes into other shapes of themselves. */
export const convertPrograms: readonly Program[] = [];
