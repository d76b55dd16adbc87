import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:net";
import test, { after } from "node:test";
import { type RemoteOptions, takeRemoteView } from "../../src/detectors/probes/remote/take-remote-view.ts";
import type { Trial } from "../../src/detectors/views/remote-view.ts";
import { listening } from "../rig/listening.ts";
import { logins, proxy, relay, sshServer } from "./remote-probe-services.ts";

const closing: (() => void)[] = [];
after(() => {
  for (const close of closing) close();
});

/** Closed again when the tests of this file are over. */
function open(server: Server): Promise<number> {
  closing.push(() => server.close());
  return listening(server);
}

/** The trials of one port that is recognised as `protocol`. */
async function trialsOf(port: number, protocol: string, options: Partial<RemoteOptions> = {}): Promise<Readonly<Record<string, Trial>>> {
  // Without a word nothing is recognised: the scan's greeting, or this stimulus' answer, gives one to every port.
  const stimuli = [
    {
      id: "x",
      protocol: "x",
      transport: "tcp",
      sentTo: "every-port",
      ports: [],
      quick: true,
      steps: [{ say: Buffer.from("\r\n") }, { hear: { uptoMs: 500, quietMs: 50 } }],
    },
  ] as const;
  const view = await takeRemoteView("here", { address: "127.0.0.1", ports: [port], stimuli, recognise: () => protocol, ...options });
  return view.ports[0]?.trials ?? {};
}

for (const [protocol, make] of Object.entries(logins)) {
  test(`who takes any ${protocol} login is told from who takes none`, async () => {
    const [yes, no] = await Promise.all([open(make("yes")), open(make("no"))]);
    const [accepted, refused] = await Promise.all([loginsOf(yes, protocol), loginsOf(no, protocol)]);
    assert.deepEqual([accepted["login.random"]?.claimed, accepted["login.varied"]?.claimed], [true, true], JSON.stringify(accepted));
    assert.deepEqual([refused["login.random"]?.claimed, refused["login.varied"]?.claimed], [false, false], JSON.stringify(refused));
    assert.equal(accepted["login.random"]?.seen, `${protocol}: 2 of 2 random pairs of name and password accepted`);
  });
}

test("SSH logins are true ones: three tries, two names", async () => {
  for (const kind of ["yes", "no"] as const) {
    const { made, names, tries } = sshServer(kind);
    const port = await new Promise<number>((resolve) => made.listen(0, "127.0.0.1", () => resolve(made.address().port)));
    closing.push(() => made.close());
    const trials = await loginsOf(port, "ssh");
    assert.equal(trials["login.random"]?.claimed, kind === "yes", JSON.stringify(trials));
    assert.equal(trials["login.varied"]?.claimed, kind === "yes");
    assert.deepEqual([names.size, tries.count], [2, 3]);
  }
});

for (const way of ["socks4", "socks5", "connect"] as const) {
  test(`a ${way} proxy that lies is told from one that connects and one that refuses`, async () => {
    const seen: Record<string, (boolean | undefined)[]> = {};
    for (const kind of ["liar", "true", "no"] as const) {
      const port = await open(proxy(way, kind));
      const trial = (await trialsOf(port, way === "connect" ? "http" : "socks", { limits: { exchangeMs: 2_000 } }))[`proxy.${way}`];
      seen[kind] = [trial?.claimed, trial?.happened];
    }
    assert.deepEqual(seen, { liar: [true, false], true: [true, true], no: [false, undefined] });
  });
}

test("a relay that swallows is told from one that delivers and one that refuses", async () => {
  const taken = createServer().listen(0, "127.25.0.25");
  await once(taken, "listening");
  const address = taken.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const place = { port, arrivalMs: 1_500 };
  const trialWith = async (kind: Parameters<typeof relay>[0]) =>
    (await trialsOf(await open(relay(kind)), "smtp", { relay: place }))["relay.smtp"];
  const unwatched = await trialWith("nowhere");
  assert.deepEqual(
    [unwatched?.claimed, unwatched?.happened],
    [true, undefined],
    "somebody has the port: nothing is sent, nothing is known",
  );
  taken.close();
  await once(taken, "close");
  const [swallowed, delivered, refused] = [await trialWith("nowhere"), await trialWith(port), await trialWith("refuses")];
  assert.deepEqual([swallowed?.claimed, swallowed?.happened], [true, false]);
  assert.deepEqual([delivered?.claimed, delivered?.happened], [true, true]);
  assert.deepEqual([refused?.claimed, refused?.happened], [false, undefined]);
});

test("a service that falls silent, or is another one, has no trial and stops nobody", async () => {
  const silent = await open(createServer((socket) => socket.on("error", () => socket.destroy()).resume()));
  const noise = await open(createServer((socket) => socket.on("error", () => socket.destroy()).end(Buffer.alloc(3_000, 0xfe))));
  const cases = [silent, noise].flatMap((port) =>
    ["ssh", "mysql", "vnc", "telnet", "postgres", "socks"].map((protocol) => ({ port, protocol })),
  );
  const all = await Promise.all(cases.map(({ port, protocol }) => trialsOf(port, protocol, { limits: { exchangeMs: 1_500 } })));
  for (const trials of all) assert.deepEqual(trials, {});
});

async function loginsOf(port: number, protocol: string) {
  return trialsOf(port, protocol);
}
