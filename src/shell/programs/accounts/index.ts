import type { Program } from "../../program.ts";
import { groups, id, logname, whoami } from "./id.ts";

/** Who is who, one line each. */
export const accountPrograms: readonly Program[] = [groups, id, logname, whoami];
