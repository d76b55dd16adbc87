import assert from "node:assert/strict";
import { type ChildProcess, fork } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import test, { after } from "node:test";
import { createServer as createSecureServer } from "node:tls";
import type { ProgressReport } from "../../src/detectors/probes/remote/progress.ts";
import { type RemoteOptions, takeRemoteView } from "../../src/detectors/probes/remote/take-remote-view.ts";
import { hear, type Stimulus, say } from "../../src/detectors/stimuli/stimulus.ts";
import { heardText } from "../../src/detectors/views/exchanges.ts";
import { listening } from "../rig/listening.ts";
import { oddCertificates } from "./remote-probe-certificates.ts";

const hello: Stimulus = {
  id: "x.hello",
  protocol: "x",
  transport: "tcp",
  sentTo: "every-port",
  ports: [],
  quick: true,
  steps: [say("hello\r\n"), hear(1_000, 100)],
};
const slowHello: Stimulus = { ...hello, id: "x.slow", quick: false };

const closing: (() => void)[] = [];
after(() => {
  for (const close of closing) close();
});

/** Closed again when the tests of this file are over. */
function open(server: Server): Promise<number> {
  closing.push(() => server.close());
  return listening(server);
}

function serving(serve: (socket: Socket) => void): Promise<number> {
  return open(
    createServer({ allowHalfOpen: true }, (socket) => {
      socket.on("error", () => socket.destroy());
      serve(socket);
    }),
  );
}

const look = (ports: readonly number[], options: Partial<RemoteOptions> = {}) =>
  takeRemoteView("here", { address: "127.0.0.1", ports, stimuli: [hello], trials: false, ...options });

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}

test("a port's greeting, and its answer to a stimulus, are in the view; a closed port is closed", async () => {
  const port = await serving((socket) => {
    socket.write("220 ready\r\n");
    socket.on("data", (bytes) => socket.end(`you said ${bytes}`));
  });
  const closed = await freePort();
  const view = await look([port, closed]);
  const seen = Object.fromEntries(view.ports.map((one) => [one.port, one]));
  assert.equal(seen[closed]?.state, "closed");
  assert.equal(seen[port]?.state, "open");
  const exchanges = seen[port]?.exchanges ?? [];
  assert.deepEqual(
    exchanges.map((one) => [one.stimulus, heardText(one), one.ended]),
    [
      ["null", "220 ready\r\n", "us"],
      ["x.hello", "220 ready\r\nyou said hello\r\n", "them"],
    ],
  );
  assert.deepEqual(
    view.ports.map((one) => one.port),
    [port, closed].sort((a, b) => a - b),
  );
  assert.ok((seen[port]?.connectMs.length ?? 0) >= 2);
});

test("a stimulus of a protocol goes where it is usual and where it is recognised, and nowhere else", async () => {
  const served = (name: string) => (socket: Socket) => {
    socket.write(`I am ${name}\r\n`);
  };
  const [usual, known, other] = await Promise.all([serving(served("A")), serving(served("B")), serving(served("C"))]);
  const stimulus: Stimulus = { ...hello, id: "b.ask", protocol: "b", sentTo: "its-ports", ports: [usual] };
  const recognise = (heard: Uint8Array) => (Buffer.from(heard).includes("I am B") ? "b" : undefined);
  const view = await look([usual, known, other], { stimuli: [stimulus], recognise });
  const asked = view.ports.filter(({ exchanges }) => exchanges.some((one) => one.stimulus === "b.ask")).map(({ port }) => port);
  assert.deepEqual(
    asked,
    [usual, known].sort((a, b) => a - b),
  );
});

test("what an answer shows is asked about in a second round", async () => {
  const port = await serving((socket) => socket.on("data", (bytes: Buffer) => socket.end(`B heard ${bytes.length}`)));
  const second: Stimulus = { ...hello, id: "b.ask", protocol: "b", sentTo: "its-ports", ports: [] };
  const view = await look([port], { stimuli: [hello, second], recognise: (heard) => (heard[0] === 0x42 ? ["b"] : undefined) });
  assert.deepEqual(
    view.ports[0]?.exchanges.map((one) => one.stimulus),
    ["null", "b.ask", "x.hello"],
  );
});

