import { type Check, clean, type Judgement, shown, unknown } from "../../../check.ts";
import type { RemoteView } from "../../../views/remote-view.ts";
import { macPrefixes } from "../../local/vm/vendors.ts";

/** The hardware address, which only hosts on the same link see. */
const NOT_ON_LINK = "the host is not on our link";

export const linkChecks: readonly Check<RemoteView>[] = [
  {
    id: "link.address.hypervisor",
    class: "virtual-machine",
    side: "remote",
    family: "link",
    looksAt: "first three bytes of the hardware address (ARP)",
    reason: "The hardware address was given out by the maker of a hypervisor.",
    ratio: 1.3,
    source: "IEEE OUI registry; Kitazawa and Shinoda, Fake Honeypot",
    judge: ({ linkAddress }) => {
      if (linkAddress === undefined) return unknown(NOT_ON_LINK);
      const prefix = linkAddress.slice(0, 8);
      return Object.hasOwn(macPrefixes, prefix) ? shown(`${linkAddress}: ${macPrefixes[prefix]}`) : clean(linkAddress);
    },
  },
  {
    id: "link.address.nobody",
    class: "trait",
    side: "remote",
    family: "link",
    looksAt: "the whole hardware address (ARP)",
    reason: "LaBrea answers for unused addresses with a hardware address that no card has.",
    ratio: 200,
    source: "LaBrea, inc/labrea.h",
    judge: ({ linkAddress }): Judgement => {
      if (linkAddress === undefined) return unknown(NOT_ON_LINK);
      return linkAddress === "00:00:0f:ff:ff:ff" ? shown(linkAddress) : clean(linkAddress);
    },
  },
];
