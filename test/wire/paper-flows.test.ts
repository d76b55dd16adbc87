import assert from "node:assert/strict";
import { createInterface } from "node:readline";
import test from "node:test";
import { loadPatterns } from "../../src/patterns/index.ts";
import type { Laboratory, Machine } from "../engine/laboratory.ts";
import { needs } from "../rig/needs.ts";
import { PEOPLE, RealSsh, until, WireSite } from "../suspicion/wire-site.ts";

/**
 * The two flows of the papers on fake honeypots, step by step, with a steward, a sensor and real programs. Kitazawa and Shinoda: a packet that
 * matches is dropped and answered with something meaningless, late; any other gets its protocol's own answer. Yamada: who scans ports is given
 * false information about the system from then on, and nobody else is.
 */
const LIVE = needs("root", "libbpf.so.1", "ip", "sshd", "ssh", "ssh-keygen", "sshpass", "nmap", "ping", "curl");
const DELAY_MS = 150;
const CONFIGURATION = `
persona: cowrie-default
listen: [{ decoy: telnet, address: "::", port: 2323 }]
suspicion: { allow: [203.0.113.2, "2001:db8:3::2"] }
wire:
  interfaces: [{ name: lab0 }, { name: lab1 }]
  unused: { tarpit: ["1-21", "23-40"], responders: [dionaea] }
  delayMs: ${DELAY_MS}
  stack: { ttl: 128 }
  handOver: [{ port: 22, decoy: ssh }]
`;

/** A web server that says which requests it got, and an echo of datagrams. */
const SERVICES = `
  import { createServer } from "node:http";
  import { createSocket } from "node:dgram";
  const echo = createSocket("udp6");
  echo.on("message", (bytes, { address, port }) => echo.send(bytes, port, address));
  echo.bind(7777, "::", () =>
    createServer((request, response) => { console.log(request.url); response.end("a real page"); }).listen(80, "::", () => console.log("ready")));`;

const GREETINGS = `
  import { once } from "node:events";
  import { connect } from "node:net";
  const [localAddress, host] = process.argv.slice(1);
  const times = [];
  for (let left = 5; left > 0; left -= 1) {
    const socket = connect({ host, port: 22, localAddress });
    await once(socket, "connect");
    const startMs = performance.now();
    await once(socket, "data");
    times.push(performance.now() - startMs);
    socket.destroy();
  }
  console.log(times.join(" "));`;

/** The scanner, and who else is on the same machine; IPv6 sources are networks of 64 bits. */
const WAYS = [
  { ...PEOPLE.four, scanner: "192.0.2.2", other: "192.0.2.3", source: "192.0.2.2", nmap: [] },
  { ...PEOPLE.six, scanner: "2001:db8:1::2", other: PEOPLE.six.unknown, source: "2001:db8:1::/64", nmap: ["-6"] },
] as const;
type Way = (typeof WAYS)[number];

/** Matched by a pattern that answers, and harmless. */
const HOSTILE = "/cgi-bin/luci/;stok=/locale?form=country&operation=write&country=$(id)";
const { replies, patterns } = loadPatterns();
const reply = replies.find(({ id }) => id === patterns.find((one) => one.id === "devices.tplink-locale")?.reply);
/** The page in the answer that means nothing. */
const [, NONSENSE] = Buffer.from(reply?.bytes ?? [])
  .toString("latin1")
  .split("\r\n\r\n");

class Host {
  readonly laboratory: Laboratory;
  readonly requests: string[] = [];

  private constructor(laboratory: Laboratory) {
    this.laboratory = laboratory;
  }

  static async start(laboratory: Laboratory): Promise<Host> {
    const host = new Host(laboratory);
    const child = laboratory.spawn("host", process.execPath, "--input-type=module", "-e", SERVICES);
    createInterface({ input: child.stdout ?? assert.fail() }).on("line", (line) => host.requests.push(line));
    await until("the services listen", () => host.requests.includes("ready"));
    return host;
  }

