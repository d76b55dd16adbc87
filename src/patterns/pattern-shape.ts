import { choice, integer, list, object, optional, type Path, type Problem, type Shape, standard, text } from "../shape/shape.ts";
import { contentShape } from "./content-shape.ts";
import { headerConditions, headerProblems, headerShape } from "./header-shape.ts";
import type { Answer, Content, Family, Flow, Pattern, PortRange, Protocol, Reply } from "./pattern.ts";
import { LIMITS } from "./tables.ts";

/**
 * A file of `signatures/wire/`, and what a shape alone cannot refuse in it: a pattern that contradicts itself, or that would match everything.
 */
const PORTS = /^(\d{1,5})-(\d{1,5})$/;
const answers: readonly ["observe", "drop", "reply", "handOver", "tarpit"] = ["observe", "drop", "reply", "handOver", "tarpit"];

const portShape: Shape<PortRange> = {
  summary: "A port, or a range of ports",
  allowed: "a port, or two with a hyphen between",
  optional: false,
  standard: undefined,
  check: (value, path, problems) => {
    const range = readPorts(value);
    if (range === undefined) problems.push({ path, why: "must be a port from 0 to 65535, or two with a hyphen between" });
    return range;
  },
};

const sentence = (summary: string) => text(summary, { maxLength: 400 });

const protocolShape = choice("The protocol", ["tcp", "udp", "tcp-udp", "icmp", "icmpv6", "other", "ip"]);
const portsShape = list("Ports of this host; none: all", portShape, 64);

const patternFields = object("A pattern", {
  id: text("Its name, the file's name first", {
    pattern: /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/,
    allowed: "words of lower-case letters, with dots between",
  }),
  about: sentence("What it recognises"),
  protocol: optional(protocolShape),
  family: optional(choice("The version of IP", ["ipv4", "ipv6"])),
  direction: standard(choice("Which way the packet goes", ["in", "out", "both"]), "in"),
  flow: optional(list("States of the flow", choice("A state", ["new", "first", "later", "stray"]), 4)),
  ports: optional(portsShape),
  header: standard(headerShape, {}),
  payload: standard(list("What must be in the payload", contentShape, 16), []),
  anyOf: optional(list("What must be in it besides: one of these lists", list("All of these", contentShape, 16), 16)),
  answer: standard(choice("The answer", answers), "observe"),
  onListener: standard(choice("The answer where a real service listens", answers), "observe"),
  reply: optional(text("The nonsense that answers")),
  weight: integer("How much suspicion it raises", 0, 100),
  reference: sentence("Where it is described"),
  falsePositives: sentence("Who else sends this"),
});

export const fileShape = object("A file of patterns", {
  family: text("The file's name", { pattern: /^[a-z0-9-]+$/, allowed: "a word of lower-case letters" }),
  about: sentence("What the patterns have in common"),
  protocol: standard(protocolShape, "tcp"),
  ports: standard(portsShape, []),
  patterns: list("Patterns", patternFields, 2000),
});
export type PatternFile = NonNullable<ReturnType<typeof fileShape.check>>;
type Asked = PatternFile["patterns"][number];
type Written = Asked & { readonly protocol: NonNullable<Asked["protocol"]>; readonly ports: readonly PortRange[] };

const HEX = new RegExp(`^(?:[0-9a-f]{2}\\s?){1,${LIMITS.replySize}}$`, "i");
const LATIN = /^[\0-\xff]+$/;

export const repliesShape = object("Replies that mean nothing", {
  replies: list(
    "Replies",
    object("A reply", {
      id: text("Its name", { pattern: /^[a-z0-9-]+$/, allowed: "a word of lower-case letters" }),
      about: sentence("What it looks like"),
      hex: optional(text("Bytes", { pattern: HEX, allowed: `at most ${LIMITS.replySize} hexadecimal bytes` })),
      text: optional(text("Text", { pattern: LATIN, allowed: "text of Latin-1", maxLength: LIMITS.replySize })),
    }),
    LIMITS.replies,
  ),
});
export type RepliesFile = NonNullable<ReturnType<typeof repliesShape.check>>;

export function makeReply({ id, about, hex, text: written = "" }: RepliesFile["replies"][number]): Reply {
  return { id, about, bytes: hex === undefined ? Buffer.from(written, "latin1") : Buffer.from(hex.replace(/\s/g, ""), "hex") };
}

export function makePatterns(file: PatternFile): readonly Pattern[] {
  return file.patterns.map((asked) => makePattern(completed(asked, file)));
}

/** What a pattern doesn't say, its file says. */
function completed(asked: Asked, { protocol, ports }: PatternFile): Written {
  return { ...asked, protocol: asked.protocol ?? protocol, ports: asked.ports ?? ports };
}

