import { isIPv6 } from "node:net";
import { byFamily } from "../../engine/queue-table.ts";

/**
 * The table of ours by which suspects reach decoys outside this host, as text for `nft -f`. A suspect's new connection to a port is sent on
 * only while both hold: the source is in a set of suspects (at most a minute unless it is renewed), and the port is in the set of living ports
 * (a few seconds unless it is renewed). So whatever becomes of the steward, the real service answers everybody again within seconds.
 *
 * The engine leaves ports alone that rules send elsewhere (forwarded-ports.ts), so each rule names its port.
 */
export const TABLE = "inet utsusemi";
/** Longer than anything between two renewals, shorter than the five seconds in which everything must be as it was. */
export const ALIVE_SECONDS = 4;
export const SUSPECT_SECONDS = 60;

export interface Target {
  readonly port: number;
  readonly address: string;
  readonly addressPort: number;
  /** Whether the decoy sees who comes, and so has to answer through this host. */
  readonly keepSource: boolean;
}

/** Anew in one stroke, also over what a former steward left. */
export function tableText(targets: readonly Target[]): string {
  return [
    withoutTable(),
    `table ${TABLE} {`,
    "  set suspects4 { type ipv4_addr; flags timeout; }",
    "  set suspects6 { type ipv6_addr; flags interval, timeout; }",
    "  set alive { type inet_service; flags timeout; }",
    "  chain turned {",
    "    type nat hook prerouting priority dstnat - 10; policy accept;",
    ...targets.map((target) => `    ${turnRule(target)}`),
    "  }",
    "  chain masked {",
    "    type nat hook postrouting priority srcnat - 10; policy accept;",
    ...targets.filter(({ keepSource }) => !keepSource).map((target) => `    ${maskRule(target)}`),
    "  }",
    "}",
    "",
  ].join("\n");
}

/** Nothing is wrong where there is no table. */
export function withoutTable(): string {
  return `table ${TABLE} {}\ndelete table ${TABLE}`;
}

function turnRule({ port, address, addressPort }: Target): string {
  const [family, set, to] = isIPv6(address) ? ["ip6", "suspects6", `[${address}]`] : ["ip", "suspects4", address];
  return `fib daddr type local tcp dport ${port} tcp dport @alive ${family} saddr @${set} dnat ${family} to ${to}:${addressPort}`;
}

function maskRule({ port, address, addressPort }: Target): string {
  const family = isIPv6(address) ? "ip6" : "ip";
  // nft understands the original port only behind a match of the protocol.
  return `${family} daddr ${address} tcp dport ${addressPort} ct status dnat ct original proto-dst ${port} masquerade`;
}

/** All of it anew, in one stroke. */
export function aliveText(ports: readonly number[]): string {
  return setText(
    "alive",
    ports.map((port) => `${port} timeout ${ALIVE_SECONDS}s`),
  );
}

/** @param sources addresses, or IPv6 networks of 64 bits */
export function suspectsText(sources: readonly string[]): string {
  const { four, six } = byFamily(sources);
  const elements = (all: readonly string[]) => all.map((source) => `${source} timeout ${SUSPECT_SECONDS}s`);
  return `${setText("suspects4", elements(four))}${setText("suspects6", elements(six))}`;
}

function setText(set: string, elements: readonly string[]): string {
  const flush = `flush set ${TABLE} ${set}\n`;
  return elements.length === 0 ? flush : `${flush}add element ${TABLE} ${set} { ${elements.join(", ")} }\n`;
}
