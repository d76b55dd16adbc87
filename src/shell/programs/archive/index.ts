import type { Program } from "../../program.ts";
import { gunzip, gzip, zcat } from "./gzip.ts";

/** Archives and compressed files, copying and cutting: tar, gzip, bzip2, xz, cpio, dd, split, csplit. */
export const archivePrograms: readonly Program[] = [gunzip, gzip, zcat];