for (const [name, expected] of [
  [
    "small",
    {
      subject: "C=DE, CN=Nepenthes Development Team, O=dionaea.carnivore.it, OU=anv",
      serial: "6553F100",
      signatureAlgorithm: "md5WithRSAEncryption",
      keyBits: 768,
    },
  ],
  ["tiny", { subject: "CN=tiny", signatureAlgorithm: "sha1WithRSAEncryption", keyBits: 512 }],
  [
    "named",
    { subject: "CN=host.example\\, the second, O=Ex\\\\ample", serial: "FF", signatureAlgorithm: "ecdsa-with-SHA256", keyBits: 256 },
  ],
] as const) {
  test(`a certificate that is ${name} is read, and stimuli go within TLS where the handshake can be ended`, async () => {
    const server = createSecureServer({ ...oddCertificates[name], ciphers: "ALL:@SECLEVEL=0", minVersion: "TLSv1" }, (socket) => {
      socket.on("error", () => socket.destroy());
      socket.on("data", (bytes: Buffer) => socket.end(`within: ${bytes}`));
    });
    server.on("tlsClientError", (_error, socket) => socket.destroy());
    const view = await look([await open(server)]);
    const [port] = view.ports;
    assert.ok(port?.tls !== undefined, "no certificate was seen");
    for (const [key, value] of Object.entries(expected)) assert.equal({ ...port.tls }[key], value);
    assert.equal(port.tls.selfSigned, true);
    assert.match(port.tls.notAfter, /^2036-11-19T04:50:55Z$/);
    assert.match(port.tls.sha256, /^[0-9A-F]{64}$/);
    if (name === "tiny") return;
    const said = port.exchanges.find(({ stimulus }) => stimulus === "x.hello");
    assert.deepEqual([said?.over, said && heardText(said)], ["tls", "within: hello\r\n"]);
  });
}

test("a datagram that is answered opens the port, one that is refused closes it", async () => {
  const server = createSocket("udp4");
  server.on("message", (bytes, from) => server.send(`echo ${bytes}`, from.port, from.address));
  server.bind(0, "127.0.0.1");
  await once(server, "listening");
  closing.push(() => server.close());
  const open = server.address().port;
  const closed = await freePort();
  const ask: Stimulus = { ...hello, id: "u.ask", transport: "udp", sentTo: "its-ports", ports: [open, closed] };
  const view = await look([open, closed], { stimuli: [ask] });
  const states = Object.fromEntries(view.ports.filter(({ transport }) => transport === "udp").map((one) => [one.port, one.state]));
  assert.deepEqual(states, { [open]: "open", [closed]: "closed" });
  const answered = view.ports.find(({ transport, port }) => transport === "udp" && port === open)?.exchanges[0];
  assert.equal(answered && heardText(answered), "echo hello\r\n");
});

test("quick says what it leaves out, and progress comes to its end", async () => {
  const port = await serving((socket) => socket.on("data", () => socket.end("x")));
  const reports: ProgressReport[] = [];
  const view = await look([port], { quick: true, stimuli: [hello, slowHello], onProgress: (report) => reports.push(report) });
  assert.deepEqual(view.leftOut, ["stimuli: --quick leaves out 1: x.slow", "trials of proxies, relays and logins: --quick"]);
  const last = reports.at(-1);
  assert.ok(last !== undefined && last.done === last.total && last.secondsLeft === 0);
});

