import { loadPatterns, type Pattern } from "../../src/patterns/index.ts";

/** docs/patterns.md: every wire pattern, a family a section. */
export function patternsPage(): string {
  const { patterns } = loadPatterns();
  const families = Map.groupBy(patterns, ({ id }) => id.split(".")[0] ?? "");
  return [
    "# Wire patterns",
    "",
    `${patterns.length} patterns by which a single packet shows that its sender is hostile, or a scanner. This page is made from \`signatures/wire/\`;`,
    "`signatures/README.md` says how the files are written, and `src/patterns/tables.ts` how the kernel reads them.",
    "",
    "What is matched is one packet, as it is on the wire: its headers and the first 256 bytes of its payload. What is split over several packets, compressed,",
    "encrypted or fragmented is not seen. A packet that several patterns match gets the strongest of their answers. Where a real service listens, the answer is",
    "`observe` until the source is suspect, but for packets that no real service could answer.",
    "",
    "- **answer**: observe (nothing but an event), drop, reply (a meaningless answer), handOver (to a decoy), tarpit.",
    "- **points**: how much suspicion it raises where the sender's address is proven.",
    "",
    "## What an answer does",
    "",
    "- **drop**: the packet reaches nobody, however often it is sent again.",
    "- **reply** to a datagram or an echo: it becomes its own answer, never larger than itself, at most five a second for a source and a thousand in all.",
    "- **reply** to a segment of a real server's connection: the server gets an RST that fits exactly, so its socket is gone at once, without TIME-WAIT. The client",
    "  gets the nonsense and the connection's end; what it sends until it has closed its own side is acknowledged, and no RST is seen. A client whose address is not",
    "  proved by the numbers of both sides gets no more bytes than it sent. At an unused port that has an answer of its own, that answer is the nonsense.",
    "- **tarpit**: the server's socket goes the same way; the client has one byte acknowledged and finds the window closed, as often as it knocks.",
    "  Nothing is kept for it: a suspect's data to a listening port outside of any connection always meets a closed window.",
    "- **handOver**: both sides of the connection end, and the source is suspect for ten minutes, unless somebody forgives it: its next connection lands in the decoy",
    "  of that port. Only a segment that fits both sides' numbers does that, so nobody can do it in another's name. What a suspect says to a decoy is observed.",
    "- Tarpit and handOver are for connections: a SYN, and a segment of no connection, are only observed.",
    "",
    "Where the engine sits at XDP, a program at tc does all this for connections of real servers, since a socket's numbers cannot be read below it.",
    "",
    "Not understood, so passed as they are: fragments, IPv4 options, IPv6 extension headers, VLAN tags, tunnels. IPv4 and IPv6 get the same answers.",
    "",
    ...[...families].flatMap(([family, own]) => section(family, own)),
  ].join("\n");
}

function section(family: string, patterns: readonly Pattern[]): readonly string[] {
  return [
    `## ${family}`,
    "",
    "| pattern | where | what | answer | points | described in | who else sends it |",
    "|---|---|---|---|---|---|---|",
    ...patterns.map(row),
    "",
  ];
}

function row(pattern: Pattern): string {
  const { id, about, answer, weight, reference, falsePositives } = pattern;
  const cells = [`\`${id}\``, place(pattern), cell(about), answer, String(weight), cell(reference), cell(falsePositives)];
  return `| ${cells.join(" | ")} |`;
}

const MOST_PORTS = 6;

function place({ protocols, families, ports }: Pattern): string {
  const protocol = protocols.length > 2 ? "IP" : protocols.join(", ");
  const version = families.length === 1 && !protocol.startsWith("icmp") ? ` over ${families.join("")}` : "";
  const ranges = ports.map(({ from, to }) => (from === to ? String(from) : `${from}-${to}`));
  return `${protocol}${version} ${ranges.slice(0, MOST_PORTS).join(", ")}${ranges.length > MOST_PORTS ? " ..." : ""}`.trim();
}

/** Text within a table. */
function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("<", "&lt;");
}
