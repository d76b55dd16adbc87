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
