import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { stimulusFor } from "../../src/detectors/checks/remote/fingerprints/testing/shown-view.ts";
import { type Fingerprint, findFingerprint, loadFingerprints } from "../../src/detectors/fingerprints/index.ts";
import { takeRemoteView } from "../../src/detectors/probes/remote/take-remote-view.ts";
import { drawResponders, rowsFor, setNames, whyNot } from "../../src/detectors/responders/index.ts";
import type { Stimulus } from "../../src/detectors/stimuli/stimulus.ts";
import type { RemoteView } from "../../src/detectors/views/remote-view.ts";
import { runClient } from "../clients/run-client.ts";
import { Site, toldJson, UpCommand } from "../rig/command.ts";

/**
 * A real sensor says what known honeypots say, and our own prober believes it. Each sensor has a loopback address of its own, so ports are
 * free whatever else runs.
 */
const known = loadFingerprints();
const FIRST_PORT = 20_000;
const MOST_LISTENERS = 256;

interface Service {
  readonly port: number;
  readonly entries: readonly Fingerprint[];
}

/** A sensor whose responders say these, as an operator would configure it. */
function siteWith(address: string, services: readonly Service[]): Site {
  const told = services.map(({ port, entries }) => ({ port, rows: rowsFor(entries, known) }));
  const listen = services.map(({ port }) => ({ decoy: "responder", address, port }));
  return new Site(JSON.stringify({ listen, decoys: { responder: { services: told } } }));
}

const oneEach = (entries: readonly Fingerprint[]): readonly Service[] =>
  entries.map((entry, index) => ({ port: FIRST_PORT + index, entries: [entry] }));

describe("responders of a real sensor", { concurrency: true }, () => {
  test("every fingerprint that bytes over TCP can show is recognised by our own prober", async () => {
    const able = known.all.filter((entry) => whyNot(entry) === undefined);
    assert.ok(able.length >= 240, String(able.length));
    for (const [part, entries] of chunks(able).entries()) {
      const address = `127.91.1.${part + 1}`;
      using site = siteWith(address, oneEach(entries));
      await using up = await new UpCommand(site).ready();
      assert.deepEqual(await unrecognised(address, oneEach(entries)), []);
      await up.end();
    }
  });

  test("every set, drawn for a site, shows what it names", async () => {
    const address = "127.91.2.1";
    const drawn = setNames().flatMap((set) => drawResponders({ sets: [set], seed: "a site", leaveOut: [] }, known).services);
    // Sets want the same ports: here each has its own.
    const services = drawn.map(({ rows }, index) => ({ port: FIRST_PORT + index, entries: rows.map(({ shows }) => named(shows)) }));
    using site = siteWith(address, services);
    await using up = await new UpCommand(site).ready();
    assert.deepEqual(await unrecognised(address, services.flatMap(oneByOne)), []);
    await up.end();
  });

  test("the configuration's sets are drawn, placed and listed; a port that is in use is left alone", async () => {
    const address = "127.91.3.1";
    using site = new Site(
      `listen: [{ decoy: responder, address: ${address}, port: 13306 }]\nresponders: { sets: [dionaea], address: ${address} }\n`,
    );
    await using up = await new UpCommand(site).ready();
    assert.match(up.err, /responder +127\.91\.3\.1 port 10445/);
    assert.match(up.err, /Port 13306 is in use|not shown on port 3306|port 13306/);
    const { out } = await runClient("bash", ["-c", `exec 3<>/dev/tcp/${address}/10021; head -c 32 <&3`], { withinMs: 20_000 });
    assert.equal(out, "220 Welcome to the ftp service\r\n");
    await up.until(() => up.out.includes("dionaea.ftp.banner-code"), "the event");
    await up.end();
    const [shown] = await toldJson(["events", "--kind", "fingerprint.shown", ...site.place]);
    assert.deepEqual(shown?.["fields"], { fingerprint: "dionaea.ftp.banner-code", said: "" });
  });
});

function named(id: string): Fingerprint {
  const entry = known.all.find((one) => one.id === id);
  assert.ok(entry !== undefined, id);
  return entry;
}

const oneByOne = ({ port, entries }: Service): readonly Service[] => entries.map((entry) => ({ port, entries: [entry] }));

function chunks(entries: readonly Fingerprint[]): readonly (readonly Fingerprint[])[] {
  return Array.from({ length: Math.ceil(entries.length / MOST_LISTENERS) }, (_, part) =>
    entries.slice(part * MOST_LISTENERS, (part + 1) * MOST_LISTENERS),
  );
}

const AT_ONCE = 24;

/** Those that are not seen when they are asked their own question. */
async function unrecognised(address: string, services: readonly Service[]): Promise<readonly string[]> {
  const missing: string[] = [];
  const queue = [...services];
  const worker = async () => {
    for (let one = queue.shift(); one !== undefined; one = queue.shift()) {
      const [entry] = one.entries;
      if (entry !== undefined && findFingerprint(entry, await viewOf(address, one.port, entry)).length === 0) missing.push(entry.id);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return missing.sort();
}

function viewOf(address: string, port: number, entry: Fingerprint): Promise<RemoteView> {
  const own = stimulusFor(entry);
  const stimuli: readonly Stimulus[] = own === undefined ? [] : [{ ...own, ports: [port], sentTo: "every-port" }];
  return takeRemoteView(address, { address, ports: [port], stimuli, trials: false });
}
