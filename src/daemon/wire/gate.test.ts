import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import type { Reported } from "../../events/envelope.ts";
import type { Event } from "../../events/event.ts";
import { defaultSuspicion, parseNetwork, type SuspicionSettings } from "../../suspicion/index.ts";
import { Clock } from "../../testkit/clock.ts";
import { Gate } from "./gate.ts";
import { FakeSteward } from "./testing/fake-steward.ts";

const VISITOR = "198.51.100.7";
const ADMIN = "192.0.2.20";

/** A gate with a clock and a folder of its own. */
class Site implements AsyncDisposable {
  readonly state = mkdtempSync(join(tmpdir(), "utsusemi-gate-"));
  readonly clock = new Clock();
  readonly steward = new FakeSteward();
  readonly told: Reported[] = [];
  readonly settings: SuspicionSettings;
  gate: Gate;

  constructor(settings: Partial<SuspicionSettings> = {}) {
    this.settings = { ...defaultSuspicion, ...settings };
    this.gate = this.start();
  }

  start(): Gate {
    this.gate = new Gate({ settings: this.settings, state: this.state, now: () => this.clock.now().wallMs });
    this.gate.open({
      tell: (observation) => void this.told.push(observation),
      steward: { port: this.steward, handedOver: [{ port: 22, descriptor: 17 }] },
    });
    return this.gate;
  }

  touch(address = VISITOR, kind: Event["kind"] = "connection.open"): void {
    const [source, destination] = [
      { address, port: 40_000 },
      { address: "192.0.2.1", port: 23 },
    ];
    this.gate.event({ v: 1, id: "x", time: "", sensor: "s", decoy: "telnet", transport: "tcp", source, destination, kind, fields: {} });
  }

