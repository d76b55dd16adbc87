import { formatTime, zoneOf } from "../time-format.ts";
import type { GzipRun } from "./gzip.ts";
import type { GzipTotals } from "./gzip-flow.ts";
import { ratio } from "./ratio.ts";

/** gzip -l. */
export function listHeading(verbose: boolean): string {
  return `${verbose ? "method  crc     date  time  " : ""}         compressed        uncompressed  ratio uncompressed_name\n`;
}

export function listLine(totals: GzipTotals & { readonly name: string }, of: { readonly run: GzipRun; readonly modifyMs: number }): string {
  const { process } = of.run;
  const date = formatTime("%b %e %H:%M", of.modifyMs || process.system.now().wallMs, zoneOf(process));
  const detail = of.run.has("v") ? `defla ${totals.crc.toString(16).padStart(8, "0")} ${date} ` : "";
  const sizes = `${String(totals.fileBytes).padStart(19)} ${String(totals.plainBytes).padStart(19)}`;
  return `${detail}${sizes} ${ratio(totals.plainBytes, totals.packedBytes)} ${totals.name}\n`;
}
