import type { Program } from "../../program.ts";
import { groups, id, logname, whoami } from "./id.ts";
import { chpasswd, passwd } from "./passwd.ts";
import { su } from "./su.ts";
import { sudo } from "./sudo.ts";

/** Who is who, one line each. */
export const accountPrograms: readonly Program[] = [chpasswd, groups, id, logname, passwd, su, sudo, whoami];
