import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import test from "node:test";
import type { Stimulus } from "./stimulus.ts";

/** Every list in this folder. */
async function everyStimulus(): Promise<readonly Stimulus[]> {
  const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith("-stimuli.ts"));
  const modules: readonly Record<string, readonly Stimulus[]>[] = await Promise.all(
    files.map((name) => import(new URL(name, import.meta.url).href)),
  );
  const lists = modules.flatMap((module) => Object.entries(module).filter(([name]) => name.endsWith("Stimuli")));
  assert.equal(lists.length, files.length);
  return lists.flatMap(([, list]) => list);
}

function saidBy(stimulus: Stimulus | undefined): readonly Buffer[] {
  return (stimulus?.steps ?? []).flatMap((step) => ("say" in step ? [Buffer.from(step.say)] : []));
}

test("no id stands for two stimuli, each has a step, and few are sent everywhere", async () => {
  const all = await everyStimulus();
  const ids = all.map(({ id }) => id);
  assert.deepEqual(
    ids.filter((id, index) => ids.indexOf(id) !== index),
    [],
  );
  assert.ok(all.every(({ steps, ports, sentTo }) => steps.length > 0 && (sentTo === "every-port" || ports.length > 0)));
  assert.ok(all.filter(({ sentTo }) => sentTo === "every-port").length <= 24);
});

test("whatever is said again under another name says the same, or differs in its request number alone", async () => {
  const all = await everyStimulus();
  const by = new Map(all.map((one) => [one.id, one]));
  for (const again of all.filter(({ id }) => id.endsWith(".again") && id !== "null.again" && id !== "msrpc.bind.again")) {
    const first = saidBy(by.get(again.id.replace(/\.again$/, "")));
    assert.equal(Buffer.concat(first).length, Buffer.concat(saidBy(again)).length, again.id);
  }
});

test("lengths that messages declare are the lengths that they have", async () => {
  const all = await everyStimulus();
  const first = (id: string) => saidBy(all.find((one) => one.id === id))[0] ?? assert.fail(id);
  for (const id of ["smb.negotiate", "smb.negotiate2", "smb.dialects", "netbios.session"])
    assert.equal(first(id).readUInt16BE(2), first(id).length - 4, id);
  for (const id of ["rdp.connect", "rdp.old", "s7.connect"]) assert.equal(first(id).readUInt16BE(2), first(id).length, id);
  for (const id of ["tds.prelogin"]) assert.equal(first(id).readUInt16BE(2), first(id).length, id);
  for (const id of ["msrpc.bind", "msrpc.unknown-interface"]) assert.equal(first(id).readUInt16LE(8), first(id).length, id);
  for (const id of ["mongodb.buildinfo", "mongodb.hello"]) assert.equal(first(id).readUInt32LE(0), first(id).length, id);
  for (const id of ["pptp.start"]) assert.equal(first(id).readUInt16BE(0), first(id).length, id);
  for (const id of ["mqtt.v5", "mqtt.v3", "ldap.bind", "ldap.root", "snmp.udp.public", "snmp.udp.nobody", "snmp.udp.discovery"])
    assert.equal(first(id)[1], first(id).length - 2, id);
  for (const id of ["modbus.identity", "modbus.read"]) assert.equal(first(id).readUInt16BE(4), first(id).length - 6, id);
  assert.equal(first("ethernet-ip.identity").length, 24);
  assert.equal(first("ntp.udp.time").length, 48);
});

test("the SMB1 negotiation has the numbers that imitations look for", async () => {
  const all = await everyStimulus();
  const bytes = saidBy(all.find(({ id }) => id === "smb.negotiate"))[0] ?? assert.fail();
  assert.equal(bytes.readUInt16LE(4 + 26), 0x0640);
  assert.equal(bytes.readUInt16LE(4 + 30), 1);
  assert.equal(bytes.subarray(39).toString("latin1").split("\0").indexOf("\x02NT LM 0.12"), 7);
});
