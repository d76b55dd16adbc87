import assert from "node:assert/strict";
import test from "node:test";
import type { Deed, Evidence } from "./evidence.ts";
import { restoreSnapshot, takeSnapshot } from "./snapshot.ts";
import { parseNetwork } from "./source.ts";
import { Suspicion } from "./suspicion.ts";
import { DECOY, LURE, PATTERN, SESSION, Watch } from "./testing/watch.ts";

const [VISITOR, ADMIN, VICTIM] = ["198.51.100.7", "192.0.2.20", "203.0.113.5"];

test("a stranger is unknown, a clean conversation makes it known for a day", () => {
  const watch = new Watch();
  assert.equal(watch.state(VISITOR), "unknown");
  assert.deepEqual(watch.see(VISITOR, SESSION), ["unknown > known"]);
  watch.hours(23);
  assert.equal(watch.state(VISITOR), "known");
  watch.hours(2);
  assert.equal(watch.state(VISITOR), "unknown");
});

test("a port scan makes suspect and then hostile, with the numbers in the reason", () => {
  const watch = new Watch();
  assert.deepEqual(watch.scan(VISITOR, 4), []);
  assert.deepEqual(watch.scan(VISITOR, 30), ["unknown > suspect", "suspect > hostile"]);
  assert.match(watch.gate.stateOf(VISITOR)?.reason ?? "", /^asked for \d+ ports of 1 hosts within 60 s$/);
});

test("the same few ports again and again are no scan", () => {
  const watch = new Watch();
  for (let round = 0; round < 500; round++) assert.deepEqual(watch.scan(VISITOR, 3, { proof: "handshake", halfOpen: false }), []);
  assert.equal(watch.state(VISITOR), "unknown");
});

test("a scan slower than the window is none, and half-open connections to the same port are one", () => {
  const slow = new Watch();
  for (let port = 0; port < 60; port++) {
    slow.see(VISITOR, { kind: "contact", host: "192.0.2.10", port, halfOpen: false }, "cookie");
    slow.clock.advance(61_000);
  }
  assert.equal(slow.state(VISITOR), "unknown");
  const halfOpen = new Watch({ suspectAt: 15 });
  for (let round = 0; round < 6; round++)
    halfOpen.see(VISITOR, { kind: "contact", host: "192.0.2.10", port: 80, halfOpen: true }, "cookie");
  assert.match(halfOpen.gate.stateOf(VISITOR)?.reason ?? "", /^left 6 of 6 connections half-open/);
});

test("many hosts are a scan as many ports are", () => {
  const watch = new Watch();
  const found = Array.from({ length: 12 }, (_, host) =>
    watch.see(VISITOR, { kind: "contact", host: `192.0.2.${host}`, port: 22, halfOpen: false }),
  ).flat();
  assert.deepEqual(found, ["unknown > suspect"]);
});

test("a decoy makes suspect, a second touch or a lure hostile; each with its reason", () => {
  const watch = new Watch();
  assert.deepEqual(watch.see(VISITOR, DECOY), ["unknown > suspect"]);
  assert.equal(watch.gate.stateOf(VISITOR)?.reason, "touched the decoy telnet on port 23");
  assert.deepEqual(watch.see(VISITOR, DECOY), ["suspect > hostile"]);
  assert.deepEqual(watch.see("198.51.100.8", LURE), ["unknown > hostile"]);
  assert.deepEqual(watch.see("198.51.100.9", PATTERN), ["unknown > hostile"]);
  assert.equal(watch.gate.stateOf("198.51.100.9")?.reason, "sent what the pattern smb.smbghost recognises");
});

test("a few failed logins are human, many are brute force, many names are spraying", () => {
  const watch = new Watch();
  for (let round = 0; round < 4; round++) assert.deepEqual(watch.failLogin(VISITOR), []);
  assert.deepEqual(watch.login(VISITOR), ["unknown > trusted"]);
  for (let round = 0; round < 20; round++) watch.failLogin("198.51.100.8");
  assert.equal(watch.state("198.51.100.8"), "hostile");
  const users = ["root", "admin", "test", "pi"].flatMap((user) => watch.failLogin("198.51.100.9", user));
  assert.deepEqual(users, ["unknown > suspect"]);
  assert.equal(watch.gate.stateOf("198.51.100.9")?.reason, "failed to log in to sshd under 4 names");
});

test("a password that was guessed earns no trust", () => {
  const watch = new Watch();
  for (let round = 0; round < 20; round++) watch.failLogin(VISITOR);
  assert.deepEqual(watch.login(VISITOR), []);
  assert.equal(watch.state(VISITOR), "hostile");
});

