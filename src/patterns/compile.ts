import { OperatorError } from "../errors/operator-error.ts";
import { type Anchors, chooseAnchors, hashAnchors } from "./anchors.ts";
import { type Groups, groupRules } from "./groups.ts";
import type { Pattern, PatternSet } from "./pattern.ts";
import { answersByStrength } from "./pattern-shape.ts";
import { inRange } from "./range.ts";
import { type Rule, rulesOf } from "./rule.ts";
import { buildSearch, type Search } from "./search.ts";
import { ListWriter, StructWriter } from "./struct-writer.ts";
import { ANSWER, DIRECTION_BIT, FAMILY_BIT, FLOW_BIT, LIMITS, META, PROTOCOL_BIT, SIZE, TABLES_VERSION, type Tables } from "./tables.ts";

/**
 * Compiles patterns to the tables of tables.ts. Each rule is found in exactly one way: directly (from the packet's flags, type or port), by the hash
 * of bytes at a place, or by the automaton; and is verified whole whenever it is found. So a way of finding may find too much, never too little.
 */
export interface Compiled {
  readonly tables: Tables;
  /** In the order of `pattern` in the table `rules`. */
  readonly patterns: readonly Pattern[];
}

/** @throws OperatorError `patterns-invalid` where the patterns do not fit into the tables */
export function compilePatterns({ patterns, replies }: PatternSet): Compiled {
  const sorted = [...patterns].sort(strongerFirst);
  const rules = sorted.flatMap(rulesOf);
  const groups = groupRules(rules);
  const ways = chooseWays(rules);
  const lists = new ListWriter();
  const slots = slotTable(ways.anchors, lists);
  const conditions = conditionTable(rules);
  const written = {
    ...conditions,
    ...slots,
    ...replyTables(replies),
    rules: ruleTable(rules, { firsts: conditions.firsts, replies: replies.map(({ id }) => id) }),
    groups: groupTable(rules, { groups, ways, lists }),
    flagLists: spans(lists, 256, (flags) => ways.direct.filter((number) => mayHaveFlags(rules[number], flags))),
    icmpLists: spans(lists, 512, (index) => ways.direct.filter((number) => mayHaveType(rules[number], index))),
    outputs: ways.search.outputs,
  };
  const memberships = membershipTable(groups, rules.length);
  const meta = metaTable({ rules, groups, ways, slots: slots.slots.length / SIZE.slot, patterns: sorted.length, replies: replies.length });
  const { classes, transitions, outputFirst } = ways.search;
  const { firsts: _, ...tables } = written;
  const all: Tables = {
    ...tables,
    meta,
    portGroups: groups.portGroups,
    memberships,
    classes,
    transitions,
    outputFirst,
    lists: lists.finish(),
  };
  refuseTooMuch(all, { rules, groups, ways, lists });
  return { tables: all, patterns: sorted };
}

/** How each rule is found. */
interface Ways {
  /** From the packet's headers alone. */
  readonly direct: readonly number[];
  /** From the port: what has too few bytes to be hashed or searched. */
  readonly listed: ReadonlySet<number>;
  readonly anchors: Anchors;
  readonly search: Search;
}

function strongerFirst(one: Pattern, other: Pattern): number {
  const strength = ({ answer }: Pattern) => answersByStrength.indexOf(answer);
  return strength(one) - strength(other) || other.weight - one.weight || (one.id < other.id ? -1 : 1);
}

function chooseWays(rules: readonly Rule[]): Ways {
  const numbered = new Map([...rules.entries()]);
  const withPayload = new Map([...numbered].filter(([, rule]) => rule.payload));
  const anchors = chooseAnchors(new Map([...withPayload].filter(([, { searched }]) => searched.length === 0)));
  const hashed = new Set(anchors.anchors.flatMap((anchor) => anchor.rules));
  const search = buildSearch(new Map([...withPayload].filter(([number]) => !hashed.has(number))));
  const listed = new Set([...withPayload.keys()].filter((number) => !hashed.has(number) && !search.found.has(number)));
  return { direct: [...numbered.keys()].filter((number) => !withPayload.has(number)), listed, anchors, search };
}

function conditionTable(rules: readonly Rule[]): { readonly conditions: Uint8Array; readonly firsts: readonly number[] } {
  const writer = new StructWriter(SIZE.condition);
  const firsts = rules.map(({ conditions }) => {
    const first = writer.count;
    for (const { offset, field, flags, mask, min, max } of conditions) {
      writer.add([0, 2, offset], [2, 1, field], [3, 1, flags], [4, 4, mask], [8, 4, min], [12, 4, max]);
    }
    return first;
  });
  return { conditions: writer.finish(), firsts };
}

