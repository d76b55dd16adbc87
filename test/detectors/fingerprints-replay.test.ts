import assert from "node:assert/strict";
import test from "node:test";
import { stimulusFor } from "../../src/detectors/checks/remote/fingerprints/testing/shown-view.ts";
import { type Fingerprint, findFingerprint, loadFingerprints } from "../../src/detectors/fingerprints/index.ts";
import { takeRemoteView } from "../../src/detectors/probes/remote/take-remote-view.ts";
import type { Stimulus } from "../../src/detectors/stimuli/stimulus.ts";
import type { RemoteView } from "../../src/detectors/views/remote-view.ts";
import { canReplay, startReplay } from "../rig/replay-fingerprints.ts";

/**
 * Every fingerprint that can be served is served on a port of its own, asked its own question by the real prober over a real socket, and
 * recognised as itself and as no other product: of bytes that several products show, each entry says so by `alsoReal: sometimes`.
 */
const { all } = loadFingerprints();
const served = all.filter(canReplay);
const AT_ONCE = 80;

test("each fingerprint, served over loopback, is told from all others", async () => {
  await using replay = await startReplay(served.map((entry) => [entry]));
  const problems: string[] = [];
  const queue = [...served];
  const worker = async () => {
    for (let entry = queue.shift(); entry !== undefined; entry = queue.shift()) {
      const view = await viewOf(entry, replay.port(entry.id));
      if (findFingerprint(entry, view).length === 0) problems.push(`${entry.id} is not recognised: ${JSON.stringify(heardOn(view))}`);
      problems.push(...others(entry, view).map((other) => `${entry.id} is taken for ${other}`));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  assert.deepEqual(problems.sort(), []);
  assert.ok(served.length >= 200, String(served.length));
});

function others(entry: Fingerprint, view: RemoteView): readonly string[] {
  return all
    .filter((other) => other.alsoReal === "never" && other.product !== entry.product && other.side === "remote")
    .filter((other) => findFingerprint(other, view).length > 0)
    .map(({ id }) => id);
}

/** What the entry's own port says: a service of the other transport may have got the same number. */
async function viewOf(entry: Fingerprint, port: number): Promise<RemoteView> {
  const own = stimulusFor(entry);
  const stimuli: readonly Stimulus[] = own === undefined ? [] : [{ ...own, ports: [port], sentTo: "every-port" }];
  const view = await takeRemoteView("127.0.0.1", { address: "127.0.0.1", ports: [port], stimuli, trials: false });
  return { ...view, ports: view.ports.filter(({ transport }) => transport === (own?.transport ?? "tcp")) };
}

function heardOn(view: RemoteView): unknown {
  return view.ports.map(({ state, exchanges }) => ({
    state,
    exchanges: exchanges.map(({ stimulus, ended, turns }) => [
      stimulus,
      ended,
      ...turns.map(({ from, bytes }) => `${from} ${Buffer.from(bytes).toString("latin1").slice(0, 120)}`),
    ]),
  }));
}
