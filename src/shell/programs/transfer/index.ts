import type { Program } from "../../program.ts";
import { curl } from "./curl.ts";
import { ftpget, ftpput } from "./ftpget.ts";
import { tftp } from "./tftp.ts";
import { wget } from "./wget.ts";

/** What would fetch or send files, one line each; nothing is fetched. */
export const transferPrograms: readonly Program[] = [curl, ftpget, ftpput, tftp, wget];
