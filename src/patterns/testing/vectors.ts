import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { checkYaml, mistakeLine } from "../../shape/checked-yaml.ts";
import { choice, integer, list, object, optional, type Shape, standard, text } from "../../shape/shape.ts";
import { ipv4Bytes } from "../../wire/packets/ipv4.ts";
import type { TcpOption } from "../../wire/packets/tcp.ts";
import { patternsFolder } from "../load.ts";
import type { Circumstances } from "../packet.ts";
import type { Pattern } from "../pattern.ts";
import { buildPacket, type PacketSpec } from "./build-packet.ts";

/**
 * Packets for patterns: `matching` ones must be recognised, `near` ones come close and must not be. They are inert: they hold what is recognised and
 * nothing that would work. What a packet doesn't say is taken from its pattern: protocol, first port, first state of the flow, direction.
 */
export interface Vector {
  readonly pattern: string;
  readonly bytes: Buffer;
  readonly circumstances: Circumstances;
  /** As it was written, for messages. */
  readonly said: string;
}

export interface Vectors {
  readonly matching: readonly Vector[];
  readonly near: readonly Vector[];
}

export const vectorsFolder = join(patternsFolder, "vectors");
export const benignFolder = join(patternsFolder, "benign");

const LATIN = /^[\0-\xff]*$/;
const HEX = /^(?:[0-9a-f]{2}\s?)*$/i;
const latin = (summary: string) => text(summary, { pattern: LATIN, allowed: "text of Latin-1" });

const partFields = object("A part", {
  hex: optional(text("Bytes", { pattern: HEX, allowed: "hexadecimal bytes" })),
  text: optional(latin("Text")),
  repeat: optional(latin("Text that is repeated")),
  times: standard(integer("How often", 1, 2000), 1),
});

const partShape: Shape<Uint8Array> = {
  ...{ summary: "A part of a payload", allowed: "text, or a set with hex, or repeat and times", optional: false, standard: undefined },
  check: (value, path, problems) => {
    if (typeof value === "string" && LATIN.test(value)) return Buffer.from(value, "latin1");
    const part = partFields.check(value, path, problems);
    if (part === undefined) return undefined;
    if (part.hex !== undefined) return Buffer.from(part.hex.replace(/\s/g, ""), "hex");
    return Buffer.from((part.repeat ?? part.text ?? "").repeat(part.times), "latin1");
  },
};

const number = (max: number) => optional(integer("A number", 0, max));
const address = optional(text("An IPv4 address", { pattern: /^\d+\.\d+\.\d+\.\d+$/, allowed: "an IPv4 address" }));

const packetFields = {
  payload: standard(list("Parts of the payload", partShape, 64), []),
  protocol: optional(choice("The protocol", ["tcp", "udp", "icmp", "icmpv6"])),
  ipProtocol: number(255),
  flow: optional(choice("State of the flow", ["new", "first", "later", "stray"])),
  direction: optional(choice("Which way", ["in", "out"])),
  family: optional(choice("The version of IP", ["ipv4", "ipv6"])),
  from: address,
  to: address,
  port: number(65_535),
  fromPort: number(65_535),
  flags: optional(text("TCP flags", { pattern: /^(?:none|[FSRPAUEC]+)$/, allowed: "letters" })),
  options: optional(text("TCP options, as optionsText writes them")),
  window: number(65_535),
  sequence: number(0xffff_ffff),
  acknowledgement: number(0xffff_ffff),
  urgent: number(65_535),
  reserved: number(15),
  ttl: number(255),
  tos: number(255),
  id: number(65_535),
  fragment: number(65_535),
  icmpType: number(255),
  icmpCode: number(255),
  icmpSequence: number(65_535),
};
const packetShape = object("A packet", packetFields);
type Written = NonNullable<ReturnType<typeof packetShape.check>>;

const benignShape = object("Packets of ordinary programs", {
  packets: list("Packets", object("A packet", { who: text("Who sends it"), ...packetFields })),
});

const fileShape = object("A file of vectors", {
  vectors: list(
    "Vectors",
    object("Vectors of a pattern", {
      pattern: text("The pattern's id"),
      matching: list("Packets that match", packetShape),
      near: standard(list("Packets that come close", packetShape), []),
    }),
  ),
});

