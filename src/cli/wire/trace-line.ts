import type { SeenPacket, Sight } from "../../steward/verbs/api.ts";

/** What the engine saw and did, in a line for people. */
export function traceLine(sight: Sight): string {
  switch (sight.sight) {
    case "log":
      return sight.text;
    case "lost":
      return `${sight.count} more were seen than could be shown`;
    case "packet":
      return `${fromTo(sight)}  ${happened(sight)}`;
  }
}

const PROTOCOLS: Readonly<Record<number, string>> = { 1: "icmp", 6: "tcp", 17: "udp", 58: "icmpv6" };

function fromTo({ event }: SeenPacket): string {
  const { protocol, from, fromPort, to, toPort } = event;
  const hasPorts = protocol === 6 || protocol === 17;
  const end = (address: string, port: number) => {
    if (!hasPorts) return address;
    return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
  };
  return `${end(from, fromPort)} > ${end(to, toPort)} ${PROTOCOLS[protocol] ?? `protocol ${protocol}`}`;
}

function happened({ event, pattern, weight, answer }: SeenPacket): string {
  switch (event.kind) {
    case "unused-port":
      return "asks for a port that nobody listens on";
    case "proof":
      return `really is at its address: it answered ${event.detail === 1 ? "the tarpit" : "a banner's connection"}`;
    case "odd-flags":
      return `has flags that no stack sends (${flagNames(event.flags)})`;
    case "land-dropped":
      return "LAND: dropped";
    case "land-dead":
      return `LAND: the host is dead to ${event.mac} for a minute`;
    case "pattern":
      return `matches ${pattern ?? "a pattern that is no more"}${weight === undefined ? "" : `, weight ${weight}`}: ${ANSWERS[answer ?? "observe"]}`;
  }
}

const ANSWERS = {
  observe: "only seen",
  drop: "dropped",
  reply: "nonsense instead of an answer",
  handOver: "handed over",
  tarpit: "held",
} as const;

/** RFC 9293 §3.1, from the lowest bit on. */
const FLAGS = ["FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"];

function flagNames(flags: number): string {
  return FLAGS.filter((_, bit) => ((flags >> bit) & 1) === 1).join(" ") || "none";
}
