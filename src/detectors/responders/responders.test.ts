import assert from "node:assert/strict";
import test from "node:test";
import { responderOptions } from "../../decoys/responder/options.ts";
import { checkShape } from "../../shape/shape.ts";
import { findFingerprint, loadFingerprints } from "../fingerprints/index.ts";
import { remoteView } from "../views/build-view.ts";
import { drawResponders } from "./draw.ts";
import { engineBanners } from "./engine-banners.ts";
import { rowsFor } from "./rows.ts";
import { loadSet, setNames } from "./set.ts";

const known = loadFingerprints();
const draw = (sets: readonly string[], seed = "a site", leaveOut: readonly number[] = []) =>
  drawResponders({ sets, seed, leaveOut }, known);

test("every set that ships names fingerprints that can be said, and fits the decoy's options", () => {
  assert.ok(setNames().length >= 14);
  for (const name of setNames()) {
    const { services } = draw([name]);
    assert.ok(services.length > 0, name);
    assert.deepEqual(checkShape(responderOptions, JSON.parse(JSON.stringify({ services }))).problems, [], name);
  }
});

test("a site always draws the same, and sites differ", () => {
  const ports = (seed: string) =>
    draw(["tpot"], seed)
      .services.map(({ port }) => port)
      .join();
  assert.equal(ports("one"), ports("one"));
  assert.ok(new Set(Array.from({ length: 20 }, (_, n) => ports(`site ${n}`))).size > 10);
});

test("of two sets that want a port the first has it, and that is said", () => {
  const { services, leftOut } = draw(["dionaea", "opencanary"]);
  assert.equal(new Set(services.map(({ port }) => port)).size, services.length);
  assert.ok(services.find(({ port }) => port === 21)?.rows.every(({ shows }) => shows.startsWith("dionaea.")));
  assert.ok(leftOut.some((why) => why.includes("OpenCanary is not shown on port 21")));
});

test("ports to be left out are left out", () => {
  const { services } = draw(["dionaea"], "a site", [445]);
  assert.ok(services.every(({ port }) => port !== 445));
});

test("on one port of HTTP each waits for its own method and path, and the same question is not answered twice", () => {
  const [web] = draw(["web"]).services;
  const waits = (web?.rows ?? []).map(({ on }) => Buffer.from(on, "base64").toString("latin1"));
  assert.equal(new Set(waits).size, waits.length, waits.join("\n"));
  assert.ok(
    waits.every((wait) => /^[A-Z]+ \/|^OPTIONS |^HEAD$/.test(wait)),
    waits.join("\n"),
  );
  assert.ok(waits.length >= 15);
});

test("who answers anything waits for its own question where others answer too", () => {
  const ids = ["opencanary.redis.brackets", "opencanary.redis.quit"];
  const entries = known.all.filter(({ id }) => ids.includes(id));
  const waits = rowsFor(entries, known).map(({ on }) => Buffer.from(on, "base64").toString("latin1"));
  assert.equal(new Set(waits).size, 2);
  assert.ok(waits.every((wait) => wait !== ""));
  assert.equal(rowsFor(entries.slice(0, 1), known)[0]?.on, "");
});

test("an unknown set is named with those that there are", () => {
  assert.throws(() => loadSet("dionea"), { code: "responders-invalid" });
});

test("the engine says what needs no conversation, as it would be recognised, and names the rest", () => {
  const asked = { sets: ["dionaea", "nepenthes"], seed: "a site", leaveOut: [] };
  const { ports, leftOut } = engineBanners(asked, known);
  const services = draw(asked.sets).services;
  for (const { port, banner, shows } of ports) {
    assert.ok(banner.length >= 1 && banner.length <= 256, shows);
    const entry = known.all.find(({ id }) => id === shows);
    const exchange = { stimulus: "null", over: "plain", ended: "them", turns: [{ from: "them", atMs: 1, bytes: banner }] } as const;
    const view = remoteView({ ports: [{ transport: "tcp", port, state: "open", connectMs: [1], trials: {}, exchanges: [exchange] }] });
    assert.ok(entry !== undefined && findFingerprint(entry, view).length > 0, shows);
  }
  assert.ok(ports.some(({ port }) => port === 21));
  assert.ok(leftOut.some((why) => why.startsWith("Port 445 needs a conversation (dionaea.smb.negotiate)")));
  const spoken = new Set([...ports.map(({ port }) => port), ...leftOut.flatMap((why) => why.match(/\d+/g) ?? []).map(Number)]);
  assert.deepEqual(
    services.map(({ port }) => port).filter((port) => !spoken.has(port)),
    [],
  );
});

test("a banner that does not fit is left out, and that is said", () => {
  const { ports, leftOut } = engineBanners({ sets: ["kippo"], seed: "a site", leaveOut: [] }, known);
  assert.ok(ports.every(({ shows }) => !shows.startsWith("kippo.kexinit")));
  assert.ok(
    leftOut.some((why) => why.includes("longer than 256 bytes")),
    leftOut.join("\n"),
  );
});
