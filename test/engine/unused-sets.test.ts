import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { withStory } from "../../src/cli/wire/with-story.ts";
import { clueById } from "../../src/clues/index.ts";
import { wireClues } from "../../src/disguise/wire/wire-clues.ts";
import { wireOfStory } from "../../src/disguise/wire/wire-of-story.ts";
import { checkShape } from "../../src/shape/shape.ts";
import { toEngineSettings } from "../../src/steward/wire/to-engine-settings.ts";
import { wireShape } from "../../src/steward/wire/wire-settings.ts";
import { needs } from "../rig/needs.ts";
import { StewardHost } from "../wire/steward-host.ts";
import { Laboratory } from "./laboratory.ts";
import type { Look } from "./look-from-outside.ts";

/**
 * Clues of the wire on a real host: what a visitor sees before, under and after. The settings come the whole way, from the catalogue over a
 * story and the configuration's shape to the engine.
 */
const LIVE = needs("root", "libbpf.so.1", "ip", "nmap", "ping");
const HOST = "192.0.2.1";
const VISITOR = "192.0.2.2";
/** Their ports are everybody's; all others of these are one product's. */
const REAL = [22, 25];
const SITE = { seed: "a laboratory" };

/** Two ordinary services of a Debian. */
const SERVICES = `
  import { createServer } from "node:net";
  const serve = (port, text) => new Promise((done) => createServer((s) => { s.on("error", () => s.destroy()); s.write(text); s.resume(); }).listen(port, "::", done));
  await serve(22, "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\\r\\n");
  await serve(25, "220 mail.example ESMTP Postfix (Debian/GNU)\\r\\n");
  console.log("ready");`;

/** Tells its process and the number of its socket first. */
const DECOY = `
  import { createServer } from "node:net";
  const server = createServer((s) => { s.on("error", () => s.destroy()); s.write("SSH-2.0-Twisted\\r\\n"); s.resume(); });
  server.listen(0, "::", () => console.log(process.pid + " " + server._handle.fd));`;

async function settingsOf(clues: readonly string[]) {
  const { wish } = wireOfStory({ wire: clues }, SITE);
  const { value, problems } = checkShape(wireShape, { interfaces: [{ name: "lab0" }], ...withStory(undefined, wish) });
  assert.ok(value !== undefined, JSON.stringify(problems));
  return (await toEngineSettings(value, SITE.seed)).settings;
}

/** All that the engine shows and that goes together. */
const ALL = Object.keys(wireClues).filter((id) => {
  const { unused, sensorSets } = wireClues[id]?.(SITE) ?? {};
  return sensorSets === undefined && !(unused?.tarpit ?? []).includes("1-65535");
});
const HELD = (wireClues["network.holding-ports"]?.(SITE).unused?.tarpit ?? []).map(Number);
const PORT_SET = [21, 23, 42, 80, 102, 135, 139, 443, 445, 502, 1433, 1723, 1883, 3306, 3389, 5060, 11211, 27017];

/** Our own checks that the catalogue names, but for what takes a neighbour to compare with, or a LAND packet. */
const SHOWN_AT_ONCE = [...new Set(ALL.flatMap((id) => clueById(id)?.reacts ?? []))].filter((one) =>
  /^(?:fingerprint|ports|stack)\./.test(one),
);

class Visitor {
  readonly #laboratory: Laboratory;

  constructor(laboratory: Laboratory) {
    this.#laboratory = laboratory;
  }

  /** @param land sends a LAND packet at the end, and looks at the real services only */
  async look(land?: "land"): Promise<Look> {
    const script = join(import.meta.dirname, "look-from-outside.ts");
    const ports = land === undefined ? [...new Set([...REAL, ...PORT_SET, ...HELD])] : REAL;
    const { out, err } = await this.#laboratory.client("attacker", process.execPath, script, HOST, ports.join(","), land ?? "");
    assert.notEqual(out, "", err);
    return JSON.parse(out);
  }

