import { exists, type Files, lineOf } from "../../detectors/views/files.ts";
import { hexOf, numberOf } from "../draw.ts";
import { realPath } from "../real-path.ts";
import { type EffectOf, type Effects, type Host, unavailable } from "./effect-of.ts";

/** The card whose address and name a clue changes: the first that has a device behind it. */
export function firstCard(files: Files): string | undefined {
  const names = files.list("/sys/class/net");
  if (typeof names === "string") return undefined;
  return names.find((name) => exists(files, `/sys/class/net/${name}/device`) === true);
}

/** The card keeps its own half of the address, as a card of that maker would have one; where nobody may see it, the site draws it. */
const address = (maker: string): EffectOf => {
  const drawn = (host: Host) => hexOf(host.site, `address/${maker}`, 6).replace(/^(..)(..)(..)$/, "$1:$2:$3");
  return (host) => {
    const card = firstCard(host.view.files);
    if (card === undefined) return unavailable("this host shows no network card");
    const own = lineOf(host.view.files, `/sys/class/net/${card}/address`);
    if (own?.startsWith(`${maker}:`) === true) return unavailable("the card is that maker's already");
    const half = /^(?:[0-9a-f]{2}:){3}((?:[0-9a-f]{2}:){2}[0-9a-f]{2})$/.exec(own ?? "")?.[1];
    return { network: { address: `${maker}:${half ?? drawn(host)}` } };
  };
};

/** One of the names that cards of such machines have: which, the site draws. */
const name =
  (...wanted: readonly string[]): EffectOf =>
  (host) => {
    const card = firstCard(host.view.files);
    if (card === undefined) return unavailable("this host shows no network card");
    const drawn = wanted[numberOf(host.site, "interface-name", wanted.length)] ?? card;
    return drawn === card ? unavailable("the card is called so already") : { network: { name: drawn } };
  };

/** include/uapi/linux/if.h: IFF_PROMISC is 100h. */
function promiscuous({ view: { files } }: Host): ReturnType<EffectOf> {
  const card = firstCard(files);
  const path = `/sys/class/net/${card}/flags`;
  const flags = card === undefined ? undefined : lineOf(files, path);
  if (flags === undefined) return unavailable("this host shows no network card, or not its flags");
  return { files: { [realPath(files, path)]: `0x${(Number(flags) | 0x100).toString(16)}\n` } };
}

export const networkEffects: Effects = {
  "network.address.vmware": address("00:0c:29"),
  "network.address.virtualbox": address("08:00:27"),
  "network.address.qemu": address("52:54:00"),
  "network.address.xen": address("00:16:3e"),
  "network.address.hyper-v": address("00:15:5d"),
  "network.address.metal": address("ac:1f:6b"),
  "network.name.vmware": name("ens33", "ens160", "ens192"),
  "network.name.virtualbox": name("enp0s3"),
  "network.name.qemu": name("ens3", "ens18"),
  "network.name.hyper-v": name("eth0"),
  "network.name.xen": name("enX0"),
  "network.promiscuous": promiscuous,
};
