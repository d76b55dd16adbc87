import type { Program } from "../../program.ts";
import { cmp } from "./cmp.ts";
import { column } from "./column.ts";
import { diff } from "./diff/diff.ts";
import { tsort } from "./tsort.ts";

/** Comparing files and laying out lines: cmp, diff, patch, column, pr, look, tsort. */
export const comparePrograms: readonly Program[] = [cmp, column, diff, tsort];
