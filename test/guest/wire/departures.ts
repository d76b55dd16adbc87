/** In the guest: suspects are answered late by `fq`, with an engine in this process, which then goes down. */
import { Engine } from "../../../src/steward/engine/engine.ts";
import { DELAY_MS, everybody, loadModules, makeCables, say, sh, standAll } from "./inside.ts";
import { queues } from "./plumbing.ts";

await loadModules("veth", "sch_ingress", "cls_bpf", "nf_tables", "sch_fq");
await makeCables();
say("release", await sh("uname -r"));
const before = await queues();
const interfaces = [{ name: "h0", hook: "tc" }] as const;
const engine = await Engine.up(
  { interfaces, unused: [], trusted: [], land: true, delayMs: DELAY_MS, stack: { ipId: "random" } },
  () => undefined,
);
standAll(engine);
say("engine", engine.status());
await everybody(0);
say("counts", engine.status().counts);
engine.down();
say("gone", [(await queues()) === before, await sh("nft list tables")]);
say("end", true);
process.exit(0);
