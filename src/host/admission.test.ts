import assert from "node:assert/strict";
import { test } from "node:test";
import { Admission } from "./admission.ts";

test("each cap keeps visitors out, and whoever leaves makes room", () => {
  const admission = new Admission({ connections: 3, connectionsPerSource: 2 });
  assert.equal(admission.enter("192.0.2.1"), undefined);
  assert.equal(admission.enter("192.0.2.1"), undefined);
  assert.equal(admission.enter("192.0.2.1"), "connectionsPerSource");
  assert.equal(admission.enter("192.0.2.2"), undefined);
  assert.equal(admission.enter("192.0.2.3"), "connections");
  admission.leave("192.0.2.1");
  assert.equal(admission.enter("192.0.2.3"), undefined);
  assert.equal(admission.open, 3);
});

test("addresses of one IPv6 /64 are one source", () => {
  const admission = new Admission({ connections: 10, connectionsPerSource: 1 });
  assert.equal(admission.enter("2001:db8::1"), undefined);
  assert.equal(admission.enter("2001:db8::2"), "connectionsPerSource");
  assert.equal(admission.enter("2001:db8:0:1::1"), undefined);
});

test("refusals are told at once, then counted for ten seconds", () => {
  const admission = new Admission({ connections: 0, connectionsPerSource: 0 });
  assert.equal(admission.refuse("192.0.2.1", 0), 1);
  for (let i = 1; i <= 50; i += 1) assert.equal(admission.refuse("192.0.2.1", i), 0);
  assert.equal(admission.refuse("192.0.2.1", 10_000), 51);
  assert.equal(admission.refuse("192.0.2.2", 10_000), 1);
});

test("a flood from many addresses is forgotten, not kept", () => {
  const admission = new Admission({ connections: 0, connectionsPerSource: 0 });
  for (let i = 0; i < 10_500; i += 1) admission.refuse(`10.0.${i >> 8}.${i & 255}`, 0);
  assert.equal(admission.refuse("10.0.0.0", 1), 1);
  assert.equal(admission.refuse("10.0.41.3", 1), 0);
});
