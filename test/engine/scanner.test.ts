import assert from "node:assert/strict";
import test from "node:test";
import type { EngineSettings, UnusedPorts } from "../../src/steward/engine/engine-settings.ts";
import { needs } from "../rig/needs.ts";
import { Laboratory } from "./laboratory.ts";

/** What nmap makes of a host whose unused ports the engine answers: a honeypot, and its real service as it is. */
const LIVE = needs("root", "libbpf.so.1", "ip", "nmap");

const banner = (port: number, text: string): UnusedPorts => ({
  ports: [port, port],
  answer: { kind: "banner", banner: Buffer.from(text, "latin1"), ending: "silence" },
});

const SETTINGS: EngineSettings = {
  interfaces: [{ name: "lab0", hook: "tc" }],
  unused: [
    { ports: [7, 19], answer: { kind: "tarpit" } },
    banner(21, "220 Welcome to the ftp service\r\n"),
    banner(22, "SSH-2.0-Twisted\r\n"),
    banner(23, "\r\nlogin: \0"),
  ],
  trusted: [],
  land: false,
};

const REAL = `
  import { createServer } from "node:net";
  createServer((s) => s.on("error", () => s.destroy()).end("220 mail.example ESMTP Postfix\\r\\n")).listen(25, "::", () => console.log("ready"));`;

test("nmap names honeypots on unused ports, finds all of them open, and the real service as it is", LIVE, async () => {
  using laboratory = new Laboratory();
  await laboratory.start("host", REAL);
  const engine = await laboratory.engine(SETTINGS);
  const scan = async (...words: readonly string[]) => (await laboratory.client("attacker", "nmap", "-n", "-Pn", ...words, "192.0.2.1")).out;
  const versions = await scan("-sV", "-p21-23,25");
  assert.match(versions, /21\/tcp +open +ftp +Dionaea honeypot ftpd/);
  assert.match(versions, /22\/tcp +open +ssh +Kojoney SSH honeypot/);
  assert.match(versions, /23\/tcp +open +honeypot .*BackOfficer Friendly/);
  assert.match(versions, /25\/tcp +open +smtp +Postfix smtpd/);
  const half = await scan("-sS", "-p7-19,30-40");
  assert.equal(half.match(/^\d+\/tcp +open/gm)?.length, 13);
  assert.equal(half.match(/^\d+\/tcp +closed/gm)?.length, 11);
  await scan("-sN", "-p30");
  await engine.heard("unused-port", "proof", "odd-flags");
});
