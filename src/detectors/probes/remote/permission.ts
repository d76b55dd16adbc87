import { type LookupAddress, lookup } from "node:dns";
import { BlockList, isIP, isIPv6 } from "node:net";
import { OperatorError } from "../../../errors/operator-error.ts";

/**
 * Decides whom the detector may look at: this machine's loopback always, otherwise only what the operator listed as owned. A name is
 * resolved once, and every address that it has must be permitted: what is probed is what was checked.
 */
export interface Permitted {
  /** As the operator wrote it. */
  readonly target: string;
  /** Numeric, in the order of the resolver. */
  readonly addresses: readonly string[];
}

export type Resolve = (name: string) => Promise<readonly string[]>;

/**
 * The addresses of a target that may be probed.
 *
 * @param ownHosts addresses, networks (`192.0.2.0/24`, `2001:db8::/32`) and names, as the configuration lists them.
 * @throws OperatorError `not-own-host`, with the reason.
 */
export async function permittedTarget(target: string, ownHosts: readonly string[], resolve: Resolve = resolveOnce): Promise<Permitted> {
  const addresses = isIP(target) === 0 ? await resolve(target) : [target];
  if (addresses.length === 0) throw refusal(target, "the name has no address");
  const own = await ownAddresses(ownHosts, { target, addresses }, resolve);
  for (const address of addresses) mayProbe(address, own);
  return { target, addresses };
}

/** @throws OperatorError `not-own-host`: the address is no single host's, or not listed. */
export function mayProbe(address: string, ownHosts: readonly string[]): void {
  const plain = unmapped(address);
  if (isIP(plain) === 0) throw refusal(address, "it is not an address");
  if (matches(nobodysHost, plain)) throw refusal(address, "it is a broadcast, multicast or unspecified address, which is no single host's");
  if (matches(loopback, plain)) return;
  if (isBroadcastOf(plain, ownHosts)) throw refusal(address, "it is the network or broadcast address of a network under `ownHosts`");
  if (!ownHosts.some((entry) => covers(entry, plain))) {
    const listed = ownHosts.length === 0 ? "nothing is listed there" : `listed are ${ownHosts.join(", ")}`;
    throw refusal(address, `it is not loopback, and \`ownHosts\` in the configuration does not hold it (${listed})`);
  }
}

function refusal(target: string, why: string): OperatorError {
  return new OperatorError("not-own-host", `${target} is not probed: ${why}.`);
}

/** Names among the own hosts as addresses; a name that is itself listed permits the addresses that it was just resolved to. */
async function ownAddresses(ownHosts: readonly string[], { target, addresses }: Permitted, resolve: Resolve): Promise<readonly string[]> {
  const resolved = ownHosts.map(async (entry) => {
    if (isIP(entry) !== 0 || entry.includes("/")) return [entry];
    return entry.toLowerCase() === target.toLowerCase() ? addresses : resolve(entry);
  });
  return (await Promise.all(resolved)).flat();
}

function resolveOnce(name: string): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    lookup(name, { all: true, order: "ipv4first" }, (error: Error | null, found: readonly LookupAddress[]) => {
      if (error === null) resolve(found.map(({ address }) => address));
      else reject(new OperatorError("not-own-host", `${name} is not probed: its name cannot be resolved.`, { cause: error }));
    });
  });
}

function covers(entry: string, address: string): boolean {
  const [base = "", bits, more] = entry.split("/");
  const family = isIP(base);
  if (family === 0 || more !== undefined || family !== isIP(address)) return false;
  const prefix = bits === undefined ? (family === 6 ? 128 : 32) : /^\d{1,3}$/.test(bits) ? Number(bits) : -1;
  // A list of everything is a mistake, not a possession.
  if (prefix < 1 || prefix > (family === 6 ? 128 : 32)) return false;
  const list = new BlockList();
  list.addSubnet(base, prefix, family === 6 ? "ipv6" : "ipv4");
  return matches(list, address);
}

function isBroadcastOf(address: string, ownHosts: readonly string[]): boolean {
  if (isIPv6(address)) return false;
  return ownHosts.some((entry) => {
    const bits = Number(entry.split("/")[1] ?? 32);
    if (!(bits >= 1 && bits <= 30) || !covers(entry, address)) return false;
    const host = number(address) % 2 ** (32 - bits);
    return host === 0 || host === 2 ** (32 - bits) - 1;
  });
}

function number(address: string): number {
  return address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}

/** `::ffff:192.0.2.1` is 192.0.2.1, however it is written. */
function unmapped(address: string): string {
  const lower = address.toLowerCase();
  const dotted = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(lower)?.[1];
  if (dotted !== undefined) return dotted;
  const hex = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(lower);
  if (hex === null) return address;
  const value = Number.parseInt(hex[1] ?? "0", 16) * 65_536 + Number.parseInt(hex[2] ?? "0", 16);
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");
}

function matches(list: BlockList, address: string): boolean {
  return list.check(address, isIPv6(address) ? "ipv6" : "ipv4");
}

function listOf(...subnets: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList();
  for (const [base, prefix] of subnets) list.addSubnet(base, prefix, isIPv6(base) ? "ipv6" : "ipv4");
  return list;
}

const loopback = listOf(["127.0.0.0", 8], ["::1", 128]);
const nobodysHost = listOf(["0.0.0.0", 8], ["224.0.0.0", 4], ["255.255.255.255", 32], ["127.255.255.255", 32], ["::", 128], ["ff00::", 8]);