  async page(from: string, to: string, path: string): Promise<string> {
    const url = `http://${to.includes(":") ? `[${to}]` : to}${path}`;
    const words = ["-sS", "-g", "--path-as-is", "--http0.9", "--interface", from, "--max-time", "20", url];
    const { code, out, err } = await this.laboratory.client("attacker", "curl", ...words);
    return code === 0 ? out : `${code} ${err}`;
  }

  /** The round trips of pings that were answered, in milliseconds. */
  async roundTrips(machine: Machine, from: string, to: string): Promise<readonly number[]> {
    const { out } = await this.laboratory.client(machine, "ping", "-I", from, "-c", "10", "-i", "0.05", "-W", "2", to);
    return [...out.matchAll(/ttl=\d+ time=([\d.]+) ms/g)].map(([, time]) => Number(time));
  }

  /** After how many milliseconds the decoy in the place of sshd greets, five times. */
  async greetings(from: string, to: string): Promise<readonly number[]> {
    const { out } = await this.laboratory.client("attacker", process.execPath, "--input-type=module", "-e", GREETINGS, from, to);
    return out.trim().split(" ").map(Number);
  }

  async timesToLive(from: string, to: string): Promise<readonly string[]> {
    const { out } = await this.laboratory.client("attacker", "ping", "-I", from, "-c", "2", "-i", "0.05", "-W", "2", to);
    return [...out.matchAll(/ttl=(\d+)/g)].map(([, ttl = ""]) => ttl);
  }

  async scan({ nmap, host }: Way, ...words: readonly string[]): Promise<string> {
    return (await this.laboratory.client("attacker", "nmap", ...nmap, "-n", "-Pn", ...words, host)).out;
  }

  /** Connections at port 80 that are open or were ended in an orderly way. */
  sockets(): string {
    return this.laboratory.must("host", "ss", "-Htan", "exclude", "listening", "exclude", "time-wait", "sport", "=", ":80").trim();
  }
}

/** No: its protocol's own answer. */
async function ownAnswers(host: Host, way: Way): Promise<void> {
  const { scanner, host: to } = way;
  assert.equal((await host.roundTrips("attacker", scanner, to)).length, 10, "ICMP: an echo reply");
  const tcp = await host.scan(way, "-sS", "-p", "80,9999");
  assert.match(tcp, /^80\/tcp +open/m, "TCP: the service");
  assert.match(tcp, /^9999\/tcp +closed/m, "TCP: RST");
  const udp = await host.scan(way, "-sU", "-p", "7777,7778");
  assert.match(udp, /^7777\/udp +open/m, "UDP: the service");
  assert.match(udp, /^7778\/udp +closed/m, "UDP: port unreachable");
  assert.equal(await host.page(scanner, to, "/ordinary"), "a real page");
  assert.ok(host.requests.includes("/ordinary"));
}

/** Yes, where nobody listens: dropped. Where a real service listens and the source has shown nothing yet: observed alone. */
async function observed(host: Host, way: Way): Promise<void> {
  const { scanner, host: to, other } = way;
  assert.match(await host.scan(way, "-sX", "-p", "9999"), /^9999\/tcp +open\|filtered/m);
  assert.equal(await host.page(scanner, to, `${HOSTILE}&unknown=${other}`), "a real page");
  assert.ok(host.requests.includes(`${HOSTILE}&unknown=${other}`), host.requests.join());
}

/** Yes: dropped, and answered with something meaningless. */
async function meaningless(host: Host, { scanner, host: to, other }: Way): Promise<void> {
  const path = `${HOSTILE}&suspect=${other}`;
  assert.equal(await host.page(scanner, to, path), NONSENSE);
  assert.ok(!host.requests.includes(path), "the real server was never asked");
  await until("no connection is left", () => host.sockets() === "");
}

