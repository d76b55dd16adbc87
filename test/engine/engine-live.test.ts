import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { after } from "node:test";
import type { EngineSettings, InterfaceSettings } from "../../src/steward/engine/engine-settings.ts";
import { needs } from "../rig/needs.ts";
import { Laboratory } from "./laboratory.ts";

/** The engine at real interfaces: what visitors see of it, and what it leaves. */
const LIVE = needs("root", "libbpf.so.1", "ip", "ethtool");

const SETTINGS: EngineSettings = {
  interfaces: [
    { name: "lab0", hook: "tc" },
    { name: "lab1", hook: "tc" },
  ],
  unused: [
    { ports: [1, 1023], answer: { kind: "tarpit" } },
    { ports: [21, 21], answer: { kind: "banner", banner: Buffer.from("220 Welcome to the ftp service\r\n"), ending: "silence" } },
    { ports: [23, 23], answer: { kind: "banner", banner: Buffer.from("odd"), ending: "end" } },
  ],
  trusted: ["192.0.2.250/32"],
  land: true,
};

const onHook = (hook: InterfaceSettings["hook"]): EngineSettings => ({
  ...SETTINGS,
  interfaces: SETTINGS.interfaces.map(({ name }) => ({ name, hook })),
});

/** Echoes what it is sent, at any address. */
const ECHO = `
  import { createServer } from "node:net";
  createServer({ allowHalfOpen: true }, (s) => s.on("error", () => s.destroy()).pipe(s)).listen(Number(process.argv[1]), "::", () => console.log("ready"));`;

/** Sends half a megabyte to an echo and says whether all of it came back. */
const ECHOED = `
  import { connect } from "node:net";
  import { createHash } from "node:crypto";
  const sent = Buffer.alloc(1 << 19, "legitimate ");
  const hash = createHash("sha256");
  const s = connect(Number(process.argv[2]), process.argv[1], () => s.end(sent));
  s.on("data", (bytes) => hash.update(bytes)).on("error", (error) => { console.log(error.code); process.exit(0); });
  s.on("end", () => { console.log(hash.digest("hex") === createHash("sha256").update(sent).digest("hex") ? "same" : "different"); process.exit(0); });`;

/** Connects, says something, and tells what it heard within two seconds. */
const HEARD = `
  import { connect } from "node:net";
  const heard = [];
  const tell = (why) => { console.log(JSON.stringify([why, Buffer.concat(heard).toString()])); process.exit(0); };
  const s = connect(Number(process.argv[2]), process.argv[1], () => { setTimeout(() => s.write(process.argv[3] ?? ""), 300); setTimeout(tell, 2000, "open"); });
  s.on("data", (bytes) => heard.push(bytes)).on("error", (error) => tell(error.code)).on("end", () => tell("ended"));
  setTimeout(tell, 6000, "nothing");`;

/** Sends a datagram and tells what comes back within three seconds. */
const ASKED = `
  import { createSocket } from "node:dgram";
  import { isIPv6 } from "node:net";
  const tell = (what) => { console.log(what); process.exit(0); };
  const s = createSocket(isIPv6(process.argv[1]) ? "udp6" : "udp4").on("message", (bytes) => tell(bytes.toString())).on("error", (error) => tell(error.code));
  s.connect(Number(process.argv[2]), process.argv[1], () => s.send(process.argv[3]));
  setTimeout(tell, 3000, "nothing");`;

/** A pattern of its own, with its nonsense. */
const PATTERN = `family: x
about: X.
patterns:
  - {id: x.hello, about: One., reference: none, falsePositives: none, weight: 5, protocol: udp, ports: [5000], payload: [{at: 0, text: HELLO}], answer: reply, reply: odd}
`;
const REPLIES = `replies: [{id: odd, about: Odd., text: "odd"}]\n`;

const folder = mkdtempSync(join(tmpdir(), "utsusemi-engine-"));
after(() => rmSync(folder, { recursive: true, force: true }));
writeFileSync(join(folder, "x.yaml"), PATTERN);
writeFileSync(join(folder, "replies.yaml"), REPLIES);

type Way = readonly ["attacker" | "third", string];
const WAYS: readonly Way[] = [
  ["attacker", "192.0.2.1"],
  ["attacker", "2001:db8:1::1"],
  ["third", "198.51.100.1"],
  ["third", "2001:db8:2::1"],
];

async function node(laboratory: Laboratory, [machine, address]: Way, ...words: readonly string[]): Promise<string> {
  const [script = "", ...args] = words;
  const { code, out, err } = await laboratory.client(machine, process.execPath, "--input-type=module", "-e", script, address, ...args);
  assert.equal(code, 0, err);
  return out.trim();
}

const sockets = (laboratory: Laboratory) =>
  ["tcp", "tcp6"].map((name) => laboratory.must("host", "cat", `/proc/net/${name}`).split("\n").length).join();

for (const [hook, offload] of [
  ["tc", true],
  ["tc", false],
  ["xdp", true],
] as const)
  test(`${hook}, offload ${offload ? "on" : "off"}: real services as before, unused ports answer, nothing is kept`, LIVE, async () => {
    using laboratory = new Laboratory({ offload });
    if (hook === "xdp") laboratory.readyForXdp();
    await laboratory.start("host", ECHO, "77");
    const engine = await laboratory.engine(onHook(hook));
    assert.deepEqual(await engine.ask("match", folder), { done: true });
    const before = [await engine.ask("status"), sockets(laboratory)] as const;
    await Promise.all(
      WAYS.map(async (way) => {
        assert.equal(await node(laboratory, way, ECHOED, "77"), "same", `${way}`);
        assert.equal(await node(laboratory, way, HEARD, "9", "hello"), '["open",""]', "the tarpit takes the connection and says nothing");
        assert.equal(await node(laboratory, way, HEARD, "21", "USER x\r\n"), '["open","220 Welcome to the ftp service\\r\\n"]');
        assert.equal(await node(laboratory, way, HEARD, "23"), '["ended","odd"]');
        assert.match(await node(laboratory, way, HEARD, "2000"), /ECONNREFUSED/);
        assert.equal(await node(laboratory, way, ASKED, "5000", "HELLO there"), "odd");
        assert.equal(await node(laboratory, way, ASKED, "5000", "hello there"), "ECONNREFUSED");
      }),
    );
    const after = await engine.ask("status");
    assert.deepEqual(after["entries"], before[0]["entries"]);
    assert.ok(/"probes":[1-9]/.test(JSON.stringify(after["counts"])), "the tarpit's visitors knock at its closed window");
    assert.equal(sockets(laboratory), before[1]);
    await engine.heard("unused-port", "proof", "pattern");
    await laboratory.start("host", ECHO, "9");
    assert.equal(await node(laboratory, WAYS[0] ?? ["attacker", ""], ECHOED, "9"), "same", "a service that was started a moment ago");
  });
