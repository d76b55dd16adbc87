import { spawn } from "node:child_process";
import { systemProgram } from "../../engine/network-programs.ts";

const LONGEST_MS = 10_000;

/** Why nft refused what it was given; undefined: it was done. */
export function runNft(text: string): Promise<string | undefined> {
  const path = systemProgram("nft");
  if (path === undefined) return Promise.resolve(NO_NFT);
  return new Promise((resolve) => {
    const child = spawn(path, ["-f", "-"], { stdio: ["pipe", "ignore", "pipe"], timeout: LONGEST_MS, env: {} });
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      said += chunk.slice(0, MOST_SAID);
    });
    child.stdin.on("error", () => undefined);
    child.once("error", (error) => resolve(`nft cannot be started: ${error.message}`));
    child.once("close", (code) => resolve(code === 0 ? undefined : `nft refuses it: ${firstLine(said)}`));
    child.stdin.end(text);
  });
}

const MOST_SAID = 4096;

export const NO_NFT = "nft is missing (Debian's package nftables)";

/** `/dev/stdin:12:3-9: Error: Could not process rule: No such file or directory`: without where. */
function firstLine(said: string): string {
  return (said.split("\n", 1)[0] ?? "").replace(/^\S+: Error: /, "") || "it does not say why";
}
