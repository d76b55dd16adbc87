import assert from "node:assert/strict";
import test from "node:test";
import { checkShape } from "../../shape/shape.ts";
import { rolesOf } from "../engine/engine-settings.ts";
import { toEngineSettings } from "./to-engine-settings.ts";
import { type WireSettings, wireShape } from "./wire-settings.ts";

function asked(more: object): WireSettings {
  const { value, problems } = checkShape(wireShape, { interfaces: [{ name: "eth0" }], ...more });
  assert.ok(value !== undefined, JSON.stringify(problems));
  return value;
}

test("ports that are left out answer nothing, also in the middle of ranges", async () => {
  const tarpit = ["1-100", "200", "300-310"];
  const { settings, leftOut } = await toEngineSettings(asked({ unused: { tarpit, leaveOut: ["10-19", "22", "100-200", "305"] } }), "site");
  assert.deepEqual(
    settings.unused.map(({ ports }) => ports),
    [
      [1, 9],
      [20, 21],
      [23, 99],
      [300, 304],
      [306, 310],
    ],
  );
  assert.deepEqual(leftOut, []);
});

test("what responders say comes before the tarpit, and is left out like everything else", async () => {
  const unused = { tarpit: ["1-1023"], responders: ["honeyd"], leaveOut: ["23"] };
  const { settings, leftOut } = await toEngineSettings(asked({ unused }), "site");
  const banners = settings.unused.filter(({ answer }) => answer.kind === "banner");
  assert.ok(banners.length > 0 && leftOut.length > 0);
  const roles = rolesOf(settings.unused, []);
  for (const { ports } of banners) assert.equal(settings.unused[(roles[ports[0]] ?? 0) - 1]?.answer.kind, "banner");
  assert.equal(roles[23], 0);
  assert.deepEqual((await toEngineSettings(asked({ unused }), "site")).settings, settings, "the same site says the same");
});

test("mistakes that no shape sees are refused in a sentence", async () => {
  const why = (more: object) =>
    toEngineSettings(asked(more), "site").then(
      () => "",
      (error: Error) => error.message,
    );
  assert.match(await why({ unused: { tarpit: ["9-1"] } }), /9-1 are no ports/);
  assert.match(await why({ unused: { leaveOut: ["0"] } }), /0 are no ports/);
  assert.match(await why({ handOver: [{ port: 22 }] }), /port 22 needs one decoy/);
  assert.match(await why({ handOver: [{ port: 22, decoy: "ssh", address: "192.0.2.1" }] }), /port 22 needs one decoy/);
  assert.match(await why({ unused: { responders: ["nobody"] } }), /no set of responders nobody/);
});
