import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { cp, mkdir } from "node:fs/promises";
import { join } from "node:path";
import test from "node:test";
import { OperatorError } from "../../src/errors/operator-error.ts";
import { patternsFolder } from "../../src/patterns/index.ts";
import { checkShape } from "../../src/shape/shape.ts";
import { type WireSettings, wireShape } from "../../src/steward/wire/wire-settings.ts";
import { ip, Laboratory } from "../engine/laboratory.ts";
import { OBJECT } from "../engine/program-run.ts";
import { jsonLines } from "../rig/command.ts";
import { needs } from "../rig/needs.ts";
import { StewardHost } from "../wire/steward-host.ts";
import { becomes, hears } from "./wire-visitors.ts";

/** The wire disguise as an operator has it: by the command alone. */
const LIVE = needs("root", "libbpf.so.1", "ip", "nft", "nsenter");
const BOTH = [{ name: "lab0" }, { name: "lab1" }];

/** Processes of the steward of this folder; there is at most one. */
function stewards({ folder }: StewardHost): readonly number[] {
  const isOurs = (pid: string) => wordsOf(pid).includes(folder) && wordsOf(pid).includes("steward");
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && isOurs(name))
    .map(Number);
}

/** Empty for who is gone. */
function wordsOf(pid: string): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "latin1").split("\0");
  } catch (error) {
    if (error instanceof Error && "code" in error) return [];
    throw error;
  }
}

/** One that `wire up` started, ended with the test. */
function endWithTest(host: StewardHost): Disposable {
  return {
    [Symbol.dispose]: () => {
      for (const pid of stewards(host)) process.kill(pid, "SIGKILL");
    },
  };
}

const programIds = (laboratory: Laboratory) =>
  [...laboratory.must("host", "tc", "filter", "show", "dev", "lab0", "ingress").matchAll(/ id (\d+) /g)].map(([, id]) => id);

test("up starts a steward that stays; the trace shows what happens; after kill -9 it comes back with the next one", LIVE, async () => {
  using laboratory = new Laboratory();
  using host = new StewardHost(laboratory);
  using _ = endWithTest(host);
  const config = join(host.folder, "wire.yaml");
  writeFileSync(
    config,
    'wire:\n  interfaces: [{ name: lab0 }, { name: lab1 }]\n  unused: { tarpit: ["1-100"], leaveOut: ["10-19"], responders: [honeyd] }\n',
  );
  const down = await host.wire("status");
  assert.match(down.out, /^The wire disguise is down\.$/m);
  assert.deepEqual(stewards(host), [], "who only asks starts none that stays");
  const first = await host.wire("up", "--config", config);
  assert.equal(first.code, 0, first.err);
  assert.match(first.err, /Started a steward that stays; its log is .*steward\.log/);
  assert.match(first.out, /^Raised\.\nThe wire disguise is up since .*\n {2}lab0 at tc\n {2}lab1 at tc\n/);
  assert.match(first.out, /No sensor watches: nobody becomes suspect\./);
  const again = await host.up(JSON.parse(JSON.stringify((await host.status())["settings"])));
  assert.equal(again["did"], "nothing");
  // Nobody has come yet, so nothing can end a trace before it is watched.
  const tracing = host.wire("trace", "--json", "--count", "3", "--for", "60");
  const text = host.wire("trace", "--count", "1", "--for", "60");
  await becomes(
    () => host.status(),
    ({ watchers }) => watchers === 2,
  );
  for (const port of [9, 20]) assert.equal(hears(laboratory, "attacker", ["192.0.2.1", port]), "taken");
  assert.match(hears(laboratory, "attacker", ["192.0.2.1", 21]), /^220 .*FTP|^taken$/, "as this site draws it");
  assert.equal(hears(laboratory, "attacker", ["192.0.2.1", 15]), "ECONNREFUSED", "left out");
  const lines = jsonLines((await tracing).out);
  assert.equal(lines.length, 3);
  assert.ok(
    lines.every(({ sight }) => sight === "packet"),
    JSON.stringify(lines),
  );
  assert.match((await text).out, /^\d\d:\d\d:\d\d\.\d{3} {2}192\.0\.2\.2:\d+ > 192\.0\.2\.1:9 tcp {2}\w.*\n$/);
  const [pid = 0, ...more] = stewards(host);
  assert.deepEqual(more, []);
  process.kill(pid, "SIGKILL");
  await becomes(
    () => hears(laboratory, "attacker", ["192.0.2.1", 9]),
    (heard) => heard === "ECONNREFUSED",
  );
  const { out } = await host.wire("status");
  assert.match(out, /is down, though asked for since/);
  await host.start();
  assert.equal((await host.status())["state"], "up");
  assert.equal(hears(laboratory, "attacker", ["192.0.2.1", 9]), "taken");
  for (const steward of stewards(host)) process.kill(steward, "SIGTERM");
  await becomes(
    () => stewards(host),
    (all) => all.length === 0,
  );
  assert.equal(hears(laboratory, "attacker", ["192.0.2.1", 9]), "ECONNREFUSED", "an orderly end takes the engine along at once");
  assert.deepEqual(programIds(laboratory), []);
  assert.deepEqual(await host.down(), { wasUp: true, interfaces: [], removed: [] }, "the wish was left");
  await host.start();
  assert.equal((await host.status())["state"], "down", "what is down stays down");
});

