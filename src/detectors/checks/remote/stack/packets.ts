import { heardText, openPorts } from "../../../views/exchanges.ts";
import type { PacketView, RemoteView } from "../../../views/remote-view.ts";

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

/** The system that the banners claim; undefined: none does, or they disagree. */
export function claimedSystem(view: RemoteView): "windows" | "linux" | undefined {
  const greetings = openPorts(view).flatMap(({ exchanges }) => exchanges.map(heardText));
  const isWindows = greetings.some((text) => WINDOWS.test(text.slice(0, 512)));
  const isLinux = greetings.some((text) => LINUX.test(text.slice(0, 512)));
  if (isWindows === isLinux) return undefined;
  return isWindows ? "windows" : "linux";
}
