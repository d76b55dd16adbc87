import { existsSync, readFileSync } from "node:fs";
import { type Entry, isEntry, printedBy } from "./network-programs.ts";

/**
 * TCP ports of this host that do not end here: rules send them elsewhere (containers, proxies, balancers), and no socket shows it. The engine
 * sees packets before such rules do, so it must leave these ports alone. Where a rule cannot be understood, or rules cannot be read, all are.
 */
export type ForwardedPorts = "all" | readonly PortRange[];
export type PortRange = readonly [first: number, last: number];

export async function readForwardedPorts(): Promise<ForwardedPorts> {
  const found = [await nftPorts(), await legacyPorts(), balancerPorts(text("/proc/net/ip_vs"))];
  return found.includes("all") ? "all" : found.flatMap((ports) => (ports === "all" ? [] : ports));
}

async function nftPorts(): Promise<ForwardedPorts> {
  const printed = await printedBy("nft", "-j", "list", "ruleset");
  if (printed !== undefined) return portsOfText(printed);
  // Nothing is translated where nothing is tracked.
  return existsSync("/proc/sys/net/netfilter/nf_conntrack_count") ? "all" : [];
}

function portsOfText(printed: string): ForwardedPorts {
  try {
    return portsOfRules(JSON.parse(printed));
  } catch (error) {
    if (error instanceof SyntaxError) return "all";
    throw error;
  }
}

const TARGETS = ["dnat", "redirect", "tproxy"];
const OLD_TARGETS = /^(DNAT|REDIRECT|TPROXY|NETMAP)$/;

/** @param ruleset what `nft -j list ruleset` prints */
export function portsOfRules(ruleset: unknown): ForwardedPorts {
  const objects = isEntry(ruleset) && Array.isArray(ruleset["nftables"]) ? ruleset["nftables"].filter(isEntry) : [];
  const rules = objects.map(({ rule }) => rule).filter(isEntry);
  const found = rules.map(({ expr }) => portsOfRule(Array.isArray(expr) ? expr.filter(isEntry) : []));
  return found.includes("all") ? "all" : found.flatMap((ports) => (ports === "all" ? [] : ports));
}

function portsOfRule(expressions: readonly Entry[]): ForwardedPorts {
  if (!expressions.some(isForwarding)) return [];
  const ports = expressions.map(portsOfMatch).find((found) => found !== undefined);
  return ports ?? "all";
}

function isForwarding(expression: Entry): boolean {
  if (TARGETS.some((name) => name in expression)) return true;
  const old = expression["xt"];
  return isEntry(old) && old["type"] === "target" && OLD_TARGETS.test(`${old["name"]}`);
}

/** Ports that an expression asks for; undefined: it asks for none. */
function portsOfMatch({ match }: Entry): ForwardedPorts | undefined {
  if (!isEntry(match) || !isEntry(match["left"]) || !isEntry(match["left"]["payload"])) return undefined;
  const { protocol, field } = match["left"]["payload"];
  if (field !== "dport") return undefined;
  if (protocol === "udp" || protocol === "sctp") return [];
  return match["op"] === "==" || match["op"] === "in" ? rangesOf(match["right"]) : "all";
}

function rangesOf(right: unknown): ForwardedPorts {
  if (typeof right === "number") return [[right, right]];
  if (!isEntry(right)) return "all";
  const { range, set } = right;
  if (Array.isArray(range) && typeof range[0] === "number" && typeof range[1] === "number") return [[range[0], range[1]]];
  if (!Array.isArray(set)) return "all";
  const found = set.map(rangesOf);
  return found.includes("all") ? "all" : found.flatMap((ports) => (ports === "all" ? [] : ports));
}

/** Rules of the older iptables, which nft does not show. */
async function legacyPorts(): Promise<ForwardedPorts> {
  const tables = `${text("/proc/net/ip_tables_names")}\n${text("/proc/net/ip6_tables_names")}`;
  if (!/^nat$|^mangle$/m.test(tables)) return [];
  const saved = await Promise.all([printedBy("iptables-legacy-save"), printedBy("ip6tables-legacy-save")]);
  return saved.includes(undefined) ? "all" : portsOfLines(saved.join("\n"));
}

/** @param saved what `iptables-save` prints */
export function portsOfLines(saved: string): ForwardedPorts {
  const rules = saved.split("\n").filter((line) => /^-A .* -j (DNAT|REDIRECT|TPROXY|NETMAP)\b/.test(line) && !/ -p udp /.test(line));
  const found = rules.map((line) => / (?<!! )--dport (\d+)(?::(\d+))? /.exec(line));
  if (found.includes(null)) return "all";
  return found.flatMap((ports) => (ports === null ? [] : [[Number(ports[1]), Number(ports[2] ?? ports[1])] as const]));
}

/** `/proc/net/ip_vs`: `TCP  C0000201:0050 rr`; `FWM` is by a mark, so it may be any port. */
export function balancerPorts(table: string): ForwardedPorts {
  if (/^FWM /m.test(table)) return "all";
  return [...table.matchAll(/^TCP\s+\S+:([0-9A-F]{4}) /gm)].map(([, port = "0"]) => {
    const number = Number.parseInt(port, 16);
    return [number, number] as const;
  });
}

/** Empty where there is no such file. */
function text(path: string): string {
  return existsSync(path) ? readFileSync(path, "latin1") : "";
}

export function isForwarded(ports: ForwardedPorts, port: number): boolean {
  return ports === "all" || ports.some(([first, last]) => port >= first && port <= last);
}
