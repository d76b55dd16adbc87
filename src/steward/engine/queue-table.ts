import { spawn, spawnSync } from "node:child_process";
import { isIPv4 } from "node:net";
import { addressBytes } from "./layout.ts";
import { systemProgram } from "./network-programs.ts";

/**
 * The nftables table that sends what leaves for suspects through a queue of ours. It stays when this process is killed: the rules bypass a queue
 * that nobody reads, elements go by themselves after a minute, and the next start takes the table away.
 */
export const TABLE = "utsusemi_delay";
const HELD = "60s";
/** Sets of nftables are written whole: more than the newest of these would keep a processor busy. */
export const MOST_SUSPECTS = 4096;

export interface QueueTable {
  readonly interfaces: readonly string[];
  readonly queue: number;
}

/** Behind the firewall's own rules. Neighbour discovery and multicast listeners (ICMPv6 from type 130 on) are never late. */
export function tableScript({ interfaces, queue }: QueueTable): string {
  const names = interfaces.map((name) => JSON.stringify(name)).join(", ");
  return `${removalScript()}table inet ${TABLE} {
  set four { type ipv4_addr; flags timeout; }
  set six { type ipv6_addr; flags interval, timeout; }
  chain out {
    type filter hook output priority 300; policy accept;
    meta l4proto 58 icmpv6 type >= 130 accept
    oifname { ${names} } ip daddr @four queue num ${queue} bypass
    oifname { ${names} } ip6 daddr @six queue num ${queue} bypass
  }
}
`;
}

/** Whether it was there is no matter; where there is no nft there is no table. */
export function removeTable(): void {
  const path = systemProgram("nft");
  if (path !== undefined)
    spawnSync(path, ["-f", "-"], { input: removalScript(), stdio: ["pipe", "ignore", "ignore"], timeout: LONGEST_MS });
}

function removalScript(): string {
  return `add table inet ${TABLE}\ndelete table inet ${TABLE}\n`;
}

/** Makes these sources, and no others, the suspects, for a minute. Where a network stands, its addresses need not. */
export function suspectsScript(sources: readonly string[]): string {
  return Object.entries(byFamily(sources))
    .map(([name, addresses]) => {
      const elements = addresses.map((address) => `${address} timeout ${HELD}`).join(", ");
      const added = elements === "" ? "" : `add element inet ${TABLE} ${name} { ${elements} }\n`;
      return `flush set inet ${TABLE} ${name}\n${added}`;
    })
    .join("");
}

/** Sources as sets of nftables take them: single addresses without a length, and none that lies in a network which is there as well. */
export function byFamily(sources: readonly string[]): Readonly<Record<"four" | "six", readonly string[]>> {
  const suspects = [...new Set(sources.map((source) => source.replace(/\/(?:32|128)$/, "")))];
  const networks = new Set(suspects.filter((one) => one.endsWith("/64")).map(firstHalf));
  return {
    four: suspects.filter((one) => isIPv4(one)),
    six: suspects.filter((one) => !isIPv4(one) && (one.endsWith("/64") || !networks.has(firstHalf(one)))),
  };
}

/** Of an IPv6 address, with its length or without. */
function firstHalf(source: string): string {
  return addressBytes(source.replace(/\/\d+$/, "")).toString("hex", 0, 8);
}

/** What nft said against it; undefined: it is done, whole. */
export function runNft(script: string): Promise<string | undefined> {
  const path = systemProgram("nft");
  if (path === undefined) return Promise.resolve("there is no nft (Debian's package nftables)");
  return new Promise((resolve) => {
    const nft = spawn(path, ["-f", "-"], { stdio: ["pipe", "ignore", "pipe"], timeout: LONGEST_MS });
    const said: Buffer[] = [];
    nft.stderr.on("data", (chunk: Buffer) => said.push(chunk));
    nft.once("error", (error) => resolve(error.message));
    nft.once("close", (status) => resolve(status === 0 ? undefined : (Buffer.concat(said).toString().split("\n")[0] ?? "nft failed")));
    // Where nft ends before it has read all, its status says so.
    nft.stdin.on("error", (error) => said.push(Buffer.from(error.message)));
    nft.stdin.end(script);
  });
}

const LONGEST_MS = 10_000;
