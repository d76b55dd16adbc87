import type { Program } from "../../program.ts";
import { csplit } from "./csplit.ts";
import { dd } from "./dd.ts";
import { gunzip, gzip, zcat } from "./gzip.ts";
import { split } from "./split.ts";
import { tar } from "./tar/tar.ts";

/** Archives and compressed files, copying and cutting: tar, gzip, bzip2, xz, cpio, dd, split, csplit. */
export const archivePrograms: readonly Program[] = [csplit, dd, gunzip, gzip, split, tar, zcat];
