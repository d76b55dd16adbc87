import { printedBy } from "../../engine/network-programs.ts";
import { TABLE, withoutTable } from "./ruleset.ts";
import { runNft } from "./run-nft.ts";

/** Takes away what a steward left that died. True: there was something. */
export async function removeTable(): Promise<boolean> {
  const isThere = (await printedBy("nft", "list", "table", ...TABLE.split(" "))) !== undefined;
  return isThere && (await runNft(withoutTable())) === undefined;
}
