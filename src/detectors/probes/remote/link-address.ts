import { readFileSync } from "node:fs";

/** The hardware address that the kernel knows for an IPv4 address on its own link, after having spoken with it; undefined: it is further away. */
export function linkAddressOf(address: string, table = neighbours()): string | undefined {
  const row = table.split("\n").find((line) => line.startsWith(`${address} `));
  const found = /\b([0-9a-f]{2}(?::[0-9a-f]{2}){5})\b/i.exec(row ?? "")?.[1]?.toLowerCase();
  return found === "00:00:00:00:00:00" ? undefined : found;
}

function neighbours(): string {
  try {
    return readFileSync("/proc/net/arp", "latin1");
  } catch (error) {
    if (error instanceof Error && "code" in error) return "";
    throw error;
  }
}
