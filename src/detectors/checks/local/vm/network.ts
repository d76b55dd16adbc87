import { type Check, clean, type Judgement, shown, unknown } from "../../../check.ts";
import { exists, type Files, lineOf, textOf } from "../../../views/files.ts";
import type { LocalView } from "../../../views/local-view.ts";
import { family, type Mark, markIn } from "./families.ts";
import { macPrefixes } from "./vendors.ts";

/**
 * Network cards and what is next to them. Only interfaces with a device below them are looked at: a metal host that runs guests itself has
 * bridges and taps with a hypervisor's addresses.
 */
const { judged, texts } = family("network");
const NET = "/sys/class/net";
const MAX_INTERFACES = 256;

/** Interfaces that have a device. */
export function cards(files: Files): readonly string[] | undefined {
  const names = files.list(NET);
  if (typeof names === "string") return names === "absent" ? [] : undefined;
  return names.slice(0, MAX_INTERFACES).filter((name) => name !== "lo" && exists(files, `${NET}/${name}/device`) === true);
}

/** Who made a card's address, where that is a hypervisor. */
export function cardMaker(files: Files, card: string): string | undefined {
  const address = lineOf(files, `${NET}/${card}/address`)?.toLowerCase() ?? "";
  const prefix = address.slice(0, 8);
  return Object.hasOwn(macPrefixes, prefix) ? macPrefixes[prefix] : undefined;
}

function judgeCards(files: Files, seen: (card: string) => string | undefined): Judgement {
  const all = cards(files);
  if (all === undefined) return unknown("no interface could be looked at");
  const found = all.map((card) => ({ card, what: seen(card) })).find(({ what }) => what !== undefined);
  return found?.what === undefined ? clean(`${all.length} cards of others`) : shown(`${found.card}: ${found.what}`);
}

const driverMarks: readonly Mark[] = [
  [/^DRIVER=vmxnet3?/m, "VMware"],
  [/^DRIVER=(?:virtio_net|virtio-pci)/m, "virtio"],
  [/^DRIVER=hv_netvsc/m, "Hyper-V"],
  [/^DRIVER=(?:vif|xen_netfront)/m, "Xen"],
  [/^DRIVER=gve/m, "Google"],
  [/^DRIVER=ena$/m, "Amazon"],
];

const nameMarks: readonly Mark[] = [
  [/^ens(?:160|192|224|256)$/, "VMware"],
  [/^ens33$/, "VMware Workstation"],
  [/^enp0s[38]$/, "VirtualBox"],
  [/^ens18$/, "Proxmox"],
  [/^enX\d{1,3}$/, "Xen"],
];

/** Addresses that stand for a hypervisor's own router. */
const routerMarks: readonly Mark[] = [
  [/\b52:55:0a:00:02:0[0-9a-f]\b/i, "QEMU's user network"],
  [/\b52:54:00:12:35:0[0-9a-f]\b/i, "VirtualBox' translated network"],
  [/\bfe:ff:ff:ff:ff:ff\b/i, "Xen"],
  [/\b12:34:56:78:9a:bc\b/i, "Azure"],
  [/\b42:01:0a:[0-9a-f]{2}:[0-9a-f]{2}:01\b/i, "Google"],
  [/\bee:ee:ee:ee:ee:ee\b/i, "Calico"],
];

export const networkChecks: readonly Check<LocalView>[] = [
  judged(
    {
      id: "vm.net.address",
      looksAt: `${NET}/*/address of cards`,
      reason: "A network card's address is from a block that belongs to a hypervisor.",
      ratio: 1.4,
      source: "IEEE OUI registry; Kitazawa and Shinoda, Fake Honeypot",
    },
    ({ files }) => judgeCards(files, (card) => cardMaker(files, card)),
  ),
  judged(
    {
      id: "vm.net.driver",
      looksAt: `${NET}/*/device/uevent`,
      reason: "A network card is driven by a paravirtual driver.",
      ratio: 1.4,
      source: "ethtool -i; Linux, drivers/net",
    },
    ({ files }) => judgeCards(files, (card) => markIn(textOf(files, `${NET}/${card}/device/uevent`) ?? "", driverMarks)),
  ),
  judged(
    {
      id: "vm.net.name",
      looksAt: `names in ${NET}`,
      reason: "A network card sits in the slot that a hypervisor gives to the first one.",
      ratio: 1.2,
      source: "systemd.net-naming-scheme(7); default machines of VMware, VirtualBox and Proxmox",
    },
    ({ files }) => judgeCards(files, (card) => markIn(card, nameMarks)),
  ),
  texts(
    {
      id: "vm.net.router",
      looksAt: "/proc/net/arp",
      reason: "The neighbour has the made-up address of a hypervisor's router.",
      ratio: 1.4,
      source: "QEMU slirp; VirtualBox NAT; Xen; Azure; Google",
    },
    ["/proc/net/arp"],
    routerMarks,
  ),
  texts(
    {
      id: "vm.net.user-network",
      looksAt: "/proc/net/route",
      reason: "The only way out is 10.0.2.2, the router inside QEMU and VirtualBox.",
      ratio: 1.4,
      source: "QEMU, user network; VirtualBox manual §6.3",
    },
    ["/proc/net/route"],
    [[/^\S+\t00000000\t0202000A\t/m, "10.0.2.2"]],
  ),
];
