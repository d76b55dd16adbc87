import type { Program } from "../../program.ts";

/** Looking at files and destroying them: file, du, install, shred, which, whereis, chattr, lsattr, sync, tree. */
export const inspectPrograms: readonly Program[] = [];