test("other patterns are taken over without a break; a bad file is named with its line, and the old ones stay", LIVE, async () => {
  using laboratory = new Laboratory();
  using host = new StewardHost(laboratory);
  await host.start();
  const own = join(host.folder, "patterns");
  await mkdir(own);
  await cp(join(patternsFolder, "replies.yaml"), join(own, "replies.yaml"));
  const pattern = (text: string) => `family: own
about: Patterns of the test's.
protocol: udp
patterns:
  - id: own.probe
    about: A probe that nobody else sends.
    ports: [7777]
    payload:
      - {at: 0, text: "${text}"}
    answer: drop
    weight: 20
    reference: this test
    falsePositives: None.
`;
  writeFileSync(join(own, "own.yaml"), pattern("first"));
  const settings = { interfaces: BOTH, patternsFolder: own };
  assert.equal((await host.up(settings))["patterns"], 1);
  const ids = programIds(laboratory);
  const dropped = async () => JSON.parse(JSON.stringify((await host.status())["engine"])).counts.dropped;
  const send = (text: string) => laboratory.must("attacker", "bash", "-c", `printf %s ${text} >/dev/udp/192.0.2.1/7777`);
  send("first");
  await becomes(dropped, (count) => count === 1);
  writeFileSync(join(own, "own.yaml"), pattern("second"));
  assert.equal((await host.up(settings))["did"], "patterns");
  send("first");
  send("second");
  await becomes(dropped, (count) => count === 2);
  writeFileSync(join(own, "own.yaml"), pattern("third").replace("weight: 20", "weight: much"));
  const { code, err } = await host.wire("up", "--config", join(host.folder, "utsusemi.yaml"));
  assert.equal(code, 1);
  assert.match(err, /own\.yaml:11:\d+: patterns\.0\.weight must be.*\n.*\(patterns-invalid\)/);
  send("second");
  await becomes(dropped, (count) => count === 3);
  assert.deepEqual(programIds(laboratory), ids, "the engine was the same all the time");
  assert.equal((await host.up(settings).catch(() => ({ did: "refused" })))["did"], "refused");
});

