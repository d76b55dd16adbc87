import { choice, list, object, optional, type Path, type Problem, text } from "../shape/shape.ts";
import type { Condition, Field } from "./pattern.ts";
import { type Range, rangeShape } from "./range.ts";

/**
 * Conditions on headers as they are written in YAML: a range by field, TCP flags as letters (`flags: SF` exactly these, `flagsSet`, `flagsClear`),
 * and TCP options by name (`has`, `lacks`, `order`: exactly these in this order, up to eight).
 */
const FLAG_LETTERS = "FSRPAUEC";
const OPTION_KIND: Readonly<Record<string, number>> = { nop: 1, mss: 2, wscale: 3, sackOK: 4, sack: 5, ts: 8 };

const flags = (summary: string) => text(summary, { pattern: /^(?:none|[FSRPAUEC]+)$/, allowed: "letters of FSRPAUEC, or none" });
const options = (summary: string) => list(summary, choice("An option", ["nop", "mss", "wscale", "sackOK", "sack", "ts"]), 8);
const range = optional(rangeShape);

export const headerShape = object("Conditions on the headers", {
  ttl: range,
  tos: range,
  ipId: range,
  fragment: range,
  ipOptions: range,
  ipSize: range,
  ipProtocol: range,
  sameAddress: range,
  fromPort: range,
  toPort: range,
  samePort: range,
  payloadSize: range,
  flags: optional(flags("Exactly these flags")),
  flagsSet: optional(flags("At least these flags")),
  flagsClear: optional(flags("None of these flags")),
  tcpFlags: range,
  window: range,
  sequence: range,
  acknowledgement: range,
  urgent: range,
  options: optional(
    object("TCP options", {
      has: optional(options("Those that are there")),
      lacks: optional(options("Those that are not")),
      order: optional(options("Exactly these, in this order")),
    }),
  ),
  optionsSize: range,
  mss: range,
  windowScale: range,
  timestamp: range,
  sequenceByAddress: range,
  idByTarget: range,
  icmpType: range,
  icmpCode: range,
  icmpId: range,
  icmpSequence: range,
});

export type Header = NonNullable<ReturnType<typeof headerShape.check>>;

const TCP_ONLY: ReadonlySet<string> = new Set([
  ...["flags", "flagsSet", "flagsClear", "tcpFlags", "window", "sequence", "acknowledgement", "urgent", "options", "optionsSize"],
  ...["mss", "windowScale", "timestamp", "sequenceByAddress", "idByTarget"],
]);
const ICMP_ONLY: ReadonlySet<string> = new Set(["icmpType", "icmpCode", "icmpId", "icmpSequence"]);

/** Conditions that the protocol has no field for. */
export function headerProblems(header: Header, protocols: readonly string[], path: Path): readonly Problem[] {
  return Object.keys(header).flatMap((key) => {
    const needs = TCP_ONLY.has(key) ? ["tcp"] : ICMP_ONLY.has(key) ? ["icmp", "icmpv6"] : protocols;
    return protocols.every((protocol) => needs.includes(protocol))
      ? []
      : [{ path: [...path, key], why: `is nothing that ${protocols.join(", ")} has` }];
  });
}

export function headerConditions(header: Header): readonly Condition[] {
  const { flags: exact, flagsSet, flagsClear, options: wanted, ...ranges } = header;
  return [
    ...(exact === undefined ? [] : [same("tcpFlags", bits(exact), 0xff)]),
    ...(flagsSet === undefined ? [] : [same("tcpFlags", bits(flagsSet), bits(flagsSet))]),
    ...(flagsClear === undefined ? [] : [same("tcpFlags", 0, bits(flagsClear))]),
    ...optionConditions(wanted ?? {}),
    ...Object.entries(ranges).flatMap(([field, one]) => (isRangeField(field) && one !== undefined ? [{ field, ...one }] : [])),
  ];
}

function optionConditions({ has, lacks, order }: NonNullable<Header["options"]>): readonly Condition[] {
  return [
    ...(has === undefined ? [] : [same("optionKinds", kindBits(has), kindBits(has))]),
    ...(lacks === undefined ? [] : [same("optionKinds", 0, kindBits(lacks))]),
    ...(order === undefined ? [] : [same("optionOrder", packed(order), 0xffff_ffff)]),
  ];
}

function same(field: Condition["field"], value: number, mask: number): Condition {
  const range: Range = { mask, min: value, max: value, not: false };
  return { field, ...range };
}

function bits(letters: string): number {
  return letters === "none" ? 0 : [...letters].reduce((sum, letter) => sum | (1 << FLAG_LETTERS.indexOf(letter)), 0);
}

function kindBits(names: readonly string[]): number {
  return names.reduce((sum, name) => sum | (1 << (OPTION_KIND[name] ?? 0)), 0);
}

function packed(names: readonly string[]): number {
  return names.reduce((sum, name, index) => sum + (OPTION_KIND[name] ?? 0) * 16 ** index, 0);
}

const NO_RANGE: ReadonlySet<string> = new Set(["flags", "flagsSet", "flagsClear", "options"]);

function isRangeField(key: string): key is Exclude<Field, "payload" | "payloadLittle"> {
  return !NO_RANGE.has(key);
}
