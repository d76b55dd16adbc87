/** Runs in the guest: the engine, with settings as JSON in its argument; its suspects are the next argument, and whom it trusts again the one behind. */
import { Engine } from "../../../src/steward/engine/engine.ts";
import type { EngineSettings } from "../../../src/steward/engine/engine-settings.ts";

const [settings = "", suspects = "", trusted = ""] = process.argv.slice(2);
const parsed: EngineSettings = JSON.parse(settings);
const engine = await Engine.up(parsed, () => undefined);
for (const address of [suspects, trusted].flatMap((list) => list.split(","))) engine.stand(address, { state: "suspect", forMs: 3_600_000 });
for (const address of trusted.split(",")) engine.trust(address);
process.stdout.write(`${JSON.stringify(engine.status())}\n`);
process.stdin.resume();
