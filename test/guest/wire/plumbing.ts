/** In the guest: which way is chosen for which interface as the kernel's features come, what that changes there, and that all of it goes back. */
import { join } from "node:path";
import { BpfMap } from "../../../src/steward/engine/bpf-map.ts";
import { BpfObject, presentCalls } from "../../../src/steward/engine/bpf-object.ts";
import { Delays, type DelayWish } from "../../../src/steward/engine/delay.ts";
import { readHostNetwork } from "../../../src/steward/engine/host-network.ts";
import { attachXdp } from "../../../src/steward/engine/xdp-hook.ts";
import { DELAY_MS, loadModules, must, say, sh } from "./inside.ts";

const NAMES = ["h0", "h1", "tap5", "eth0", "d1"];
const HASH = 1;

/** Root queues of all interfaces, without what changes by itself. */
export function queues(): Promise<string> {
  return sh(`for name in ${NAMES.join(" ")}; do tc qdisc show dev $name 2>/dev/null | sed "s/^/$name /; s/ refcnt [0-9]*//"; done`);
}

async function delays(names: readonly string[], more: Partial<DelayWish> = {}): Promise<Delays> {
  const { interfaces } = await readHostNetwork();
  const found = names.flatMap((name) => interfaces.filter((one) => one.name === name));
  const map = new BpfMap(presentCalls(), presentCalls().createMap(HASH, "delays", 4, 24, 64, null));
  const wanted = found.map((network) => ({ network, seesLeaving: true }));
  return Delays.up({ delayMs: DELAY_MS, interfaces: wanted, decoysWait: false, isTrusted: () => false, map, ...more });
}

export async function showPlumbing(): Promise<void> {
  for (const decoysWait of [false, true]) {
    const none = await delays(["h0"], { decoysWait });
    say(`without-${decoysWait}`, none.status());
    none.down();
  }
  await loadModules("sch_fq", "sch_netem", "nft_queue", "nfnetlink_queue", "tun", "vmxnet3", "dummy");
  await must(`
    ip link set eth0 up; ip tuntap add tap5 mode tap multi_queue; ip link set tap5 up
    ip link add d1 type dummy; ip link set d1 up; tc qdisc replace dev d1 root handle 77: fq limit 400
    tc qdisc replace dev h1 root handle 78: netem delay 0ms`);
  const before = await queues();
  say("before", before);
  const made = await delays(NAMES);
  say("made", made.status());
  say("made-queues", await queues());
  await must("tc qdisc replace dev tap5 root handle 79: pfifo");
  await made.follow();
  say("changed", made.status()[2]);
  made.down();
  say("kept", await sh("tc qdisc show dev tap5"));
  await must("tc qdisc delete dev tap5 root");
  say("put-back", [(await queues()) === before, await sh("nft list tables")]);
}

/** At a network card whose driver has no native XDP, with a program that does nothing. */
export async function showXdp(): Promise<void> {
  using bench = BpfObject.load(join(import.meta.dirname, "../../../kernel/bpf/bench.bpf.o"));
  const card = (await readHostNetwork()).interfaces.find(({ name }) => name === "eth0");
  if (card === undefined) throw new Error("there is no eth0");
  try {
    attachXdp(presentCalls(), card, { program: bench.program("empty_xdp"), mode: "xdp" })[Symbol.dispose]();
    say("xdp", "taken");
  } catch (error) {
    say("xdp", `${error}`);
  }
}
