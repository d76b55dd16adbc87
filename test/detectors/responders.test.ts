import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { stimulusFor } from "../../src/detectors/checks/remote/fingerprints/testing/shown-view.ts";
import { type Fingerprint, findFingerprint, loadFingerprints } from "../../src/detectors/fingerprints/index.ts";
import { nucleiHoneypots } from "../../src/detectors/known/remote/nuclei-honeypots.ts";
import { templates } from "../../src/detectors/known/remote/nuclei-templates.ts";
import { takeRemoteView } from "../../src/detectors/probes/remote/take-remote-view.ts";
import { remoteStimuli } from "../../src/detectors/remote-detectors.ts";
import { drawResponders, rowsFor, setNames, whyNot } from "../../src/detectors/responders/index.ts";
import { recognise } from "../../src/detectors/stimuli/recognise.ts";
import type { Stimulus } from "../../src/detectors/stimuli/stimulus.ts";
import type { RemoteView } from "../../src/detectors/views/remote-view.ts";
import { runClient } from "../clients/run-client.ts";
import { Site, toldJson, UpCommand } from "../rig/command.ts";
import { needs } from "../rig/needs.ts";

/**
 * A real sensor says what known honeypots say, and the detectors believe it: our own prober, the real nmap, and nuclei's conditions. Each
 * sensor has a loopback address of its own, so ports are free whatever else runs.
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

/** Those of one product that share a port stand there together. */
function atTheirPorts(entries: readonly Fingerprint[]): readonly Service[] {
  const groups = Map.groupBy(entries, ({ product, ports }) => `${product} ${ports[0]}`);
  const taken = new Set([8080]);
  return [...groups.values()].map((group, index) => {
    const wanted = group[0]?.ports.find((port) => !taken.has(port)) ?? FIRST_PORT + index;
    taken.add(wanted);
    return { port: wanted, entries: group };
  });
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

  test("every set, drawn for a site, shows what it names", needs("root"), async () => {
    for (const [index, set] of setNames().entries()) {
      const { services } = drawResponders({ sets: [set], seed: "a site", leaveOut: [] }, known);
      const placed = services.map(({ port, rows }) => ({ port, entries: rows.map(({ shows }) => named(shows)) }));
      const address = `127.91.2.${index + 1}`;
      using site = siteWith(address, placed);
      await using up = await new UpCommand(site).ready();
      assert.deepEqual(await unrecognised(address, placed.flatMap(oneByOne)), [], set);
      await up.end();
    }
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

  test("nuclei's templates for honeypots fire, at least 15 fingerprints of them all on one port", needs("root"), async () => {
    const address = "127.91.4.1";
    const [web] = drawResponders({ sets: ["web"], seed: "a site", leaveOut: [] }, known).services;
    const onOne = { port: 8080, entries: (web?.rows ?? []).map(({ shows }) => named(shows)) };
    const others = known.all.filter((entry) => whyNot(entry) === undefined && entry.fires.some((tool) => tool.startsWith("nuclei:")));
    const placed = atTheirPorts(others);
    using site = siteWith(address, [onOne, ...placed]);
    await using up = await new UpCommand(site).ready();
    const found = onOne.entries.length - (await unrecognised(address, oneByOne(onOne))).length;
    assert.ok(found >= 15, `${found}`);
    const ports = [8080, ...placed.map(({ port }) => port)];
    const view = await takeRemoteView(address, { address, ports, stimuli: remoteStimuli(), recognise, trials: false });
    const { says } = nucleiHoneypots.judge(view);
    const fired = templates.filter(({ id }) => says.includes(id));
    assert.ok(fired.length >= 17, says);
    await up.end();
  });

  test("the real nmap names the honeypot on 19 ports", needs("nmap"), async () => {
    const address = "127.91.5.1";
    const entries = known.all.filter(
      (entry) => whyNot(entry) === undefined && entry.fires.some((tool) => /^nmap( netbus-version)?$/.test(tool)),
    );
    using site = siteWith(address, oneEach(entries));
    await using up = await new UpCommand(site).ready();
    const ports = entries.map((_, index) => FIRST_PORT + index).join(",");
    const { out } = await runClient("nmap", ["-n", "-Pn", "-sT", "-sV", "-p", ports, address], { withinMs: 400_000 });
    const lines = out.split("\n").filter((line) => /^\d+\/tcp/.test(line));
    assert.ok(lines.filter((line) => /honeypot|Honeyd|HoneyTrap/i.test(line)).length >= 19, out);
    await up.end();
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