test("interfaces come and go, also while no steward runs", LIVE, async () => {
  using laboratory = new Laboratory();
  using host = new StewardHost(laboratory);
  await host.start();
  await host.up({ interfaces: BOTH, unused: { tarpit: ["9"] } });
  const name = laboratory.name("host");
  ip("-n", name, "link", "delete", "lab1");
  await becomes(
    () => host.status(),
    ({ leftOut }) => `${leftOut}`.includes("lab1 has vanished"),
  );
  assert.equal(hears(laboratory, "attacker", ["192.0.2.1", 9]), "taken", "the rest goes on");
  await host.kill();
  await host.start();
  const { state, leftOut } = await host.status();
  assert.equal(state, "up");
  assert.match(`${leftOut}`, /There is no interface lab1 now; it gets the engine when it is there/);
  ip("link", "add", "lab1", "netns", name, "type", "veth", "peer", "name", "lab9", "netns", laboratory.name("router"));
  const status = await becomes(
    () => host.status(),
    ({ leftOut: left, state: now }) => now === "up" && JSON.stringify(left) === "[]",
  );
  assert.deepEqual(
    JSON.parse(JSON.stringify(status["engine"])).interfaces.map((one: { name: string }) => one.name),
    ["lab0", "lab1"],
  );
  ip("-n", name, "link", "delete", "lab1");
  ip("-n", name, "link", "delete", "lab0");
  await host.kill();
  await host.start();
  assert.match(`${(await host.status())["leftOut"]}`, /There is no interface lab0, lab1 now; it goes up when it is there/);
  assert.equal((await host.down())["wasUp"], true);
});

test("what cannot be is a sentence, and everything is as it was", LIVE, async () => {
  using laboratory = new Laboratory();
  using host = new StewardHost(laboratory);
  const refused = async (...words: readonly string[]) => {
    const { code, err } = await host.wire("up", ...words);
    assert.equal(code, 1, err);
    return err;
  };
  assert.match(await refused(), /no interface is named|interfaces is missing/);
  assert.match(await refused("--interface", "a name"), /interfaces\.0\.name must be an interface's name/);
  await host.start();
  assert.match(await refused("--interface", "lo"), /never attached to lo: nobody hostile comes from there\.\n.*\(interface-unusable\)/);
  assert.match(await refused("--interface", "eth77"), /There is no interface eth77/);
  const asked = (more: object): WireSettings => {
    const { value } = checkShape(wireShape, { interfaces: BOTH, ...more });
    assert.ok(value !== undefined);
    return value;
  };
  const refusedWith = async (more: object): Promise<string> => {
    const why: unknown = await host.ask("wire.up", asked(more)).catch((error: unknown) => error);
    assert.ok(why instanceof OperatorError, JSON.stringify(why));
    return `${why.message} ${why.next}`;
  };
  assert.match(await refusedWith({ unused: { tarpit: ["70000"] } }), /70000 are no ports/);
  assert.match(await refusedWith({ unused: { responders: ["none-such"] } }), /no set of responders none-such\. .*cowrie/);
  assert.match(await refusedWith({ handOver: [{ port: 22 }] }), /port 22 needs one decoy/);
  assert.match(await refusedWith({ stack: { options: "mss,mss" } }), /no order of TCP options/);
  assert.match(await refusedWith({ patternsFolder: "/nonexistent" }), /ENOENT.*\/nonexistent/);
  assert.equal((await host.status())["state"], "down");
  const settings = { interfaces: BOTH, unused: { tarpit: ["9"] } };
  await host.up(settings);
  ip("-n", laboratory.name("attacker"), "link", "set", "lab0", "xdpdrv", "obj", OBJECT, "sec", "xdp");
  ip("-n", laboratory.name("host"), "link", "set", "lab0", "xdpdrv", "obj", OBJECT, "sec", "xdp");
  assert.match(
    await refusedWith({ interfaces: [{ name: "lab0", hook: "xdp" }] }),
    /lab0 already has an XDP program.*It stays; use the hook tc/,
  );
  assert.equal((await host.status())["state"], "up");
  assert.equal(hears(laboratory, "attacker", ["192.0.2.1", 9]), "taken", "what was there is there again");
  assert.equal((await host.up(settings))["did"], "nothing");
  laboratory.must("host", "tc", "qdisc", "replace", "dev", "lab1", "root", "handle", "7:", "pfifo");
  const late = await host.up({ ...settings, delayMs: 50 });
  assert.match(
    `${late["leftOut"]}${JSON.stringify(late["engine"])}`,
    /somebody configured the root queue of lab1 \(pfifo 7:\), which stays as it is/,
  );
  await host.down();
  assert.match(laboratory.must("host", "tc", "qdisc", "show", "dev", "lab1"), /qdisc pfifo 7: root/);
});
