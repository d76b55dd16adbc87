import type { Machine } from "../../decoy/persona.ts";
import { type Rule, unless } from "./rule.ts";

/** Names and addresses, against the files that tell them. */
type Interface = Machine["interfaces"][number];

export const networkRules: readonly Rule[] = [
  {
    name: "loopback",
    holds: "the first interface is lo with 127.0.0.1/8",
    find: ({ persona: { machine } }) =>
      unless(
        machine.interfaces[0]?.name === "lo" && machine.interfaces[0].address === "127.0.0.1" && machine.interfaces[0].prefix === 8,
        ["machine", "interfaces", 0],
        "must be lo with 127.0.0.1/8",
      ),
  },
  {
    name: "gateway",
    holds: "the gateway is another host in a network of ours",
    find: ({ persona: { machine } }) =>
      unless(
        machine.gateway === "" ||
          machine.interfaces.some((one) => one.name !== "lo" && one.address !== machine.gateway && sameNetwork(one, machine.gateway)),
        ["machine", "gateway"],
        `is in no network of ours: ${machine.gateway}`,
      ),
  },
  {
    name: "host-address",
    holds: "no interface has its network's first or last address",
    find: ({ persona: { machine } }) =>
      machine.interfaces.flatMap((one, index) =>
        unless(isHost(one), ["machine", "interfaces", index, "address"], `is no host's address: ${one.address}/${one.prefix}`),
      ),
  },
  {
    name: "mac",
    holds: "hardware addresses are unicast, and no two interfaces but a bridge and its port share one",
    find: ({ persona: { machine } }) =>
      machine.interfaces.flatMap(({ mac, name }, index) => [
        ...unless(
          (Number.parseInt(mac.slice(0, 2), 16) & 1) === 0,
          ["machine", "interfaces", index, "mac"],
          `is a multicast address: ${mac}`,
        ),
        ...unless(name === "lo" || mac !== "00:00:00:00:00:00", ["machine", "interfaces", index, "mac"], `is all zero for ${name}`),
      ]),
  },
  {
    name: "link-local",
    holds: "a link-local address that was made from a MAC was made from this one",
    find: ({ persona: { machine } }) =>
      machine.interfaces.flatMap(({ mac, address6, name }, index) =>
        unless(
          address6 === undefined || !address6.includes("ff:fe") || address6 === linkLocal(mac),
          ["machine", "interfaces", index, "address6"],
          `of ${name} was made from another MAC: ${address6}`,
        ),
      ),
  },
  {
    name: "hostname-file",
    holds: "/etc/hostname tells the host name",
    find: ({ persona: { machine }, text }) => {
      const told = text("/etc/hostname")?.trim();
      return unless(
        told === undefined || told === machine.hostname || told === `${machine.hostname}.${machine.domain}`,
        ["tree", "files", "/etc/hostname"],
        `tells another name than ${machine.hostname}: ${told}`,
      );
    },
  },
  {
    name: "hosts-file",
    holds: "a name for 127.0.1.1 in /etc/hosts is the host name",
    find: ({ persona: { machine }, text }) => {
      const names = /^127\.0\.1\.1[ \t]+(.*)$/m.exec(text("/etc/hosts") ?? "")?.[1]?.split(/\s+/);
      return unless(
        names === undefined || names.includes(machine.hostname),
        ["tree", "files", "/etc/hosts"],
        `has ${names?.join(" ")} for 127.0.1.1 where the host is ${machine.hostname}`,
      );
    },
  },
  {
    name: "resolver",
    holds: "/etc/resolv.conf names the DNS servers",
    find: ({ persona: { machine }, text }) => {
      const told = text("/etc/resolv.conf")
        ?.matchAll(/^nameserver[ \t]+(\S+)/gm)
        .toArray()
        .map((match) => match[1]);
      return unless(
        told === undefined || told.join() === machine.nameservers.join() || told.every((one) => one?.startsWith("127.")),
        ["tree", "files", "/etc/resolv.conf"],
        `names other servers than ${machine.nameservers.join(", ")}`,
      );
    },
  },
  {
    name: "interfaces-file",
    holds: "/etc/network/interfaces names interfaces that are there",
    find: ({ persona: { machine }, text }) => {
      const named =
        text("/etc/network/interfaces")
          ?.matchAll(/^\s*iface[ \t]+(\S+)/gm)
          .toArray() ?? [];
      return named.flatMap((match) =>
        unless(
          machine.interfaces.some(({ name }) => name === match[1]),
          ["tree", "files", "/etc/network/interfaces"],
          `configures ${match[1]}, which is not there`,
        ),
      );
    },
  },
  {
    name: "machine-id-file",
    holds: "/etc/machine-id tells the machine's id",
    find: ({ persona: { machine }, text }) =>
      unless(
        (text("/etc/machine-id")?.trim() ?? machine.machineId) === machine.machineId,
        ["tree", "files", "/etc/machine-id"],
        "tells another id than machine.machineId",
      ),
  },
];

function numberOf(address: string): number {
  return address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}

function sameNetwork({ address, prefix }: Interface, other: string): boolean {
  const size = 2 ** (32 - prefix);
  return Math.floor(numberOf(address) / size) === Math.floor(numberOf(other) / size);
}

function isHost({ name, address, prefix }: Interface): boolean {
  const size = 2 ** (32 - prefix);
  const within = numberOf(address) % size;
  return name === "lo" || prefix > 30 || (within !== 0 && within !== size - 1);
}

function linkLocal(mac: string): string {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = mac.split(":").map((part) => Number.parseInt(part, 16));
  return `fe80::${[((a ^ 2) << 8) | b, (c << 8) | 0xff, 0xfe00 | d, (e << 8) | f].map((group) => group.toString(16)).join(":")}`;
}
