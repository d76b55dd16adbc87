import { heardText, openPorts } from "../../../views/exchanges.ts";
import type { Exchange, PacketView, RemoteView } from "../../../views/remote-view.ts";

/** Answers of packets of one kind (`syn`, `null`, `random-syn`), with the port that was asked. */
export type Answered = NonNullable<PacketView["answer"]> & { readonly port: number };

export function answersOf(view: RemoteView, kind: string): readonly Answered[] | undefined {
  const asked = view.packets?.filter(({ stimulus }) => stimulus === kind || stimulus.startsWith(`${kind}:`));
  if (asked === undefined || asked.length === 0) return undefined;
  return asked.flatMap(({ stimulus, answer }) => (answer === undefined ? [] : [{ ...answer, port: Number(stimulus.split(":")[1] ?? 0) }]));
}

/** SYN-ACKs of open ports. Undefined: no packets were read. */
export function synAcks(view: RemoteView): readonly Answered[] | undefined {
  return answersOf(view, "syn")?.filter(({ flags }) => flags === "SA");
}

/** The TTL that a packet set out with: systems use 32, 64, 128 or 255, and no path is over 32 hops long. */
export function firstTtl(ttl: number): number {
  return [32, 64, 128, 255].find((start) => ttl <= start) ?? 255;
}

/** The names of TCP options in order: `mss,sackOK,ts,nop,wscale`. */
export function optionNames(options: string): string {
  return options
    .split(",")
    .filter((one) => one !== "")
    .map((one) => one.split("=")[0] ?? one)
    .join();
}

const WINDOWS = /Windows|Microsoft|\bIIS\b|Win32/i;
const LINUX = /Debian|Ubuntu|Linux|CentOS|Red Hat|Rocky|Raspbian|Fedora|SUSE|Alpine|OpenWrt|dropbear/i;

/** The system that greetings and Server headers claim; undefined: none does, or they disagree. (Other answers may repeat what we said.) */
export function claimedSystem(view: RemoteView): "windows" | "linux" | undefined {
  const claims = openPorts(view).flatMap(({ exchanges }) => exchanges.map(claimOf));
  const isWindows = claims.some((text) => WINDOWS.test(text));
  const isLinux = claims.some((text) => LINUX.test(text));
  if (isWindows === isLinux) return undefined;
  return isWindows ? "windows" : "linux";
}

function claimOf(exchange: Exchange): string {
  const text = heardText(exchange).slice(0, 2048);
  return exchange.stimulus === "null" ? text.slice(0, 512) : (/^HTTP\/[\s\S]*?\r\nServer: ([^\r\n]*)/i.exec(text)?.[1] ?? "");
}