/** Reads `signatures/wire/vectors/`. @throws Error where a file is wrong or names no pattern */
export function loadVectors(patterns: readonly Pattern[], family?: "ipv4" | "ipv6"): Vectors {
  const known = new Map(patterns.map((pattern) => [pattern.id, pattern]));
  const matching: Vector[] = [];
  const near: Vector[] = [];
  for (const name of readdirSync(vectorsFolder).sort()) {
    const { value, mistakes } = checkYaml(readFileSync(join(vectorsFolder, name), "utf8"), fileShape);
    if (value === undefined) throw new Error(mistakes.map((mistake) => mistakeLine(`vectors/${name}`, mistake)).join("\n"));
    for (const entry of value.vectors) {
      const pattern = known.get(entry.pattern);
      if (pattern === undefined) throw new Error(`vectors/${name}: no pattern is named ${entry.pattern}`);
      const make = (written: Written) => vectorOf(pattern, written, family);
      matching.push(...entry.matching.flatMap(make));
      near.push(...entry.near.flatMap(make));
    }
  }
  return { matching, near };
}

/** What ordinary programs send first: `signatures/wire/benign/`. No pattern may recognise any of it. */
export function loadBenign(): readonly Vector[] {
  return readdirSync(benignFolder)
    .sort()
    .flatMap((name) => {
      const { value, mistakes } = checkYaml(readFileSync(join(benignFolder, name), "utf8"), benignShape);
      if (value === undefined) throw new Error(mistakes.map((mistake) => mistakeLine(`benign/${name}`, mistake)).join("\n"));
      return value.packets.map(({ who, ...written }) => benignVector(who, written));
    });
}

function benignVector(who: string, written: Written): Vector {
  const protocol = written.ipProtocol === undefined ? (written.protocol ?? "tcp") : "other";
  const family = protocol === "icmpv6" ? "ipv6" : "ipv4";
  const ordinary = { protocols: [protocol], families: [family], directions: [], flows: [], ports: [] } as const;
  const circumstances = { direction: "in", flow: written.flow ?? "first" } as const;
  return { pattern: "", bytes: buildPacket(specOf(ordinary, { ...written, family }, circumstances)), circumstances, said: who };
}

/** @param family asked for; a packet that cannot be of it is left out */
function vectorOf(pattern: Pattern, written: Written, family: "ipv4" | "ipv6" | undefined): readonly Vector[] {
  const fixed = written.family ?? (written.from === undefined && written.to === undefined ? undefined : "ipv4");
  const wanted = family ?? fixed ?? pattern.families[0] ?? "ipv4";
  if ((fixed !== undefined && fixed !== wanted) || !pattern.families.includes(wanted)) return [];
  const circumstances = {
    direction: written.direction ?? pattern.directions[0] ?? "in",
    flow: written.flow ?? pattern.flows[0] ?? "first",
  };
  const spec = specOf(pattern, { ...written, family: wanted }, circumstances);
  return [{ pattern: pattern.id, bytes: buildPacket(spec), circumstances, said: JSON.stringify(written) }];
}

function specOf(
  pattern: Pick<Pattern, "protocols" | "ports">,
  written: Written & { readonly family: "ipv4" | "ipv6" },
  { direction }: Circumstances,
): PacketSpec {
  const { payload, protocol = usualProtocol(pattern), ipProtocol, options, from, to, fromPort = 40_000, port, ...rest } = written;
  const local = port ?? pattern.ports[0]?.from ?? 4444;
  const ports = direction === "in" ? { fromPort, toPort: local } : { fromPort: local, toPort: fromPort };
  return {
    ...rest,
    ...ports,
    protocol: ipProtocol ?? protocol,
    payload: Buffer.concat(payload),
    options: parseOptions(options),
    from: ipv4Bytes(from ?? ""),
    to: ipv4Bytes(to ?? ""),
  };
}

function usualProtocol({ protocols: [own = "tcp"] }: Pick<Pattern, "protocols">): PacketSpec["protocol"] {
  return own === "other" ? 132 : own;
}

function parseOptions(written: string | undefined): readonly TcpOption[] | undefined {
  return written?.split(",").map((option) => {
    const [kind = "", value = "0"] = option.split("=");
    if (kind === "mss" || kind === "wscale") return { kind, value: Number(value) };
    if (kind === "ts") return { kind, value: Number(value.split(":")[0]), echo: Number(value.split(":")[1] ?? 0) };
    return kind === "nop" || kind === "sackOK" ? { kind } : { kind: "other", number: Number(kind), bytes: new Uint8Array() };
  });
}
