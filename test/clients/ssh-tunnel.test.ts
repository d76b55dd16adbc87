import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import test, { after, before } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { needs } from "../rig/needs.ts";
import { type SshSite, startSshSite } from "./ssh-site.ts";

let site: SshSite;
/** What a tunnel would reach if anything ever left: it must see nothing. */
let bait: Server;
let baitPort: number;
let reached = 0;

before(async () => {
  site = await startSshSite();
  bait = createServer(() => {
    reached += 1;
  });
  bait.listen(0, "127.0.0.1");
  await once(bait, "listening");
  baitPort = portOf(bait);
});

after(async () => {
  bait.close();
  await site.stop();
});

test("ssh -W towards a port that listens: refused in sshd's words, recorded, and nothing arrives", needs("ssh"), async () => {
  const run = await site.openssh("ssh", ["-oLogLevel=INFO", "-W", `127.0.0.1:${baitPort}`, "-p", String(site.port), "root@127.0.0.1"]);
  assert.match(run.err, /channel 0: open failed: connect failed: Connection refused\r\nstdio forwarding failed/);
  const event = await site.waitFor("tunnel.request", ({ port }) => port === baitPort);
  assert.deepEqual([event.fields["way"], event.fields["host"], event.fields["answer"]], ["direct-tcpip", "127.0.0.1", "refused"]);
  assert.equal(reached, 0);
});

test("ssh -D: a proxy that refuses, answers a web request by itself, and never connects", needs("ssh"), async () => {
  const proxyPort = await freePort();
  const proxy = site.openssh("ssh", ["-N", "-D", `127.0.0.1:${proxyPort}`, "-p", String(site.port), "root@127.0.0.1"], { withinMs: 6000 });
  const refused = await throughSocks(proxyPort, { host: "127.0.0.1", port: baitPort });
  assert.equal(refused, "");
  const answered = await throughSocks(proxyPort, { host: "198.51.100.7", port: 80, say: "GET /ip HTTP/1.0\r\nHost: ip.example\r\n\r\n" });
  assert.match(answered, /^HTTP\/1\.1 200 OK\r\n/);
  await site.waitFor("tunnel.request", ({ host, answer }) => host === "198.51.100.7" && answer === "http");
  const shown = await site.waitFor("tunnel.data");
  assert.match(String(shown.fields["bytes"]), /^GET \/ip HTTP/);
  await proxy;
  assert.equal(reached, 0);
});

test("ssh -R: refused with a warning, recorded", needs("ssh"), async () => {
  const args = ["-oExitOnForwardFailure=yes", "-N", "-R", `8022:127.0.0.1:${baitPort}`, "-p", String(site.port), "root@127.0.0.1"];
  const run = await site.openssh("ssh", args);
  assert.match(run.err, /remote port forwarding failed for listen port 8022/);
  await site.waitFor("tunnel.request", ({ way, port }) => way === "tcpip-forward" && port === 8022);
  assert.equal(reached, 0);
});

function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  assert(typeof address === "object" && address !== null);
  return address.port;
}

async function freePort(): Promise<number> {
  const probe = createServer();
  probe.listen(0, "127.0.0.1");
  await once(probe, "listening");
  const port = portOf(probe);
  probe.close();
  await once(probe, "close");
  return port;
}

/** Asks a SOCKS5 proxy for a connection (RFC 1928 §3, §4), says something, and gives all that comes back after its reply. */
async function throughSocks(proxyPort: number, target: { host: string; port: number; say?: string }): Promise<string> {
  const socket = await patientConnect(proxyPort);
  const pieces: Buffer[] = [];
  socket.on("data", (bytes: Buffer) => pieces.push(bytes));
  socket.on("error", () => socket.destroy());
  socket.write(Buffer.from([5, 1, 0]));
  const address = target.host.split(".").map(Number);
  socket.write(Buffer.from([5, 1, 0, 1, ...address, target.port >> 8, target.port & 0xff]));
  socket.write(target.say ?? "");
  await Promise.race([once(socket, "close"), delay(3000, undefined, { ref: false })]);
  socket.destroy();
  return Buffer.concat(pieces)
    .subarray(2 + 10)
    .toString("latin1");
}

/** The proxy listens when ssh has logged in. */
async function patientConnect(port: number): Promise<Socket> {
  for (let tries = 0; ; tries += 1) {
    const socket = connect(port, "127.0.0.1");
    const connected = await Promise.race([once(socket, "connect").then(() => true), once(socket, "error").then(() => false)]).catch(
      () => false,
    );
    if (connected) return socket;
    assert.ok(tries < 50, "the proxy never listened");
    await delay(100);
  }
}