test("names that strangers chose are escaped in reasons", () => {
  const watch = new Watch({ suspectAt: 1 });
  watch.failLogin(VISITOR, "\u001b[31mroot\n");
  assert.equal(watch.gate.stateOf(VISITOR)?.reason, "failed to log in to sshd as \\e[31mroot\\n");
});

test("suspicion decays: half-lives lead back, and the way back is longer than the way in", () => {
  const watch = new Watch();
  watch.see(VISITOR, DECOY);
  watch.see(VISITOR, DECOY);
  assert.deepEqual(watch.hours(0.5), []);
  assert.deepEqual(watch.hours(0.5), ["hostile > suspect"]);
  assert.deepEqual(watch.hours(0.4), []);
  assert.deepEqual(watch.hours(1), ["suspect > unknown"]);
  assert.equal(watch.gate.size.suspects + watch.gate.size.hostile, 0);
});

test("a login is trusted for a time that the next login renews", () => {
  const watch = new Watch();
  assert.deepEqual(watch.login(ADMIN), ["unknown > trusted"]);
  watch.hours(11);
  assert.deepEqual(watch.login(ADMIN), []);
  assert.deepEqual(watch.hours(11), []);
  assert.equal(watch.state(ADMIN), "trusted");
  assert.deepEqual(watch.hours(2), ["trusted > unknown"]);
});

test("only verified logins to listed services are trusted", () => {
  const watch = new Watch();
  assert.deepEqual(watch.login(ADMIN, "ftp"), []);
  assert.deepEqual(
    watch.see(ADMIN, { kind: "login", service: "sshd", user: "anna", accepted: true, times: 1, verified: false }, "log"),
    [],
  );
  assert.equal(watch.state(ADMIN), "unknown");
});

test("nothing but a decoy or a lure takes trust, and that at once", () => {
  const watch = new Watch();
  watch.login(ADMIN);
  watch.scan(ADMIN, 60);
  for (let round = 0; round < 30; round++) watch.failLogin(ADMIN);
  watch.see(ADMIN, PATTERN);
  assert.equal(watch.state(ADMIN), "trusted");
  assert.deepEqual(watch.see(ADMIN, DECOY), ["trusted > suspect"]);
  assert.deepEqual(watch.login(ADMIN), []);
  watch.hours(6);
  assert.deepEqual(watch.login(ADMIN), ["unknown > trusted"]);
});

test("the allow list is trusted until a decoy is touched, and again when that is forgotten; own scanners always are", () => {
  const [allow, always] = [parseNetwork("192.0.2.0/24"), parseNetwork("192.0.2.99")];
  assert.ok(allow !== undefined && always !== undefined);
  const watch = new Watch({ allow: [allow], allowAlways: [always] });
  assert.equal(watch.state(ADMIN), "trusted");
  assert.deepEqual(watch.see(ADMIN, LURE), ["trusted > hostile"]);
  assert.equal(watch.state("192.0.2.21"), "trusted");
  watch.hours(8);
  assert.equal(watch.state(ADMIN), "trusted");
  assert.deepEqual(watch.see("192.0.2.99", LURE), []);
  assert.equal(watch.state("192.0.2.99"), "trusted");
});

test("who is known isn't made suspect by contacts alone, but with a deed they count", () => {
  const watch = new Watch();
  watch.see(VISITOR, SESSION);
  assert.deepEqual(watch.scan(VISITOR, 60), []);
  assert.equal(watch.state(VISITOR), "known");
  assert.deepEqual(watch.see(VISITOR, { kind: "odd", what: "SYN and FIN" }), ["known > hostile"]);
});

test("an IPv6 network is one source, but trust is for one address", () => {
  const watch = new Watch();
  watch.see("2001:db8::1", DECOY);
  assert.equal(watch.state("2001:db8::abcd"), "suspect");
  assert.equal(watch.state("2001:db8:0:1::1"), "unknown");
  watch.login("2001:db8:7::1");
  assert.equal(watch.state("2001:db8:7::1"), "trusted");
  assert.equal(watch.state("2001:db8:7::2"), "unknown");
  const whole = new Watch({ ipv6Prefix: 128 });
  whole.see("2001:db8::1", DECOY);
  assert.equal(whole.state("2001:db8::2"), "unknown");
  assert.equal(new Watch().state("::ffff:192.0.2.7"), "unknown");
});

