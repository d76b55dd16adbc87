import assert from "node:assert/strict";
import test from "node:test";
import { findFingerprint, fingerprintStimuli, loadFingerprints } from "../../src/detectors/fingerprints/index.ts";
import { takeRemoteView } from "../../src/detectors/probes/remote/take-remote-view.ts";
import type { RemoteView } from "../../src/detectors/views/remote-view.ts";
import { listProfiles } from "../../src/persona/profile.ts";
import { sitePersonaForTests } from "../rig/persona.ts";
import { startTestSensor } from "../rig/sensor.ts";

/**
 * Every decoy with every persona is asked everything that any fingerprint asks: with the persona of a real machine it must say nothing that
 * only a honeypot says, and with the persona of a honeypot it must.
 */
const HONEYPOTS: readonly string[] = ["cowrie-default", "kippo-default"];

const never = loadFingerprints().all.filter(({ side, alsoReal }) => side === "remote" && alsoReal === "never");
const stimuli = fingerprintStimuli()
  .filter(({ transport }) => transport === "tcp")
  .map((stimulus) => ({ ...stimulus, sentTo: "every-port" as const }));

for (const name of listProfiles()) {
  const isHoneypot = HONEYPOTS.includes(name);
  test(`decoys as ${name} show ${isHoneypot ? "what only honeypots show" : "nothing that only honeypots show"}`, async () => {
    const view = await viewOfDecoys(name);
    const shown = never.flatMap((entry) => findFingerprint(entry, view).map((place) => `${entry.id} on ${place}`));
    if (isHoneypot) assert.notDeepEqual(shown, []);
    else assert.deepEqual(shown, []);
  });
}

async function viewOfDecoys(name: string): Promise<RemoteView> {
  const persona = sitePersonaForTests(name);
  const services = Object.keys(persona.services);
  await using sensor = await startTestSensor({ decoys: Object.fromEntries(services.map((service) => [service, {}])), persona });
  const ports = services.map((service) => sensor.port(service));
  const limits = { perPortASecond: 100, perPortAtOnce: 25, wholeMs: 120_000 };
  const view = await takeRemoteView("127.0.0.1", { address: "127.0.0.1", ports, stimuli, limits, trials: false });
  // A test that asked nothing would find nothing.
  for (const port of view.ports) assert.equal(port.state, "open");
  const asked = view.ports.map(({ exchanges }) => new Set(exchanges.map(({ stimulus }) => stimulus)));
  for (const { id } of stimuli)
    assert.ok(
      asked.every((ids) => ids.has(id)),
      `${id} was not asked; left out: ${view.leftOut.join("; ")}`,
    );
  assert.ok(asked.every((ids) => ids.has("null")));
  return view;
}
