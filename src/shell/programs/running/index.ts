import type { Program } from "../../program.ts";
import { bc } from "./bc/bc.ts";
import { factor } from "./factor.ts";
import { numfmt } from "./numfmt.ts";
import { shuf } from "./shuf.ts";

/** Running others, and computing: bc, factor, getopt, numfmt, shuf, watch. */
export const runningPrograms: readonly Program[] = [bc, factor, numfmt, shuf];
