import type { Program } from "../../program.ts";
import { chattr, lsattr, shred, sync } from "./attributes.ts";
import { du } from "./du.ts";
import { file } from "./file/file.ts";
import { install } from "./install.ts";
import { which } from "./which.ts";

/** Looking at files and destroying them: file, du, install, shred, which, whereis, chattr, lsattr, sync, tree. */
export const inspectPrograms: readonly Program[] = [chattr, du, file, install, lsattr, shred, sync, which];
