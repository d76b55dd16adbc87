import { BlockList, isIPv4 } from "node:net";
import { type Entry, ipAnswer, isEntry } from "./network-programs.ts";

/**
 * What the engine has to know of this host's network: which addresses are its own, which networks it reaches without a router, and whose
 * hardware address must never be cut off. Read anew every few seconds; what is not known (yet) is never answered for.
 */
export interface HostNetwork {
  readonly interfaces: readonly NetworkInterface[];
  readonly addresses: readonly string[];
  /** `192.0.2.0/24`, `fe80::/64`, ... */
  readonly onLink: readonly string[];
  /** Hardware addresses of next hops, and of neighbours that are trusted. */
  readonly spared: readonly string[];
}

export interface NetworkInterface {
  readonly name: string;
  readonly index: number;
  /** `ether`, `loopback`, `none`, ... */
  readonly type: string;
}

/** @param trusted networks whose hosts, where they are neighbours, are spared */
export async function readHostNetwork(trusted: readonly string[] = []): Promise<HostNetwork> {
  const [links, addresses, routes, routes6, neighbours] = await Promise.all([
    ipAnswer("link", "show"),
    ipAnswer("address", "show"),
    ipAnswer("route", "show", "table", "all"),
    ipAnswer("-6", "route", "show", "table", "all"),
    ipAnswer("neighbour", "show"),
  ]);
  const all = [...routes, ...routes6];
  return {
    interfaces: interfacesOf(links),
    addresses: addressesOf(addresses),
    onLink: networksOf(all),
    spared: sparedOf(neighbours, all, trusted),
  };
}

export function interfacesOf(links: readonly Entry[]): readonly NetworkInterface[] {
  return links.flatMap(({ ifname, ifindex, link_type: type }) =>
    typeof ifname === "string" && typeof ifindex === "number" ? [{ name: ifname, index: ifindex, type: `${type}` }] : [],
  );
}

export function addressesOf(links: readonly Entry[]): readonly string[] {
  return links.flatMap(({ addr_info: found }) => list(found).flatMap(({ local }) => (typeof local === "string" ? [local] : [])));
}

function list(value: unknown): readonly Entry[] {
  return Array.isArray(value) ? value.filter(isEntry) : [];
}

const NO_NETWORKS = new Set(["local", "broadcast", "multicast", "anycast", "unreachable", "blackhole", "prohibit", "throw"]);

/** Routes to a network without a gateway. A default route without one says nothing of who is a neighbour. */
export function networksOf(routes: readonly Entry[]): readonly string[] {
  const found = routes.flatMap((route) => {
    const { dst, type } = route;
    if (typeof dst !== "string" || dst === "default" || (typeof type === "string" && NO_NETWORKS.has(type))) return [];
    return gatewaysOf(route).length > 0 ? [] : [dst];
  });
  return [...new Set(found)];
}

function gatewaysOf(route: Entry): readonly string[] {
  const hops = [route, ...list(route["nexthops"])];
  return hops.flatMap(({ gateway, via }) => [gateway, isEntry(via) ? via["host"] : undefined].filter((hop) => typeof hop === "string"));
}

export function sparedOf(neighbours: readonly Entry[], routes: readonly Entry[], trusted: readonly string[]): readonly string[] {
  const hops = new Set(routes.flatMap(gatewaysOf));
  const list = blockListOf(trusted);
  const found = neighbours.flatMap(({ dst, lladdr, router }) => {
    if (typeof dst !== "string" || typeof lladdr !== "string") return [];
    const isSpared = hops.has(dst) || router !== undefined || list.check(dst, isIPv4(dst) ? "ipv4" : "ipv6");
    return isSpared ? [lladdr] : [];
  });
  return [...new Set(found)];
}

function blockListOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = "", bits] = network.split("/");
    const family = isIPv4(address) ? "ipv4" : "ipv6";
    list.addSubnet(address, bits === undefined ? (family === "ipv4" ? 32 : 128) : Number(bits), family);
  }
  return list;
}