test("matched: dropped, and nonsense; else the protocol's own answer; who scans is told false things", LIVE, async (t) => {
  await using site = await WireSite.start(CONFIGURATION);
  using ssh = new RealSsh(site.laboratory);
  const host = await Host.start(site.laboratory);
  await ssh.isListening();
  await site.isWhole();
  const each = async (step: (way: Way) => Promise<void>) => void (await Promise.all(WAYS.map(step)));

  await t.test("not matched: the protocol's own answer", () => each((way) => ownAnswers(host, way)));
  await t.test("before a scan: the real system", () =>
    each(async ({ scanner, host: to }) => {
      assert.equal(await ssh.login("attacker", scanner, to), "the real one");
      assert.deepEqual(await host.timesToLive(scanner, to), ["64", "64"]);
    }),
  );
  await t.test("the scan triggers: a state with a reason", () =>
    each(async (way) => {
      assert.match(await host.scan(way, "-sT", "-p", "1-21"), /^21\/tcp +open/m);
      await until("the scanner is hostile", async () => (await site.states())[way.source] === "hostile");
    }),
  );
  for (const { source } of WAYS)
    await until(`why ${source} is suspect is told`, async () => {
      const told = await site.events("suspicion.changed");
      return told.some((event) => JSON.stringify(event).includes(`"${source}"`) && /port/i.test(JSON.stringify(event)));
    });
  await t.test("after it: false information for the scanner, the real system for everybody else", () =>
    each(async ({ scanner, host: to, other, administrator, far }) => {
      await until("the decoy", async () => (await ssh.login("attacker", scanner, to)) === "svr04");
      assert.deepEqual(await host.timesToLive(scanner, to), ["128", "128"], "another stack");
      assert.equal(await ssh.login("attacker", other, to), "the real one");
      assert.equal(await ssh.login("third", administrator, far), "the real one");
      assert.deepEqual(await host.timesToLive(other, to), ["64", "64"]);
      assert.equal(await host.page(other, to, "/other"), "a real page");
    }),
  );
  await t.test("matched by a suspect: dropped, and nonsense instead of the server", () => each((way) => meaningless(host, way)));
  await t.test("not matched, of a suspect: the protocol's own answer, late", () =>
    each((way) => late(host, { way, status: () => site.status() })),
  );
  await t.test("forgiven: the real system", async () => {
    for (const { scanner } of WAYS) await site.suspects("forgive", scanner);
    await each(async ({ scanner, host: to }) => {
      await until("the real one", async () => (await ssh.login("attacker", scanner, to)) === "the real one");
      assert.deepEqual(await host.timesToLive(scanner, to), ["64", "64"]);
    });
  });
  await t.test("matched by a source that has shown nothing: observed where somebody listens; from then on it is suspect", () =>
    each(async (way) => {
      await observed(host, way);
      await until("suspect", async () => ["suspect", "hostile"].includes((await site.states())[way.source] ?? ""));
      await until("nonsense", async () => (await host.page(way.scanner, way.host, `${HOSTILE}&again`)) === NONSENSE);
    }),
  );
});

/** By the kernel where it has what it takes; where it has not, the status must say so, and the decoys alone are late. */
async function late(host: Host, { way, status }: { readonly way: Way; readonly status: WireSite["status"] }): Promise<void> {
  const { scanner, other, host: to } = way;
  const times = await host.roundTrips("attacker", scanner, to);
  assert.equal(times.length, 10, "answered nevertheless");
  const { delay, leftOut } = await status();
  if (delay === "decoys") {
    assert.match(`${leftOut}`, /not delayed by the kernel.*only the decoys answer late/);
    const late = await host.greetings(scanner, to);
    assert.ok(late.length === 5 && Math.min(...late) >= DELAY_MS * 0.9, `${late}`);
    return;
  }
  assert.ok(Math.min(...times) >= DELAY_MS * 0.9, `${times}`);
  assert.ok(Math.min(...(await host.roundTrips("attacker", other, to))) < DELAY_MS, "others are not");
}
