import type { Effect } from "../../../disguise/effect.ts";
import type { CarrierHost } from "../../apply/carriage.ts";
import type { Change } from "../../ledger/change.ts";
import { isLink } from "./host-files.ts";

/** What the kernel itself shows to a whole host: its name, modules of the distribution, address and name of the first card. */
export interface KernelCarried {
  readonly changes: readonly Change[];
  readonly seen: Effect;
  readonly leftOut: readonly string[];
  readonly limits: readonly string[];
}

const NOTHING: KernelCarried = { changes: [], seen: {}, leftOut: [], limits: [] };
const HOST_NAME_FILE = "/etc/hostname";

export function carryHostName(name: string | undefined, host: CarrierHost): KernelCarried {
  if (name === undefined) return NOTHING;
  const contents = Buffer.from(`${name}\n`).toString("base64");
  const isKept = host.read(HOST_NAME_FILE) !== undefined && !isLink(HOST_NAME_FILE, host);
  return {
    ...NOTHING,
    changes: [
      { kind: "sysctl", name: "kernel/hostname", value: name },
      ...(isKept ? [{ kind: "file", path: HOST_NAME_FILE, contents } satisfies Change] : []),
    ],
    seen: { hostName: name },
    limits: [
      `The host is called ${name} by everything that asks it, monitoring and mail among them; /etc/hosts and the network keep the old name.`,
    ],
  };
}

/** Modules that are named by the operator, and that the running kernel has. */
export function carryModules(modules: readonly string[], isWanted: boolean, host: CarrierHost): KernelCarried {
  if (modules.length === 0) return NOTHING;
  if (!isWanted) return { ...NOTHING, leftOut: [`No module is loaded that is not asked for by its clue (--with): ${modules.join(", ")}.`] };
  const release = host.ask("uname", "-r")?.trim() ?? "";
  const known = host.read(`/lib/modules/${release}/modules.dep`) ?? "";
  const loaded = namesIn(host.read("/proc/modules") ?? "");
  const there = modules.filter((name) => hasModule(known, name));
  const added = there.filter((name) => !loaded.has(name));
  const missing = modules.filter((name) => !there.includes(name) && !loaded.has(name));
  return {
    changes: added.flatMap(moduleChanges),
    seen: { modules: modules.filter((name) => !missing.includes(name)) },
    leftOut: missing.length === 0 ? [] : [`This kernel (${release}) has no module ${missing.join(", ")}.`],
    limits: added.length === 0 ? [] : [`Loaded, and at every boot: ${added.join(", ")}. What they add can be attacked like any driver.`],
  };
}

/** modules.dep(5): path of a module, a colon, what it needs; names have `-` or `_` there. */
function hasModule(dep: string, name: string): boolean {
  return new RegExp(`/${name.replaceAll("_", "[-_]")}\\.ko(\\.(gz|xz|zst))?:`).test(dep);
}

function namesIn(modules: string): ReadonlySet<string> {
  return new Set(modules.split("\n").map((line) => line.split(" ", 1)[0] ?? ""));
}

/** modules-load.d(5). */
function moduleChanges(name: string): readonly Change[] {
  return [
    { kind: "module", name, parameters: [] },
    { kind: "file", path: `/etc/modules-load.d/${name}.conf`, contents: Buffer.from(`${name}\n`).toString("base64"), mode: 0o644 },
  ];
}

/** The name first: the address is then asked for under either. */
export function carryNetwork(network: Effect["network"], isWanted: boolean, card: string | undefined): KernelCarried {
  if (network === undefined) return NOTHING;
  if (!isWanted) return { ...NOTHING, leftOut: ["Address and name of the network card stay, unless their clue is asked for (--with)."] };
  if (card === undefined) return { ...NOTHING, leftOut: ["This host shows no network card."] };
  const { address, name } = network;
  const renamed = name !== undefined && name !== card;
  const names = renamed ? [name, card] : [card];
  return {
    changes: [
      ...(renamed ? [{ kind: "link-name", from: card, to: name } satisfies Change] : []),
      ...(address === undefined ? [] : [{ kind: "link-address", names, address } satisfies Change]),
    ],
    seen: { network },
    leftOut: [],
    limits: [
      "The network card is changed while it is up: neighbours, leases and a cloud's own filter may not know it any more. It is as before after a boot.",
    ],
  };
}