test("a host sees at most 4 connections a second to a port, and 100 in all", async () => {
  const arrivals = new Map<number, number[]>();
  const ports = await Promise.all(
    Array.from({ length: 60 }, async (_, index) => {
      const port = await serving((socket) => {
        arrivals.get(index)?.push(performance.now());
        socket.on("data", () => socket.end("x"));
        socket.write("hi\r\n");
      });
      arrivals.set(index, []);
      return port;
    }),
  );
  const stimuli = Array.from({ length: 8 }, (_, index) => ({ ...hello, id: `x.${index}` }));
  await look(ports, { stimuli, recognise: () => "x" });
  const most = (times: readonly number[], size: number) =>
    Math.max(0, ...times.map((from) => times.filter((at) => at >= from && at < from + size).length));
  const all = [...arrivals.values()];
  assert.equal(all.flat().length, 60 * 9);
  // What is accepted late by a busy machine comes closer together than it was sent.
  assert.ok(Math.max(...all.map((times) => most(times, 1_000))) <= 5);
  assert.ok(most(all.flat(), 1_000) <= 110, `${most(all.flat(), 1_000)} in a second`);
});

test("aborting gives what there is", async () => {
  const port = await serving((socket) => socket.write("220 ready\r\n"));
  const abort = new AbortController();
  const stimuli = [{ ...hello, steps: [hear(10_000, 10_000)] }];
  const startMs = performance.now();
  setTimeout(() => abort.abort(), 1_500);
  const view = await look([port], { stimuli, signal: abort.signal });
  assert.ok(performance.now() - startMs < 2_500);
  assert.equal(view.ports[0]?.state, "open");
  assert.ok(view.leftOut.includes("stopped by the caller before the end"), view.leftOut.join("; "));
});

test("twenty hostile servers take neither our memory nor our time, and nothing is thrown", async (t) => {
  const child = fork(join(import.meta.dirname, "remote-probe-hostile.ts"), { stdio: ["pipe", "pipe", "inherit", "ipc"] });
  closing.push(() => child.stdin?.end());
  const ports = await portsOf(child);
  assert.equal(Object.keys(ports).length, 20);
  const stimuli = Array.from({ length: 12 }, (_, index) => ({ ...hello, id: `x.${index}`, steps: [hear(3_000, 300), ...hello.steps] }));
  await look([Object.values(ports)[0] ?? 0], { stimuli: [hello] });
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  const watch = { most: 0 };
  const timer = setInterval(() => {
    watch.most = Math.max(watch.most, process.memoryUsage().rss - before);
  }, 50);
  const startMs = performance.now();
  const view = await look(Object.values(ports), { stimuli });
  clearInterval(timer);
  const tookMs = performance.now() - startMs;
  t.diagnostic(`${Math.round(tookMs)} ms, ${Math.round(watch.most / 2 ** 20)} MiB more`);
  assert.ok(tookMs < 60_000, `${tookMs} ms`);
  assert.ok(watch.most < 100e6, `${watch.most} bytes`);
  assert.ok(view.ports.every(({ state }) => state === "open"));
  for (const { exchanges } of view.ports) for (const one of exchanges) assert.ok(heardText(one).length <= 64 * 1_024);
  const greeting = (name: string) =>
    view.ports.find(({ port }) => port === ports[name])?.exchanges.find(({ stimulus }) => stimulus === "null");
  assert.equal(greeting("sends without end")?.ended, "limit");
  assert.equal(greeting("resets at once")?.ended, "reset");
  assert.equal(greeting("closes at once")?.ended, "them");
  assert.equal(greeting("says nothing")?.ended, "silence");
});

async function portsOf(child: ChildProcess): Promise<Readonly<Record<string, number>>> {
  assert.ok(child.stdout !== null);
  for await (const line of createInterface(child.stdout)) return JSON.parse(line);
  return {};
}

test("a stimulus that fails by a mistake of ours is named, and the others go on", async () => {
  const port = await serving((socket) => socket.on("data", () => socket.end("x")));
  const broken: Stimulus = {
    ...hello,
    id: "x.broken",
    steps: [
      {
        reply: () => {
          throw new Error("not\u001b there");
        },
      },
    ],
  };
  const view = await look([port], { stimuli: [broken, hello] });
  assert.ok(view.leftOut.includes("x.broken: failed by a mistake of this program: not\\e there"), view.leftOut.join("; "));
  assert.ok(view.ports[0]?.exchanges.some(({ stimulus }) => stimulus === "x.hello"));
});
