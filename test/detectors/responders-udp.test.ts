import assert from "node:assert/strict";
import { test } from "node:test";
import { findFingerprint, loadFingerprints } from "../../src/detectors/fingerprints/index.ts";
import { takeRemoteView } from "../../src/detectors/probes/remote/take-remote-view.ts";
import { remoteStimuli } from "../../src/detectors/remote-detectors.ts";
import { runClient } from "../clients/run-client.ts";
import { Site, toldJson, UpCommand } from "../rig/command.ts";
import { needs } from "../rig/needs.ts";

/** A real sensor with responders over UDP, seen by our own prober and by the real nmap. The addresses are this test's alone. */
const known = loadFingerprints();

test("a sensor shows its sets over UDP, to our own prober and to nmap, and stores what it showed", needs("root", "nmap"), async () => {
  const address = "127.91.6.1";
  using site = new Site(
    `listen: [{ decoy: telnet, address: ${address}, port: 0 }]\nresponders: { sets: [conpot, dionaea, tpot], address: ${address} }\n`,
  );
  await using up = await new UpCommand(site).ready();
  const ports = [...up.err.matchAll(/responder-udp +127\.91\.6\.1 port (\d+)/g)].map(([, port]) => Number(port));
  assert.ok(ports.includes(10_161), up.err);
  const shown = known.all.filter(({ transport }) => transport === "udp");
  const stimuli = remoteStimuli()
    .filter(({ transport }) => transport === "udp")
    .map((one) => ({
      ...one,
      ports: one.ports.map((port) => (port < 1024 ? port + 10_000 : port)).filter((port) => ports.includes(port)),
    }));
  const view = await takeRemoteView(address, { address, ports, stimuli, trials: false });
  const found = shown.filter((entry) => findFingerprint(entry, view).length > 0).map(({ id }) => id);
  assert.ok(found.includes("conpot.snmp"), found.join());
  assert.ok(found.length >= 2, found.join());
  // nmap's own questions are smaller than most of the answers: only what fits is said to it.
  const { out } = await runClient("nmap", ["-n", "-Pn", "-sU", "-p", "1900,1901", address], { withinMs: 60_000 });
  assert.match(out, /^1900\/udp open +upnp$/m);
  assert.match(out, /^1901\/udp closed/m);
  await up.until(() => up.out.includes("conpot.snmp"), "the event");
  await up.end();
  const events = await toldJson(["events", "--kind", "fingerprint.shown", ...site.place]);
  const [snmp] = events.filter(({ fields }) => JSON.stringify(fields).includes("conpot.snmp"));
  assert.equal(snmp?.["transport"], "udp");
  assert.equal(snmp?.["session"], undefined);
});