  /** Waits until something holds. */
  async until(holds: () => boolean): Promise<void> {
    for (const giveUp = Date.now() + 20_000; !holds(); ) {
      assert.ok(Date.now() < giveUp, `never: ${holds}`);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }

  get changes(): readonly string[] {
    return this.told.flatMap(({ kind, fields }) =>
      kind === "suspicion.changed" ? [`${String(fields["who"])} ${String(fields["from"])} > ${String(fields["to"])}`] : [],
    );
  }

  [Symbol.asyncDispose] = async (): Promise<void> => {
    await this.gate.close();
    rmSync(this.state, { recursive: true, force: true });
  };
}

test("where the kernel delays nobody, decoys answer suspects late, and others at once", async () => {
  await using site = new Site();
  site.steward.delayMs = 300;
  site.touch();
  assert.equal(site.gate.lateness(VISITOR), 0, "nothing is known of the steward yet");
  await site.until(() => site.gate.lateness(VISITOR) === 300);
  assert.equal(site.gate.lateness(ADMIN), 0);
  site.steward.leave();
  await site.until(() => site.gate.lateness(VISITOR) === 0);
});

test("a touched decoy makes suspect, what follows hostile: told to the journal and to the steward, with how long", async () => {
  await using site = new Site();
  await site.until(() => site.steward.isWatched);
  site.touch();
  await site.until(() => site.steward.states.get(VISITOR) === "suspect");
  // 60 points are under 15 after two half-lives.
  assert.equal(site.steward.forMs.get(VISITOR), 2 * 1800 * 1000 + 30_000);
  site.touch(VISITOR, "auth.attempt");
  await site.until(() => site.steward.states.get(VISITOR) === "hostile");
  assert.deepEqual(site.changes, [`${VISITOR} unknown > suspect`, `${VISITOR} suspect > hostile`]);
  site.touch("2001:db8::7");
  await site.until(() => site.steward.states.get("2001:db8::/64") === "suspect");
});

test("what is no touch says nothing, and datagrams prove nothing", async () => {
  await using site = new Site();
  site.touch(VISITOR, "connection.close");
  site.touch(VISITOR, "connection.refused");
  const source = { address: VISITOR, port: 1 };
  site.gate.event({
    ...{ v: 1, id: "x", time: "", sensor: "s", decoy: "responder", transport: "udp", kind: "connection.open" },
    source,
    fields: {},
  });
  assert.deepEqual(site.changes, []);
});

test("a steward that is away is waited for; when it comes it is told all that holds, and is given the decoys again", async () => {
  await using site = new Site();
  site.steward.leave();
  await site.until(() => site.gate.away !== undefined);
  site.touch();
  assert.equal(site.steward.states.size, 0);
  site.steward.comeBack();
  await site.until(() => site.steward.states.get(VISITOR) === "suspect" && site.steward.ports.get(22) === 17);
  await site.until(() => site.gate.away === undefined);
  site.steward.leave();
  await site.until(() => site.gate.away !== undefined);
  site.steward.comeBack();
  await site.until(() => site.steward.states.get(VISITOR) === "suspect" && site.steward.ports.get(22) === 17);
  const health = site.told.filter(({ kind }) => kind.startsWith("sensor.")).map(({ kind }) => kind);
  assert.deepEqual(health.slice(0, 3), ["sensor.degraded", "sensor.recovered", "sensor.degraded"]);
  await site.gate.close();
  assert.equal(site.steward.ports.size, 0, "ended with the sensor");
});

test("a stop is not held up by a steward that is away", async () => {
  await using site = new Site();
  site.steward.leave();
  await site.until(() => site.gate.away !== undefined);
  await site.gate.close();
});

test("a restart forgets nothing, also after a kill", async () => {
  await using site = new Site();
  site.touch();
  site.touch("198.51.100.8", "auth.attempt");
  site.touch("198.51.100.8", "auth.attempt");
  const file = join(site.state, "suspicion.json");
  await site.until(() => {
    try {
      return readFileSync(file, "utf8").includes("198.51.100.8");
    } catch {
      return false;
    }
  });
  const killed = site.gate;
  site.steward.leave();
  site.steward.comeBack();
  const again = site.start();
  assert.deepEqual(
    again.suspicion.list().map(({ source, state }) => `${source} ${state}`),
    ["198.51.100.8 hostile", `${VISITOR} suspect`],
  );
  await site.until(() => site.steward.states.get("198.51.100.8") === "hostile" && site.steward.states.get(VISITOR) === "suspect");
  await killed.close();
});

test("a file that is no snapshot is said, and is a new beginning", () => {
  const state = mkdtempSync(join(tmpdir(), "utsusemi-gate-"));
  for (const text of ["", "{", '{"version":2}']) {
    writeFileSync(join(state, "suspicion.json"), text);
    const gate = new Gate({ settings: defaultSuspicion, state, now: Date.now });
    assert.match(gate.note ?? "", /cannot be read/);
    assert.deepEqual(gate.suspicion.list(), []);
  }
  rmSync(state, { recursive: true });
});

test("time ends a state: the steward is told; before it would end in the engine too early it is told again", async () => {
  await using site = new Site();
  await site.until(() => site.steward.isWatched);
  site.touch();
  await site.until(() => site.steward.states.get(VISITOR) === "suspect");
  site.clock.advance(50 * 60_000);
  site.touch();
  const before = site.steward.requests;
  site.gate.sweep();
  assert.equal(site.steward.requests, before, "it holds long enough");
  site.clock.advance(9.5 * 60_000);
  site.gate.sweep();
  await site.until(() => (site.steward.forMs.get(VISITOR) ?? 0) > 40 * 60_000);
  site.clock.advance(3 * 3_600_000);
  site.gate.sweep();
  await site.until(() => !site.steward.states.has(VISITOR));
  assert.equal(site.changes.at(-1), `${VISITOR} suspect > unknown`);
});

test("lists are told at once; who loses trust is taken off, and back when it is forgotten", async () => {
  const [network, address] = [parseNetwork("192.0.2.0/24"), parseNetwork(ADMIN)];
  assert.ok(network !== undefined && address !== undefined);
  await using site = new Site({ allow: [network, address] });
  await site.until(() => site.steward.states.get("192.0.2.0/24") === "trusted");
  site.touch(ADMIN);
  await site.until(() => site.steward.states.get(ADMIN) === "suspect");
  assert.deepEqual(site.changes, [`${ADMIN} trusted > suspect`]);
  site.gate.changed(site.gate.suspicion.forgive(ADMIN));
  await site.until(() => site.steward.states.get(ADMIN) === "trusted");
});

test("logs: who logs in is trusted until a decoy is touched, who guesses is suspect, and a line of another writer's trusts nobody", async () => {
  await using site = new Site();
  await site.until(() => site.steward.isWatched);
  const journal = (MESSAGE: string, _UID = "0") =>
    site.steward.see({ sight: "log", from: "journal", text: JSON.stringify({ SYSLOG_IDENTIFIER: "sshd", _COMM: "sshd", _UID, MESSAGE }) });
  journal("Accepted password for anna from 198.51.100.9 port 4000 ssh2", "1000");
  journal(`Accepted publickey for anna from ${ADMIN} port 4000 ssh2: ED25519 SHA256:x`);
  await site.until(() => site.steward.states.get(ADMIN) === "trusted");
  for (let round = 0; round < 12; round++) journal(`Failed password for root from ${VISITOR} port ${4000 + round} ssh2`);
  await site.until(() => site.steward.states.get(VISITOR) === "suspect");
  site.touch(ADMIN);
  await site.until(() => site.steward.states.get(ADMIN) === "suspect");
  assert.deepEqual(site.changes, [`${ADMIN} unknown > trusted`, `${VISITOR} unknown > suspect`, `${ADMIN} trusted > suspect`]);
});

test("this host itself is never suspect on the wire", async () => {
  await using site = new Site({ ipv6Prefix: 128 });
  await site.until(() => site.steward.isWatched);
  const own = Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address));
  for (const address of [...own, "127.0.0.2", "::1"]) site.touch(address);
  site.touch(VISITOR);
  await site.until(() => site.steward.states.get(VISITOR) === "suspect");
  assert.deepEqual(
    [...site.steward.states].filter(([, state]) => state !== "trusted"),
    [[VISITOR, "suspect"]],
  );
});

