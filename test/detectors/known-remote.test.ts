import assert from "node:assert/strict";
import { createServer as createWebServer } from "node:http";
import { createServer, type Server, type Socket } from "node:net";
import test from "node:test";
import { loadFingerprints } from "../../src/detectors/fingerprints/index.ts";
import { nmapHoneypots } from "../../src/detectors/known/remote/nmap-honeypots.ts";
import { takeRemoteView } from "../../src/detectors/probes/remote/take-remote-view.ts";
import { remoteStimuli } from "../../src/detectors/remote-detectors.ts";
import { recognise } from "../../src/detectors/stimuli/recognise.ts";
import type { RemoteView } from "../../src/detectors/views/remote-view.ts";
import { runClient } from "../clients/run-client.ts";
import { listening } from "../rig/listening.ts";
import { needs } from "../rig/needs.ts";
import { startReplay } from "../rig/replay-fingerprints.ts";

/**
 * The real nmap and ours before the same ports: every fingerprint that is said to fire nmap, and services that are no honeypot. What nmap
 * calls a honeypot, and by which name, must be what ours foretells from a view; that also proves that the fingerprints' bytes are real.
 */
const greets = (text: string) =>
  createServer((socket: Socket) =>
    socket
      .on("error", () => socket.destroy())
      .resume()
      .end(text, "latin1"),
  );

const ORDINARY: readonly (() => Server)[] = [
  () => greets("SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n"),
  () => greets("220 (vsFTPd 3.0.3)\r\n"),
  () => greets("\xff\xfd\x1f\xff\xfd\x18login: "),
  () => greets("+OK Dovecot ready.\r\n"),
  () => createWebServer((_, response) => response.writeHead(200, { Server: "nginx" }).end("hello")),
];

test("what nmap calls a honeypot is what we foretell, port by port", needs("nmap"), async () => {
  const entries = loadFingerprints().all.filter(({ fires }) => fires.some((tool) => tool === "nmap" || tool === "nmap netbus-version"));
  assert.equal(entries.length, 19);
  await using replay = await startReplay(entries.map((entry) => [entry]));
  const servers = ORDINARY.map((make) => make());
  const ordinary = await Promise.all(servers.map(listening));
  const ports = [...entries.map(({ id }) => replay.port(id)), ...ordinary];
  const [{ out }, view] = await Promise.all([
    runClient("nmap", ["-n", "-Pn", "-sT", "-sV", "-p", ports.join(","), "127.0.0.1"], { withinMs: 400_000 }),
    takeRemoteView("127.0.0.1", { address: "127.0.0.1", ports, stimuli: remoteStimuli(), recognise, trials: false }),
  ]);
  for (const server of servers) server.close();
  for (const port of ports) {
    const nmap = named(out, port);
    const ours = nmapHoneypots.judge(onePort(view, port));
    if (/honeypot|Honeyd|HoneyTrap/i.test(nmap))
      assert.ok(nmap.startsWith(ours.says.replace(/^\d+: /, "")), `port ${port}: nmap says "${nmap}", we say "${ours.says}"`);
    else assert.equal(ours.sees, "nothing", `port ${port}: nmap says "${nmap}", we say "${ours.says}"`);
  }
  assert.equal(entries.filter(({ id }) => /honeypot|Honeyd|HoneyTrap/i.test(named(out, replay.port(id)))).length, entries.length);
});

/** Service and product in nmap's table. */
function named(out: string, port: number): string {
  const line = out.split("\n").find((one) => one.startsWith(`${port}/tcp`)) ?? "";
  return line.replace(/^\S+ +\S+ +/, "").replace(/ +/g, " ");
}

function onePort(view: RemoteView, port: number): RemoteView {
  return { ...view, ports: view.ports.filter((one) => one.port === port) };
}
