import type { Program } from "../../program.ts";
import { cmp } from "./cmp.ts";
import { column } from "./column.ts";
import { diff } from "./diff/diff.ts";
import { look } from "./look.ts";
import { tsort } from "./tsort.ts";

/** Comparing files and laying out lines: cmp, diff, patch, column, pr, look, tsort. */
export const comparePrograms: readonly Program[] = [look, cmp, column, diff, tsort];
