import { runNft as run } from "../../engine/queue-table.ts";

/** Why nft refused what it was given, as a part of a sentence; undefined: it was done, whole. */
export async function runNft(text: string): Promise<string | undefined> {
  const said = await run(text);
  if (said === undefined) return undefined;
  // `/dev/stdin:12:3-9: Error: Could not process rule: No such file or directory`: without where.
  return said.startsWith("there is no nft") ? said : `nft refuses it: ${said.replace(/^\S+: Error: /, "") || "it does not say why"}`;
}