test("what is forged changes nothing; what an engine has no room for is said", async () => {
  await using site = new Site();
  await site.until(() => site.steward.isWatched);
  const event = { kind: "odd-flags", atNs: "0", protocol: 6, flags: 0, interface: 2, detail: 0, mac: "", fromPort: 1, toPort: 1 } as const;
  for (let host = 0; host < 20_000; host++) {
    const from = `10.${host >> 16}.${(host >> 8) & 255}.${host & 255}`;
    site.steward.see({ sight: "packet", event: { ...event, from, to: "192.0.2.1" } });
  }
  assert.deepEqual(site.changes, []);
  assert.equal(site.gate.suspicion.size.unproven, 20_000);
  site.steward.room = site.steward.states.size;
  site.touch();
  await site.until(() =>
    site.told.some(({ kind, fields }) => kind === "sensor.degraded" && `${fields["reason"]}`.includes("no room for 1 more")),
  );
});

test("a hand-over that is refused is said, and sources are watched and stood all the same", async () => {
  await using site = new Site();
  site.steward.refusal = "That is no listening TCP socket.";
  site.steward.leave();
  await site.until(() => site.gate.away !== undefined);
  site.steward.comeBack();
  await site.until(() => site.told.some(({ kind, fields }) => kind === "sensor.degraded" && fields["reason"] === site.steward.refusal));
  site.touch();
  await site.until(() => site.steward.states.get(VISITOR) === "suspect");
});

test("many changes go in few requests, each source's last word only", async () => {
  await using site = new Site();
  await site.until(() => site.steward.isWatched);
  const before = site.steward.requests;
  for (let round = 0; round < 3; round++) for (let host = 1; host <= 1000; host++) site.touch(`198.51.${host >> 8}.${host & 255}`);
  await site.until(() => [...site.steward.states.values()].filter((state) => state === "hostile").length === 1000);
  assert.ok(site.steward.requests - before < 12, `${site.steward.requests - before} requests`);
});
