import type { Program } from "../../program.ts";

/** Archives and compressed files, copying and cutting: tar, gzip, bzip2, xz, cpio, dd, split, csplit. */
export const archivePrograms: readonly Program[] = [];
