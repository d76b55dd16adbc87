/** In the guest: suspects are answered late, and what a kill leaves passes everything, and goes. With the word `short`: only by `fq`. */
import { removeEngine } from "../../../src/steward/engine/engine.ts";
import { engineUp, loadModules, makeCables, pings, say, sh, talks } from "./inside.ts";
import { queues, showPlumbing, showXdp } from "./plumbing.ts";

const isShort = process.argv[2] === "short";
await loadModules("veth", "sch_ingress", "cls_bpf", "nf_tables");
await makeCables();
say("release", await sh("uname -r"));
if (isShort) await loadModules("sch_fq");
else {
  await showPlumbing();
  await showXdp();
}

const before = await queues();
const cables = isShort ? ([0] as const) : ([0, 1] as const);
const names = [...cables.map((cable) => `h${cable}`), ...(isShort ? [] : ["eth0"])];
const interfaces = names.map((name) => ({ name, hook: "tc" as const }));
const settings = { interfaces, unused: [], trusted: [], land: true, delayMs: 400, stack: { ttl: 128, options: "mss,nop,wscale" } };
const { child, status } = await engineUp(settings);
say("engine", status);
for (const cable of cables)
  for (const source of ["suspect", "stranger", "known", "trusted"] as const)
    say(`${cable}-${source}`, [await pings(source, cable), await talks(source, cable)]);
child.kill("SIGKILL");
// Two seconds after its last sign of life the engine lets everything pass.
await new Promise((resolve) => setTimeout(resolve, 2500));
const after = [];
for (const cable of cables) after.push(...(await pings("suspect", cable)));
say("killed", after);
say("left", [(await queues()) === before, await sh("nft list tables")]);
say("removed", await removeEngine());
say("gone", [(await queues()) === before, await sh("nft list tables")]);
say("end", true);
process.exit(0);
