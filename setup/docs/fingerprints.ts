import { type Fingerprint, loadFingerprints, type Product, type Sign } from "../../src/detectors/fingerprints/index.ts";

const { products, all, stimuli } = loadFingerprints();

/** docs/fingerprints.md: every fingerprint of a known honeypot, a product a section. */
export function fingerprintsPage(): string {
  const never = all.filter(({ alsoReal }) => alsoReal === "never").length;
  const local = all.filter(({ side }) => side === "local").length;
  return [
    "# Fingerprints of known honeypots",
    "",
    `${all.length} signs of ${products.length} products: ${all.length - local} are seen from outside with ${stimuli.length} questions, ${local} on the host itself. ${never} are shown by no`,
    "real product, as far as is known; the others count only together with others of the same product. Detectors look for them, and disguises show",
    "them. This page is made from `signatures/honeypots/`; `signatures/README.md` says how the files are written.",
    "",
    "- **show**: how safe it is to show beside real services. A: static bytes; B: a few states; C: a whole protocol; H: something on the host.",
    "- **real**: whether a real product of any age shows the same, and why.",
    "- **times**: how many times likelier on a honeypot than on an ordinary host.",
    "- **named by**: public tools that name the product when they see it.",
    "",
    ...products.flatMap(section),
  ].join("\n");
}

function section({ title, id, about, source, fingerprints }: Product): readonly string[] {
  return [
    `## ${title}`,
    "",
    `${cell(about)} File \`${id}.yaml\`; source: ${cell(source)}.`,
    "",
    "| fingerprint | where | what | show | real | times | named by |",
    "|---|---|---|---|---|---|---|",
    ...fingerprints.map(row),
    "",
  ];
}

function row(entry: Fingerprint): string {
  const { id, show, alsoReal, because, ratio, fires } = entry;
  const cells = [`\`${id}\``, place(entry), what(entry), show, `${alsoReal}: ${cell(because)}`, String(ratio), cell(fires.join(", "))];
  return `| ${cells.join(" | ")} |`;
}

const MOST_PORTS = 6;

function place({ side, protocol, transport, ports, sign, versions }: Fingerprint): string {
  const when = versions === "all" ? "" : `; versions ${cell(versions)}`;
  if (side === "local") return `host${when}`;
  if (sign.kind === "ports") return `open ports${when}`;
  const listed = ports.length > MOST_PORTS ? `${ports.slice(0, MOST_PORTS).join(", ")} ...` : ports.join(", ");
  return `${protocol} ${listed}${transport === "udp" ? " (UDP)" : ""}${when}`;
}

function what({ about, sign, stimulus }: Fingerprint): string {
  const asked = stimulus === undefined || stimulus === "null" ? "" : `to \`${cell(stimulus.replace(/^fingerprint\./, ""))}\`: `;
  return `${about === "" ? "" : `${cell(about)} `}${asked}${told(sign)}`;
}

function told(sign: Sign): string {
  switch (sign.kind) {
    case "bytes":
      return sign.pattern.length === 0 ? "" : code(sign.pattern.map((part) => ("bytes" in part ? printable(part.bytes) : "…")).join(""));
    case "offer":
      return offered(sign);
    case "certificate":
      return code(
        [
          ...Object.entries(sign.subject).map(([name, value]) => `${name}=${value}`),
          ...(sign.serial ? [`serial ${sign.serial}`] : []),
        ].join(", "),
      );
    case "ports":
      return `${Math.round(sign.similar * 100)} % of ${sign.ports.join(", ")}`;
    case "body":
      return `body with SHA-256 \`${sign.sha256}\``;
    case "artefact":
      return artefact(sign);
  }
}

function offered({ claims, hassh, has, lacks }: Extract<Sign, { kind: "offer" }>): string {
  const names = (lists: object) => Object.values(lists).map((name) => code(String(name)));
  return [
    ...(hassh === undefined ? [] : [`HASSH-server \`${hassh}\``]),
    ...names(has).map((name) => `offers ${name}`),
    ...names(lacks).map((name) => `lacks ${name}`),
    ...(claims === "" ? [] : [`under ${code(claims)}`]),
  ].join(", ");
}

function artefact({ path, holds, command, prints, process: program }: Extract<Sign, { kind: "artefact" }>): string {
  const where = path === undefined ? (command === undefined ? `a process named ${code(program ?? "")}` : code(command)) : code(path);
  const has = holds ?? prints;
  return has === undefined ? where : `${where} has ${code(has)}`;
}

const MOST = 90;

/** Bytes as one reads them in a C string, cut where the page would grow too wide. */
function printable(bytes: Uint8Array): string {
  const text = [...bytes.subarray(0, MOST)].map(readable).join("");
  return bytes.length > MOST ? `${text}…` : text;
}

const NAMED: Readonly<Record<number, string>> = { 10: "\\n", 13: "\\r", 92: "\\\\" };

function readable(byte: number): string {
  const plain = byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, "0")}`;
  return NAMED[byte] ?? plain;
}

function code(text: string): string {
  const fence = text.includes("`") ? "``" : "`";
  return `${fence}${cell(text)}${fence}`;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}