  async nmap(...words: readonly string[]): Promise<string> {
    return (await this.#laboratory.client("attacker", "nmap", "-n", "-Pn", ...words, HOST)).out;
  }

  /** The quickest of five echoes, milliseconds. */
  async ping(): Promise<number> {
    const { out } = await this.#laboratory.client("attacker", "ping", "-n", "-c5", "-i0.2", "-W3", HOST);
    const times = [...out.matchAll(/time=([\d.]+) ms/g)].map(([, time]) => Number(time));
    assert.ok(times.length > 0, out);
    return Math.min(...times);
  }
}

/** Of the SYN-ACKs of the real services. */
function stackOf({ packets }: Look) {
  const answers = packets.flatMap(({ stimulus, answer }) =>
    answer !== undefined && REAL.some((port) => stimulus === `syn:${port}`) ? [answer] : [],
  );
  assert.equal(answers.length, REAL.length);
  return {
    ttl: [...new Set(answers.map(({ ttl }) => ttl))],
    ids: answers.map(({ ipId }) => ipId),
    options: [...new Set(answers.map(({ options }) => options.replace(/=[^,]*/g, "")))],
  };
}

describe("clues of the wire, seen from outside", { concurrency: true }, () => {
  test("every clue of the engine changes what a visitor sees, and is gone with it", LIVE, async () => {
    using laboratory = new Laboratory();
    await laboratory.start("host", SERVICES);
    const visitor = new Visitor(laboratory);
    const [before, pingBefore, oddBefore] = [await visitor.look(), await visitor.ping(), await visitor.nmap("-sX", "-p31")];
    assert.deepEqual(before.open, REAL);

    const engine = await laboratory.engine(await settingsOf(ALL));
    await engine.ask("match");
    const decoy = laboratory.spawn("host", process.execPath, "--input-type=module", "-e", DECOY);
    assert.ok(decoy.stdout !== null);
    const [listener] = await once(decoy.stdout, "data");
    assert.deepEqual(await engine.ask("handover", "22", `${listener}`.trim()), { done: true });
    await engine.ask("stand", VISITOR);
    const [under, pingUnder, oddUnder] = [await visitor.look(), await visitor.ping(), await visitor.nmap("-sX", "-p31")];
    const { delay } = await engine.ask("status");

    // port-set, two-systems, control-systems, holding-ports
    assert.deepEqual(
      under.open,
      [...new Set([...REAL, ...PORT_SET, ...HELD])].toSorted((one, other) => one - other),
    );
    for (const id of SHOWN_AT_ONCE)
      assert.deepEqual(
        [before, under].map(({ shown }) => shown.includes(id)),
        [false, true],
        id,
      );
    // telnet-greeting, ftp-greeting
    assert.equal(before.says["nmap"], "no honeypot named");
    assert.match(under.says["nmap"] ?? "", /^23: telnet Cowrie/m);
    assert.match(under.says["nmap"] ?? "", /^21: ftp Dionaea/m);
    // mysql-salt
    assert.match(under.says["nuclei"] ?? "", /^3306: dionaea-mysql-honeypot-detect/m);
    // other-service
    assert.match(under.says["nmap"] ?? "", /^22: ssh Kojoney/m);
    // nonsense
    assert.match(oddBefore, /^31\/tcp +closed/m);
    assert.doesNotMatch(oddUnder, /^31\/tcp +closed/m);
    // stack-mismatch, option-order, ip-id-counts
    assert.deepEqual([stackOf(before).ttl, stackOf(under).ttl], [[64], [128]]);
    assert.notDeepEqual(stackOf(under).options, stackOf(before).options);
    assert.ok(stackOf(before).ids.every((id) => id === 0) && stackOf(under).ids.every((id) => id !== 0), JSON.stringify(stackOf(under)));
    // slow-echo, where this kernel can delay at all: the engine says whether
    assert.ok(pingBefore < 40, String(pingBefore));
    const isAtOnce = /"method":"(?:absent|decoys)"/.test(JSON.stringify(delay));
    assert.ok(isAtOnce ? pingUnder < 40 : pingUnder >= 40, `${pingUnder} ${JSON.stringify(delay)}`);
    // land, last: for a minute nothing answers this visitor
    assert.ok((await visitor.look("land")).shown.includes("land.silent-after"));

    await engine.ask("down");
    const [after, pingAfter, oddAfter] = [await visitor.look(), await visitor.ping(), await visitor.nmap("-sX", "-p31")];
    assert.deepEqual([after.open, after.shown, after.says], [before.open, before.shown, before.says]);
    assert.deepEqual(stackOf(after), stackOf(before));
    assert.ok(pingAfter < 40, String(pingAfter));
    assert.match(oddAfter, /^31\/tcp +closed/m);
    assert.ok(!(await visitor.look("land")).shown.includes("land.silent-after"));
  });

  test("all ports open, and none afterwards", LIVE, async () => {
    using laboratory = new Laboratory();
    await laboratory.start("host", SERVICES);
    const visitor = new Visitor(laboratory);
    const open = async () =>
      (await visitor.nmap("-sS", "-p30000-30499")).match(/(?:^|\n)\d+\/tcp +open|Not shown: \d+ closed/g)?.length ?? 0;
    assert.match(await visitor.nmap("-sS", "-p30000-30499"), /500 closed/);
    const engine = await laboratory.engine(await settingsOf(["network.all-ports"]));
    assert.equal(await open(), 500);
    const under = await visitor.look();
    assert.ok(under.shown.includes("stack.random-ports-open"), under.shown.join());
    await engine.ask("down");
    assert.match(await visitor.nmap("-sS", "-p30000-30499"), /500 closed/);
  });

  test("wire up --story: the command brings about what the story shows on the wire, beside what is configured", LIVE, async () => {
    using laboratory = new Laboratory();
    const visitor = new Visitor(laboratory);
    using host = new StewardHost(laboratory);
    await host.start();
    const config = join(host.folder, "utsusemi.yaml");
    writeFileSync(config, JSON.stringify({ wire: { interfaces: [{ name: "lab0" }], unused: { tarpit: ["7"], leaveOut: ["80"] } } }));
    const { out, err } = await host.wire("up", "--story", "container-sensor", "--config", config);
    assert.match(out, /need a sensor whose configuration has `responders: \{ sets: \[tpot\] \}`/, err);
    const { settings } = await host.status();
    assert.deepEqual(settings?.unused.responders, ["dionaea"]);
    assert.ok(settings.unused.tarpit.includes("7") && settings.unused.tarpit.includes("445"));
    assert.match(await visitor.nmap("-sV", "-p21"), /^21\/tcp +open +ftp +Dionaea honeypot ftpd/m);
    const seen = await visitor.nmap("-sS", "-p7,80,445");
    assert.match(seen, /^7\/tcp +open/m);
    assert.match(seen, /^80\/tcp +closed/m);
    assert.match(seen, /^445\/tcp +open/m);
    const refused = await host.wire("up", "--story", "metal", "--config", config);
    assert.match(refused.err, /The story metal shows nothing on the wire/);
    await host.down();
    assert.match(await visitor.nmap("-sS", "-p7,21"), /2 closed|21\/tcp +closed/);
  });
});
