import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import test from "node:test";
import type { EngineSettings } from "../../src/steward/engine/engine-settings.ts";
import { needs } from "../rig/needs.ts";
import { Laboratory, type Machine } from "./laboratory.ts";

/** Suspects meet the decoy at the real service's port; nobody else does. */
const LIVE = needs("root", "libbpf.so.1", "ip");
const SETTINGS: EngineSettings = {
  interfaces: [{ name: "lab0", hook: "tc" }],
  unused: [],
  trusted: [],
  land: false,
};

/** Says its name, who came and where to; then echoes. Tells its process and the number of its socket first. */
const SERVER = `
  import { createServer } from "node:net";
  const server = createServer((s) => { s.on("error", () => s.destroy()); s.write(process.argv[2] + " " + s.remoteAddress + " " + s.localAddress + " " + s.localPort + "\\n"); s.pipe(s); });
  server.listen({ port: Number(process.argv[1]), host: "::" }, () => console.log(process.pid + " " + server._handle.fd));`;

const HEARS = `
  import { connect } from "node:net";
  const tell = (what) => { console.log(what); process.exit(0); };
  connect({ host: process.argv[1], port: 22, timeout: 5000 }).once("data", (bytes) => tell(bytes.toString().trim())).on("error", (error) => tell(error.code)).on("timeout", () => tell("silence"));`;

function hears(laboratory: Laboratory, machine: Machine, address: string): string {
  return laboratory.must(machine, process.execPath, "--input-type=module", "-e", HEARS, address).trim();
}

async function server(
  laboratory: Laboratory,
  port: string,
  name: string,
): Promise<{ readonly child: ChildProcess; readonly listener: string }> {
  const child = laboratory.spawn("host", process.execPath, "--input-type=module", "-e", SERVER, port, name);
  assert.ok(child.stdout !== null);
  const [told] = await once(child.stdout, "data");
  return { child, listener: `${told}`.trim() };
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}

const REAL = { four: "real ::ffff:192.0.2.2 ::ffff:192.0.2.1 22", six: "real 2001:db8:1::2 2001:db8:1::1 22" };
const DECOY = { four: REAL.four.replace("real", "decoy"), six: REAL.six.replace("real", "decoy") };

test(
  "a suspect's new connection lands in the decoy, with the addresses as they are; a dead decoy means the real service",
  LIVE,
  async () => {
    using laboratory = new Laboratory();
    await server(laboratory, "22", "real");
    const decoy = await server(laboratory, "0", "decoy");
    const engine = await laboratory.engine(SETTINGS);
    assert.deepEqual(await engine.ask("handover", "22", decoy.listener), { done: true });
    assert.equal(hears(laboratory, "attacker", "192.0.2.1"), REAL.four, "nobody is suspect yet");
    for (const address of ["192.0.2.2", "2001:db8:1::2"]) await engine.ask("stand", address);
    assert.equal(hears(laboratory, "attacker", "192.0.2.1"), DECOY.four);
    assert.equal(hears(laboratory, "attacker", "2001:db8:1::1"), DECOY.six);
    assert.match(hears(laboratory, "third", "198.51.100.1"), /^real ::ffff:203.0.113.2/);
    await engine.ask("forgive", "192.0.2.2");
    await engine.ask("trust", "192.0.2.0/24");
    assert.equal(hears(laboratory, "attacker", "192.0.2.1"), REAL.four);
    await engine.ask("stand", "192.0.2.2");
    assert.equal(hears(laboratory, "attacker", "192.0.2.1"), DECOY.four, "an exception of a trusted network");
    await engine.ask("forgive", "192.0.2.2");
    await engine.ask("stand", "192.0.2.77");
    assert.equal(hears(laboratory, "attacker", "192.0.2.1"), REAL.four, "trusted again, whoever else is not");
    await engine.ask("distrust", "192.0.2.0/24");
    await engine.ask("stand", "192.0.2.2");
    await engine.ask("forgive", "2001:db8:1::2");
    assert.equal(hears(laboratory, "attacker", "2001:db8:1::1"), REAL.six);
    await engine.ask("stand", "2001:db8:1::/64");
    assert.equal(hears(laboratory, "attacker", "2001:db8:1::1"), DECOY.six, "all addresses of a network");
    await engine.ask("forgive", "2001:db8:1::/64");
    await engine.ask("stand", "2001:db8:1:0:1::/64");
    assert.equal(hears(laboratory, "attacker", "2001:db8:1::1"), DECOY.six, "by whichever of them it was entered");
    await kill(decoy.child);
    assert.equal(hears(laboratory, "attacker", "192.0.2.1"), REAL.four);
  },
);

test("the hand-over ends when it is told, when the source is forgiven, and with the steward", LIVE, async () => {
  using laboratory = new Laboratory();
  await server(laboratory, "22", "real");
  const decoy = await server(laboratory, "0", "decoy");
  const engine = await laboratory.engine(SETTINGS);
  const ask = (...words: readonly string[]) => engine.ask(...words);
  await ask("stand", "192.0.2.2");
  await ask("handover", "22", decoy.listener);
  assert.deepEqual((await ask("status"))["handedOver"], [22]);
  assert.equal(hears(laboratory, "attacker", "192.0.2.1"), DECOY.four);
  assert.deepEqual(await ask("endhandover", "22"), { done: true });
  assert.deepEqual(await ask("endhandover", "22"), { done: false });
  assert.equal(hears(laboratory, "attacker", "192.0.2.1"), REAL.four);
  await ask("handover", "22", decoy.listener);
  await ask("forgive", "192.0.2.2");
  assert.equal(hears(laboratory, "attacker", "192.0.2.1"), REAL.four);
  await ask("stand", "192.0.2.2");
  assert.equal(hears(laboratory, "attacker", "192.0.2.1"), DECOY.four);
  await engine.kill();
  assert.equal(hears(laboratory, "attacker", "192.0.2.1"), REAL.four);
});

test("what is no listening socket is refused in a sentence", LIVE, async () => {
  using laboratory = new Laboratory();
  const engine = await laboratory.engine(SETTINGS);
  const refusal = async (listener: string) => `${(await engine.ask("handover", "22", listener))["error"]}`;
  const file = openSync(import.meta.filename, "r");
  assert.match(await refusal(`${process.pid} ${file}`), /no listening TCP socket/);
  closeSync(file);
  assert.match(await refusal(`${process.pid} 99999`), /has no socket 99999 to hand over \(EBADF\)/);
  assert.match(await refusal("4194305 3"), /Process 4194305 has no socket 3 to hand over \((ESRCH|EINVAL)\)/);
  assert.deepEqual((await engine.ask("status"))["handedOver"], []);
});
