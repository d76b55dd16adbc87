import { textOf } from "../../views/files.ts";
import { liveFiles } from "./live-files.ts";

/** Packets that went out since the interfaces came up. */
export interface PacketCounters {
  readonly loopback: number;
  readonly others: number;
}

/** Of this moment; undefined: not readable. */
export function readPacketCounters(): PacketCounters | undefined {
  const text = textOf(liveFiles(), "/proc/net/dev");
  return text === undefined ? undefined : parsePacketCounters(text);
}

/**
 * net/core/net-procfs.c, two lines of headings, then
 *   NAME: rx bytes packets errs drop fifo frame compressed multicast, tx bytes packets errs drop fifo colls carrier compressed
 */
export function parsePacketCounters(text: string): PacketCounters {
  const counters = { loopback: 0, others: 0 };
  for (const [, name = "", numbers = ""] of text.matchAll(/^ *([^\s:]+): *([\d ]+)$/gm)) {
    const sent = Number(numbers.trim().split(/ +/)[9] ?? 0);
    counters[name === "lo" ? "loopback" : "others"] += Number.isSafeInteger(sent) ? sent : 0;
  }
  return counters;
}