function makePattern(written: Written): Pattern {
  const { id, about, ports, answer, onListener, reply, weight, reference, falsePositives } = written;
  const alternatives = alternativesOf(written);
  return {
    ...{ id, about, ports, answer, onListener, reply, weight, reference, falsePositives, alternatives },
    protocols: protocolsOf(written),
    families: familiesOf(written),
    directions: written.direction === "both" ? ["in", "out"] : [written.direction],
    flows: written.flow ?? usualFlows(written, alternatives),
    conditions: headerConditions(written.header),
  };
}

/** What is wrong with patterns whose shape is right. @param replies names of those that are there */
export function patternProblems(file: PatternFile, replies: ReadonlySet<string>): readonly Problem[] {
  return file.patterns.flatMap((asked, index) => {
    const written = completed(asked, file);
    const path: Path = ["patterns", index];
    const owned = written.id.startsWith(`${file.family}.`) ? [] : [{ path: [...path, "id"], why: `must begin with ${file.family}.` }];
    return [
      ...owned,
      ...headerProblems(written.header, protocolsOf(written), [...path, "header"]),
      ...answerProblems(written, replies, path),
      ...contentProblems(written, path),
    ];
  });
}

function answerProblems(written: Written, replies: ReadonlySet<string>, path: Path): readonly Problem[] {
  const given = [written.answer, written.onListener];
  const found: Problem[] = [];
  if (given.includes("reply") !== (written.reply !== undefined))
    found.push({ path, why: "must have a reply if, and only if, it answers with one" });
  if (written.reply !== undefined && !replies.has(written.reply)) {
    found.push({ path: [...path, "reply"], why: "is no reply that is there", choices: [...replies] });
  }
  const needsTcp = given.some((answer) => answer === "handOver" || answer === "tarpit");
  if (needsTcp && written.protocol !== "tcp") found.push({ path: [...path, "answer"], why: "is for TCP only" });
  return found;
}

function contentProblems(written: Written, path: Path): readonly Problem[] {
  const found: Problem[] = [];
  const alternatives = alternativesOf(written);
  const payload = alternatives.some((contents) => contents.length > 0);
  if (alternatives.length === 0) found.push({ path: [...path, "anyOf"], why: "would match nothing: it is empty" });
  if (!payload && headerConditions(written.header).length === 0) found.push({ path, why: "would match every packet: it has no condition" });
  if (payload && alternatives.some((contents) => contents.every(isWeak))) {
    found.push({ path, why: "would match too much: it needs a text of three bytes, or two bytes at a place" });
  }
  if (alternatives.some((contents) => contents.filter(({ kind }) => kind === "searched").length > LIMITS.contents)) {
    found.push({ path, why: `searches for more than ${LIMITS.contents} texts` });
  }
  if (written.ports.length > 0 && !["tcp", "udp", "tcp-udp"].includes(written.protocol))
    found.push({ path: [...path, "ports"], why: "are for TCP and UDP only" });
  return found;
}

/** Numbers and single bytes alone say too little. */
function isWeak(content: Content): boolean {
  return content.kind === "numeric" || (content.kind === "anchored" && content.mask.filter((one) => one !== 0).length < 2);
}

function alternativesOf({ payload, anyOf }: Written): readonly (readonly Content[])[] {
  return anyOf === undefined ? [payload] : anyOf.map((contents) => [...payload, ...contents]);
}

function protocolsOf({ protocol }: Written): readonly Protocol[] {
  if (protocol === "tcp-udp") return ["tcp", "udp"];
  return protocol === "ip" ? ["tcp", "udp", "icmp", "icmpv6", "other"] : [protocol];
}

function familiesOf({ protocol, family }: Written): readonly Family[] {
  if (protocol === "icmp") return ["ipv4"];
  if (protocol === "icmpv6") return ["ipv6"];
  return family === undefined ? ["ipv4", "ipv6"] : [family];
}

/** A payload is looked for where a conversation begins; a header's oddity wherever it is. */
function usualFlows({ protocol }: Written, alternatives: Pattern["alternatives"]): readonly Flow[] {
  if (alternatives.every((contents) => contents.length === 0)) return ["new", "first", "later", "stray"];
  if (protocol === "tcp") return ["first"];
  return protocol === "tcp-udp" ? ["new", "first"] : ["new", "first", "later"];
}

function readPorts(value: unknown): PortRange | undefined {
  const parts = typeof value === "number" ? [value, value] : PORTS.exec(String(value))?.slice(1).map(Number);
  const [from = -1, to = -1] = parts ?? [];
  return Number.isInteger(from) && from >= 0 && from <= to && to <= 65_535 ? { from, to } : undefined;
}

/** Names of answers, the strongest first: what a packet gets that several patterns match. */
export const answersByStrength: readonly Answer[] = ["reply", "drop", "tarpit", "handOver", "observe"];
