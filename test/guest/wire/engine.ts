/** Runs in the guest: the engine, with settings as JSON in its argument, until it is killed. */
import { Engine } from "../../../src/steward/engine/engine.ts";
import type { EngineSettings } from "../../../src/steward/engine/engine-settings.ts";
import { standAll } from "./inside.ts";

const settings: EngineSettings = JSON.parse(process.argv[2] ?? "");
const engine = await Engine.up(settings, () => undefined);
standAll(engine);
process.stdout.write(`${JSON.stringify(engine.status())}\n`);
process.stdin.resume();