function ruleTable(rules: readonly Rule[], at: { readonly firsts: readonly number[]; readonly replies: readonly string[] }): Uint8Array {
  const writer = new StructWriter(SIZE.rule);
  rules.forEach(({ source, conditions, pattern }, number) => {
    writer.add(
      [0, 4, at.firsts[number] ?? 0],
      [4, 1, conditions.length],
      [5, 1, bitsOf(source.protocols, PROTOCOL_BIT)],
      [6, 1, bitsOf(source.families, FAMILY_BIT)],
      [7, 1, bitsOf(source.directions, DIRECTION_BIT)],
      [8, 1, bitsOf(source.flows, FLOW_BIT)],
      [9, 1, ANSWER[source.answer]],
      [10, 1, ANSWER[source.onListener]],
      [11, 1, source.weight],
      [12, 2, source.reply === undefined ? 0 : Math.max(0, at.replies.indexOf(source.reply))],
      [14, 2, pattern],
    );
  });
  return writer.finish();
}

function bitsOf<K extends string>(names: readonly K[], bits: Readonly<Record<K, number>>): number {
  return names.reduce((sum, name) => sum | bits[name], 0);
}

function groupTable(
  rules: readonly Rule[],
  made: { readonly groups: Groups; readonly ways: Ways; readonly lists: ListWriter },
): Uint8Array {
  const { groups, ways, lists } = made;
  const formsOf = new Map(ways.anchors.anchors.flatMap(({ form, rules: behind }) => behind.map((rule): [number, number] => [rule, form])));
  const writer = new StructWriter(SIZE.group);
  const fromHeaders = new Set(ways.direct);
  groups.members.forEach(({ rules: members, protocol }) => {
    const hashed = members.filter((number) => formsOf.has(number));
    const searched = members.filter((number) => ways.search.found.has(number));
    const direct = protocol === "udp" || protocol === "other" ? members.filter((number) => fromHeaders.has(number)) : [];
    const list = lists.add([...members.filter((number) => ways.listed.has(number)), ...direct].sort((one, other) => one - other));
    const forms = hashed.reduce((sum, number) => sum | (1 << (formsOf.get(number) ?? 0)), 0);
    const flows = (numbers: readonly number[]) =>
      numbers.reduce((sum, number) => sum | bitsOf(rules[number]?.source.flows ?? [], FLOW_BIT), 0);
    const depth = Math.max(0, ...searched.map((number) => ways.search.found.get(number) ?? 0));
    writer.add([0, 4, forms], [4, 2, list.first], [6, 2, list.count], [8, 1, flows(hashed)], [9, 1, flows(searched)], [10, 2, depth]);
  });
  return writer.finish();
}

function membershipTable({ members }: Groups, rules: number): Uint32Array {
  const words = Math.ceil(members.length / 32);
  const table = new Uint32Array(rules * words);
  members.forEach(({ rules: numbers }, group) => {
    for (const number of numbers) {
      const at = number * words + (group >> 5);
      table[at] = (table[at] ?? 0) | (1 << (group & 31));
    }
  });
  return table;
}

function slotTable({ forms, anchors }: Anchors, lists: ListWriter): { readonly forms: Uint8Array; readonly slots: Uint8Array } {
  const formWriter = new StructWriter(SIZE.form);
  for (const { offset, size, fold } of forms) {
    const mask = fold ? 0xdfdf_dfdf : 0xffff_ffff;
    formWriter.add([0, 2, offset], [2, 2, size], [4, 4, mask], [8, 4, size === 8 ? mask : 0]);
  }
  const slots = hashAnchors(anchors);
  if (slots === undefined)
    throw new OperatorError("patterns-invalid", `There are too many patterns with bytes at a place: ${anchors.length}.`);
  const slotWriter = new StructWriter(SIZE.slot);
  for (const index of slots) {
    const anchor = anchors[index];
    if (anchor === undefined) slotWriter.add();
    else {
      const { first, count } = lists.add(anchor.rules);
      slotWriter.add([0, 4, anchor.low], [4, 4, anchor.high], [8, 1, anchor.form + 1], [10, 2, first], [12, 2, count]);
    }
  }
  return { forms: formWriter.finish(), slots: slotWriter.finish() };
}

