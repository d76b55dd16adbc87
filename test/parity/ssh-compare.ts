import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import type { Persona } from "../../src/decoy/persona.ts";
import type { SshPersona } from "../../src/decoys/ssh/persona.ts";
import { testPersona } from "../../src/testkit/test-persona.ts";
import { startTestSensor, type TestSensor } from "../rig/sensor.ts";
import { ask, type SshCase } from "./ssh-ask.ts";

/** Our server as this persona, with no login that gets in. */
export function startOurs(ssh: SshPersona): Promise<TestSensor> {
  const persona: Persona = { ...testPersona, services: { ssh: { ...ssh, auth: { ...ssh.auth, failureDelayMs: 0 } } } };
  const module = fileURLToPath(new URL("../../src/decoys/ssh/decoy.ts", import.meta.url));
  return startTestSensor({ decoys: { ssh: { admission: { credentials: [], differentPasswords: 0 } } }, modules: [module], persona });
}

/** Asks both servers the same at the same time, `atOnce` cases side by side, and says which cases they answer differently. */
export async function compare(cases: readonly SshCase[], ports: { real: number; ours: number }, atOnce: number): Promise<void> {
  const doubtful: SshCase[] = [];
  const waiting = [...cases];
  const worker = async (): Promise<void> => {
    for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) {
      if ((await difference(one, ports)) !== undefined) doubtful.push(one);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  // On a busy machine a server may be late: what differed is asked again, one by one.
  const different: unknown[] = [];
  for (const one of doubtful) {
    const again = (await difference(one, ports)) && (await difference(one, ports));
    if (again !== undefined) different.push(again);
  }
  assert.deepEqual(different, []);
}

async function difference(one: SshCase, ports: { real: number; ours: number }): Promise<unknown> {
  const [real, ours] = await Promise.all([ask(ports.real, one), ask(ports.ours, one)]);
  return JSON.stringify(real) === JSON.stringify(ours) ? undefined : { case: one.name, real, ours };
}