test("an operator forgives, trusts and takes trust back", () => {
  const watch = new Watch();
  watch.see(VISITOR, LURE);
  assert.deepEqual(
    watch.gate.forgive(VISITOR).map(({ to, reason }) => `${to}: ${reason}`),
    ["unknown: the operator forgave it"],
  );
  watch.see(VISITOR, LURE);
  const network = parseNetwork("198.51.100.0/24");
  assert.ok(network !== undefined);
  assert.deepEqual(
    watch.gate.trust(network)?.map(({ source, to }) => `${source} ${to}`),
    ["198.51.100.7 unknown", "198.51.100.0/24 trusted"],
  );
  assert.equal(watch.state(VISITOR), "trusted");
  assert.equal(watch.gate.distrust(network).length, 1);
  assert.equal(watch.state(VISITOR), "unknown");
  assert.deepEqual(watch.gate.forgive("not an address"), []);
});

test("a login from IPv6 that touches a decoy loses its trust, and its network becomes suspect", () => {
  const watch = new Watch();
  watch.login("2001:db8:7::1");
  const changes = watch.gate.take({ source: "2001:db8:7::1", proof: "handshake", deed: DECOY });
  assert.deepEqual(
    changes.map(({ source, from, to }) => `${source} ${from} > ${to}`),
    ["2001:db8:7::1 trusted > suspect", "2001:db8:7::/64 unknown > suspect"],
  );
});

test("each change says until when it holds: as long as the points last, or the trust", () => {
  const watch = new Watch();
  const now = watch.now();
  const [touched] = watch.gate.take({ source: VISITOR, proof: "handshake", deed: DECOY });
  assert.equal(touched?.until, now + 2 * 1_800_000, "60 points are 15 after two half-lives");
  watch.clock.advance(2 * 1_800_000 - 1000);
  assert.equal(watch.state(VISITOR), "suspect");
  watch.clock.advance(2000);
  assert.equal(watch.state(VISITOR), "unknown");
  watch.login(ADMIN);
  assert.equal(watch.gate.stateOf(ADMIN)?.until, watch.now() + 43_200_000);
});

test("an operator's trust can end by itself, and is remembered over a restart", () => {
  const watch = new Watch();
  const [days, always] = [parseNetwork("192.0.2.0/24"), parseNetwork("203.0.113.0/24")];
  assert.ok(days !== undefined && always !== undefined);
  watch.gate.trust(days, { until: watch.now() + 86_400_000 });
  watch.gate.trust(always);
  const again = restoreSnapshot(JSON.parse(JSON.stringify(takeSnapshot(watch.gate))), watch.settings, watch.now);
  assert.deepEqual([again?.stateOf(ADMIN)?.state, again?.stateOf(VICTIM)?.state], ["trusted", "trusted"]);
  assert.deepEqual(watch.hours(25), ["trusted > unknown"]);
  assert.deepEqual([watch.state(ADMIN), watch.state(VICTIM)], ["unknown", "trusted"]);
  const full = new Watch({ maxTrusted: 1 });
  assert.notEqual(full.gate.trust(days), undefined);
  assert.equal(full.gate.trust(always), undefined, "there is no room");
});

test("the list shows who is more than unknown", () => {
  const watch = new Watch();
  watch.login(ADMIN);
  watch.see(VISITOR, DECOY);
  watch.see(VICTIM, SESSION);
  watch.see("198.51.100.9", { kind: "odd", what: "x" });
  assert.deepEqual(
    watch.gate
      .list()
      .map(({ source, state, score }) => `${source} ${state} ${score}`)
      .sort(),
    [`${ADMIN} trusted 0`, `${VISITOR} suspect 60`, `${VICTIM} known 0`],
  );
});

test("what is no address, or an absurd number, changes nothing and throws nothing", () => {
  const watch = new Watch();
  for (const source of ["", "::::", "1.2.3.4.5", "x".repeat(1_000_000), "\0"]) assert.deepEqual(watch.see(source, LURE), []);
  watch.see(VISITOR, { kind: "pattern", id: "x", weight: -1e9 });
  assert.equal(watch.gate.stateOf(VISITOR)?.score, 0);
  watch.see(VISITOR, { kind: "login", service: "sshd", user: "x", accepted: false, times: 1e9, verified: true }, "log");
  assert.ok((watch.gate.stateOf(VISITOR)?.score ?? 0) <= 1000);
});

test("a clock that goes back makes nobody younger", () => {
  const at = { now: 1_000_000_000_000 };
  const { settings } = new Watch();
  const gate = new Suspicion(settings, () => at.now);
  const take = (deed: Deed) => gate.take({ source: VISITOR, proof: "handshake", deed } satisfies Evidence);
  take(DECOY);
  at.now -= 86_400_000;
  assert.equal(gate.stateOf(VISITOR)?.state, "suspect");
  assert.equal(take(DECOY)[0]?.to, "hostile");
});
