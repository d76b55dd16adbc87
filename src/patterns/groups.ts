import type { Protocol } from "./pattern.ts";
import type { Rule } from "./rule.ts";

/** Ports with the same rules are one group; so are ICMP, ICMPv6 and all other protocols. */
export interface Groups {
  /** By number; group 0 has no rules. */
  readonly members: readonly Group[];
  /** TCP's ports, then UDP's. */
  readonly portGroups: Uint16Array;
  readonly icmp: number;
  readonly icmpv6: number;
  readonly other: number;
}

export interface Group {
  readonly protocol: Protocol | undefined;
  /** Numbers of the rules that apply, in ascending order. */
  readonly rules: readonly number[];
}

const PORTS = 65_536;
const WITH_PORTS: readonly Protocol[] = ["tcp", "udp"];

export function groupRules(rules: readonly Rule[]): Groups {
  const members: Group[] = [{ protocol: undefined, rules: [] }];
  const portGroups = new Uint16Array(2 * PORTS);
  for (const [index, protocol] of WITH_PORTS.entries()) {
    const own = numbersOf(rules, protocol);
    const known = new Map<string, number>();
    const starts = segmentStarts(rules, own);
    starts.forEach((from, segment) => {
      const here = own.filter((number) => rules[number] !== undefined && appliesTo(rules[number], from));
      const group = known.get(here.join()) ?? members.push({ protocol, rules: here }) - 1;
      known.set(here.join(), group);
      portGroups.fill(group, index * PORTS + from, index * PORTS + (starts[segment + 1] ?? PORTS));
    });
  }
  const whole = (protocol: Protocol) => members.push({ protocol, rules: numbersOf(rules, protocol) }) - 1;
  return { members, portGroups, icmp: whole("icmp"), icmpv6: whole("icmpv6"), other: whole("other") };
}

function numbersOf(rules: readonly Rule[], protocol: Protocol): readonly number[] {
  return rules.flatMap(({ source }, number) => (source.protocols.includes(protocol) ? [number] : []));
}

/** Where the set of rules changes. */
function segmentStarts(rules: readonly Rule[], own: readonly number[]): readonly number[] {
  const ranges = own.flatMap((number) => rules[number]?.source.ports ?? []);
  const starts = new Set([0, ...ranges.flatMap(({ from, to }) => [from, to + 1])]);
  return [...starts].filter((port) => port < PORTS).sort((one, other) => one - other);
}

function appliesTo({ source }: Rule, port: number): boolean {
  return source.ports.length === 0 || source.ports.some(({ from, to }) => port >= from && port <= to);
}
