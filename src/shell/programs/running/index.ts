import type { Program } from "../../program.ts";
import { bc } from "./bc/bc.ts";
import { factor } from "./factor.ts";
import { getopt } from "./getopt.ts";
import { numfmt } from "./numfmt.ts";
import { shuf } from "./shuf.ts";
import { watch } from "./watch.ts";

/** Running others, and computing: bc, factor, getopt, numfmt, shuf, watch. */
export const runningPrograms: readonly Program[] = [getopt, watch, bc, factor, numfmt, shuf];