function replyTables(replies: PatternSet["replies"]): { readonly replies: Uint8Array; readonly replyBytes: Uint8Array } {
  const writer = new StructWriter(SIZE.reply);
  let first = 0;
  for (const { bytes } of replies) {
    writer.add([0, 4, first], [4, 4, bytes.length]);
    first += bytes.length;
  }
  return { replies: writer.finish(), replyBytes: Uint8Array.from(Buffer.concat(replies.map(({ bytes }) => bytes))) };
}

function spans(lists: ListWriter, count: number, rulesAt: (index: number) => readonly number[]): Uint8Array {
  const writer = new StructWriter(SIZE.span);
  for (let index = 0; index < count; index++) {
    const span = lists.add(rulesAt(index));
    writer.add([0, 2, span.first], [2, 2, span.count]);
  }
  return writer.finish();
}

function mayHaveFlags(rule: Rule | undefined, flags: number): boolean {
  if (rule === undefined || !rule.source.protocols.includes("tcp")) return false;
  const onFlags = rule.source.conditions.filter(({ field, mask }) => field === "tcpFlags" && mask <= 0xff);
  return onFlags.every((condition) => inRange(flags, condition));
}

/** @param index the type, and 256 more for ICMPv6 */
function mayHaveType(rule: Rule | undefined, index: number): boolean {
  if (rule === undefined || !rule.source.protocols.includes(index < 256 ? "icmp" : "icmpv6")) return false;
  const onType = rule.source.conditions.filter(({ field }) => field === "icmpType");
  return onType.every((condition) => inRange(index & 255, condition));
}

interface Counted {
  readonly rules: readonly Rule[];
  readonly groups: Groups;
  readonly ways: Ways;
}

function metaTable(made: Counted & { readonly slots: number; readonly patterns: number; readonly replies: number }): Uint32Array {
  const { rules, groups, ways } = made;
  const values: Readonly<Record<keyof typeof META, number>> = {
    version: TABLES_VERSION,
    rules: rules.length,
    conditions: rules.reduce((sum, { conditions }) => sum + conditions.length, 0),
    groups: groups.members.length,
    groupWords: Math.ceil(groups.members.length / 32),
    icmpGroup: groups.icmp,
    icmp6Group: groups.icmpv6,
    otherGroup: groups.other,
    forms: ways.anchors.forms.length,
    slotMask: made.slots - 1,
    states: ways.search.states,
    classShift: ways.search.classShift,
    outputs: ways.search.outputs.length / SIZE.output,
    replies: made.replies,
    patterns: made.patterns,
    depth: Math.max(0, ...ways.search.found.values()),
  };
  const meta = new Uint32Array(Object.keys(META).length);
  for (const [name, index] of Object.entries(META)) meta[index] = values[isMeta(name) ? name : "version"];
  return meta;
}

function isMeta(name: string): name is keyof typeof META {
  return Object.hasOwn(META, name);
}

function refuseTooMuch(tables: Tables, { rules, groups, ways, lists }: Counted & { readonly lists: ListWriter }): void {
  const counts: Readonly<Record<string, readonly [number, number]>> = {
    "alternatives of patterns": [rules.length, LIMITS.rules],
    conditions: [tables.conditions.length / SIZE.condition, LIMITS.conditions],
    "conditions of one pattern": [Math.max(0, ...rules.map(({ conditions }) => conditions.length)), LIMITS.conditionsHere],
    "sets of ports": [groups.members.length, LIMITS.groups],
    "numbers in lists": [lists.count, LIMITS.lists],
    "patterns that one packet is compared with": [lists.longest, LIMITS.listHere],
    "transitions of the automaton": [tables.transitions.length, LIMITS.transitions],
    "texts that are searched for": [tables.outputs.length / SIZE.output, LIMITS.outputs],
    "texts that end at one place": [ways.search.longest, LIMITS.outputsHere],
    "bytes of replies": [tables.replyBytes.length, LIMITS.replyBytes],
  };
  const over = Object.entries(counts).filter(([, [count, limit]]) => count > limit);
  if (over.length === 0) return;
  const said = over.map(([what, [count, limit]]) => `${count} ${what} (at most ${limit})`);
  throw new OperatorError("patterns-invalid", `The patterns do not fit into the kernel's tables: ${said.join(", ")}.`, {
    next: "Take patterns away, or give them longer texts and bytes at a place.",
  });
}
