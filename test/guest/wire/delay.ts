/** In the guest: each way to answer suspects late, with an engine in another process; what its kill leaves passes everything, and goes. */
import { removeEngine } from "../../../src/steward/engine/engine.ts";
import { DELAY_MS, engineUp, everybody, loadModules, makeCables, pings, say, sh } from "./inside.ts";
import { queues, showPlumbing, showXdp } from "./plumbing.ts";

await loadModules("veth", "sch_ingress", "cls_bpf", "nf_tables");
await makeCables();
say("release", await sh("uname -r"));
await showPlumbing();
await showXdp();

const before = await queues();
const interfaces = ["h0", "h1", "eth0"].map((name) => ({ name, hook: "tc" as const }));
const settings = { interfaces, unused: [], trusted: [], land: true, delayMs: DELAY_MS, stack: { ttl: 128, options: "mss,nop,wscale" } };
const { child, status } = await engineUp(settings);
say("engine", status);
for (const cable of [0, 1] as const) await everybody(cable);
child.kill("SIGKILL");
// Two seconds after its last sign of life the engine lets everything pass.
await new Promise((resolve) => setTimeout(resolve, 2500));
say("killed", [...(await pings("suspect", 0)), ...(await pings("suspect", 1))]);
say("left", [(await queues()) === before, await sh("nft list tables")]);
say("removed", await removeEngine());
say("gone", [(await queues()) === before, await sh("nft list tables")]);
say("end", true);
process.exit(0);
