import { printedBy } from "../../engine/network-programs.ts";
import { TABLE as DELAY_TABLE } from "../../engine/queue-table.ts";
import { TABLE, withoutTable } from "./ruleset.ts";
import { runNft } from "./run-nft.ts";

/** Tables of ours that stand now, each such as `table inet utsusemi`. */
export async function standingTables(): Promise<readonly string[]> {
  const all = [`table ${TABLE}`, `table inet ${DELAY_TABLE}`];
  const isThere = await Promise.all(all.map(async (name) => (await printedBy("nft", "list", ...name.split(" "))) !== undefined));
  return all.filter((_, index) => isThere[index]);
}

/** Takes away the table of decoys elsewhere, also of a steward that died. */
export async function removeTable(): Promise<void> {
  if ((await standingTables()).includes(`table ${TABLE}`)) await runNft(withoutTable());
}
