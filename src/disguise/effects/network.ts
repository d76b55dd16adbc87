import { exists, type Files, lineOf } from "../../detectors/views/files.ts";
import { hexOf } from "../draw.ts";
import type { Effect } from "../effect.ts";
import { realPath } from "../real-path.ts";
import { type EffectOf, type Effects, type Host, unavailable } from "./effect-of.ts";

/** The first card's address and name; the second half of an address is the site's. */
export function firstCard(files: Files): string | undefined {
  const names = files.list("/sys/class/net");
  if (typeof names === "string") return undefined;
  return names.find((name) => exists(files, `/sys/class/net/${name}/device`) === true);
}

const withCard =
  (network: (host: Host, card: string) => NonNullable<Effect["network"]>): EffectOf =>
  (host) => {
    const card = firstCard(host.view.files);
    return card === undefined ? unavailable("this host shows no network card") : { network: network(host, card) };
  };

const address = (maker: string): EffectOf =>
  withCard(({ site }) => ({ address: `${maker}:${hexOf(site, `address/${maker}`, 6).replace(/^(..)(..)(..)$/, "$1:$2:$3")}` }));

const name = (wanted: string): EffectOf => withCard(() => ({ name: wanted }));

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
  "network.name.vmware": name("ens192"),
  "network.name.virtualbox": name("enp0s3"),
  "network.promiscuous": promiscuous,
};
