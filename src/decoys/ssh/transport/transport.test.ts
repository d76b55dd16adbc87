import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import test from "node:test";
import type { SshPersona } from "../persona.ts";
import { type BareMeeting, meetTransport } from "../testclient/meeting.ts";
import { type ClientLists, serviceRequest } from "../testclient/test-client.ts";
import { cowrieDefault, debianDropbear, debianOpenssh, kippoDefault } from "../testclient/test-personas.ts";
import { message } from "./message.ts";

const everything: SshPersona = {
  ...debianOpenssh,
  kex: [
    ...debianOpenssh.kex,
    "mlkem768x25519-sha256",
    "diffie-hellman-group14-sha1",
    "diffie-hellman-group1-sha1",
    "diffie-hellman-group-exchange-sha1",
  ],
  hostKeys: [...debianOpenssh.hostKeys, "ssh-rsa"],
  ciphers: [...debianOpenssh.ciphers, "aes256-cbc", "3des-cbc"],
  macs: [...debianOpenssh.macs, "hmac-md5"],
  compressions: ["none", "zlib@openssh.com", "zlib"],
};

/** Both sides agree on keys, and a message gets through each way. */
function assertTalks({ meeting, transport, user }: BareMeeting): void {
  meeting.run();
  assert.equal(meeting.peer.hungUp, undefined);
  const before = user.messages.length;
  meeting.client.send(serviceRequest());
  meeting.run();
  assert.deepEqual(user.messages.slice(before), [serviceRequest()]);
  transport.send(Buffer.from([80, 1, 2, 3]));
  meeting.run();
  assert.deepEqual(meeting.client.received.at(-1), Buffer.from([80, 1, 2, 3]));
}

const methods = everything.kex.filter((name) => !name.startsWith("kex-strict"));
for (const kex of methods) {
  test(`RFC 4253 §8: ${kex} agrees`, () => assertTalks(meetTransport(everything, { lists: { kex } })));
}

for (const hostKeys of everything.hostKeys) {
  test(`RFC 4253 §6.6: the host proves itself with ${hostKeys}`, () => assertTalks(meetTransport(everything, { lists: { hostKeys } })));
}

for (const cipher of everything.ciphers) {
  test(`RFC 4253 §6.3: ${cipher}, in single bytes`, () => assertTalks(meetTransport(everything, { lists: { cipher }, pieceBytes: 1 })));
}

for (const mac of everything.macs) {
  test(`RFC 4253 §6.4: aes128-ctr with ${mac}`, () => {
    assertTalks(meetTransport(everything, { lists: { cipher: "aes128-ctr", mac }, pieceBytes: 7 }));
  });
}

test("every persona agrees with a client that lists what it lists", () => {
  const kippo: ClientLists = {
    kex: "diffie-hellman-group-exchange-sha1",
    hostKeys: "ssh-rsa",
    cipher: "aes256-cbc",
    mac: "hmac-md5",
    compression: "zlib",
  };
  assertTalks(meetTransport(kippoDefault, { lists: kippo }));
  assertTalks(meetTransport(cowrieDefault, { lists: { cipher: "3des-cbc", mac: "hmac-sha2-384", compression: "zlib" } }));
  assertTalks(meetTransport(debianDropbear, { lists: { cipher: "aes256-ctr" } }));
});

test("same seed, same bytes; however the visitor's bytes are cut", () => {
  const transcript = (pieceBytes?: number): string => {
    const { meeting, transport } = meetTransport(debianOpenssh, {
      lists: { kex: "sntrup761x25519-sha512" },
      ...(pieceBytes === undefined ? {} : { pieceBytes }),
    });
    meeting.run();
    transport.send(Buffer.from([80]));
    return meeting.peer.sent().toString("hex");
  };
  const whole = transcript();
  assert.equal(transcript(), whole);
  assert.equal(transcript(1), whole);
  assert.equal(transcript(33), whole);
});

test("RFC 8308 §2.4: SSH_MSG_EXT_INFO follows the first NEWKEYS, if the visitor lists ext-info-c", () => {
  const asked = meetTransport(debianOpenssh)
    .meeting.run()
    .client.received.map(([number]) => number);
  assert.deepEqual(asked, [message.kexInit, message.dhReply, message.newKeys, message.extInfo]);
  const silent = meetTransport(debianOpenssh, { lists: { extInfo: false } })
    .meeting.run()
    .client.received.map(([number]) => number);
  assert.deepEqual(silent, [message.kexInit, message.dhReply, message.newKeys]);
});

for (const strict of [true, false]) {
  test(`RFC 4253 §9: the visitor changes keys at any time, ${strict ? "strict" : "not strict"}`, () => {
    const bare = meetTransport(debianOpenssh, { lists: { strict, cipher: "aes128-ctr" } });
    bare.transport.loggedIn();
    assertTalks(bare);
    for (let i = 0; i < 3; i++) {
      bare.meeting.client.send(Buffer.from([80, i]));
      bare.meeting.client.startExchange();
      bare.meeting.client.send(Buffer.from([81, i]));
      assertTalks(bare);
    }
    assert.equal(bare.meeting.client.exchanges, 4);
  });
}

test("RFC 4253 §7.1: what is sent while keys change waits for the new keys, in order", () => {
  const { meeting, transport, user } = meetTransport({ ...debianOpenssh, rekey: { maxBytes: 2000, maxSeconds: 0 } });
  meeting.run();
  transport.loggedIn();
  meeting.client.loggedIn();
  const held: boolean[] = [];
  for (let i = 0; i < 20; i++) held.push(transport.send(Buffer.concat([Buffer.from([94, i]), Buffer.alloc(500)])));
  assert.ok(held.includes(false));
  meeting.run();
  const order = meeting.client.received.filter(([number]) => number === 94).map((payload) => payload[1]);
  assert.deepEqual(
    order,
    Array.from({ length: 20 }, (_, i) => i),
  );
  assert.ok(meeting.client.exchanges >= 2);
  assert.ok(user.backlogs > 0);
  assertTalks({ meeting, transport, user });
});

test("keys are changed once they are too old", () => {
  const bare = meetTransport({ ...debianOpenssh, rekey: { maxBytes: 2 ** 30, maxSeconds: 3600 } });
  assertTalks(bare);
  bare.transport.loggedIn();
  bare.meeting.peer.clock.advance(3_599_000);
  assertTalks(bare);
  assert.equal(bare.meeting.client.exchanges, 1);
  bare.meeting.peer.clock.advance(1000);
  assertTalks(bare);
  assert.equal(bare.meeting.client.exchanges, 2);
});

test("zlib@openssh.com waits for the login, and starts afresh with new keys", () => {
  const bare = meetTransport(debianOpenssh, { lists: { compression: "zlib@openssh.com" } });
  assertTalks(bare);
  bare.transport.loggedIn();
  bare.meeting.client.loggedIn();
  assertTalks(bare);
  const before = bare.meeting.peer.sent().length;
  bare.transport.send(Buffer.concat([Buffer.from([94]), Buffer.alloc(30_000, "a")]));
  assert.ok(bare.meeting.peer.sent().length - before < 300);
  bare.meeting.run();
  assert.equal(bare.meeting.client.received.at(-1)?.length, 30_001);
  bare.meeting.client.startExchange();
  assertTalks(bare);
});

test("RFC 4253 §7: a wrong guess is skipped, a right one is used", () => {
  const guess = (hostKeys: readonly string[]): BareMeeting => {
    const bare = meetTransport({ ...debianOpenssh, kex: ["curve25519-sha256"], hostKeys }, { lists: { strict: false, extInfo: false } });
    const { client, server } = bare.meeting;
    client.take();
    const kexInit = client.encodeKexInit();
    kexInit[kexInit.length - 5] = 1;
    // Too short to be a public value: taken for one, it ends the connection.
    const packets = [client.seal(kexInit), client.seal(Buffer.from([message.dhInit, 0]))];
    server.receive(Buffer.concat([Buffer.from("SSH-2.0-x\r\n"), ...packets]));
    return bare;
  };
  assert.equal(guess(["rsa-sha2-256", "ssh-ed25519"]).meeting.peer.hungUp, undefined);
  assert.equal(guess(["ssh-ed25519"]).meeting.peer.hungUp, "close");
});

test("a visitor that does not read is not read from", () => {
  const { meeting } = meetTransport(debianOpenssh);
  meeting.run();
  meeting.peer.take();
  meeting.peer.reading = false;
  meeting.client.sendNow(Buffer.from([23]));
  meeting.server.receive(meeting.client.take());
  assert.ok(meeting.peer.deeds.some(({ what }) => what === "pause"));
  meeting.peer.reading = true;
  meeting.server.drained?.();
  assert.ok(meeting.peer.deeds.some(({ what }) => what === "resume"));
});

test("nothing that a visitor sends, cut anywhere, makes it throw or hold much", () => {
  const { meeting } = meetTransport(debianOpenssh);
  meeting.run();
  const random = meeting.peer.random(4000);
  meeting.server.receive(random);
  assert.equal(meeting.peer.hungUp, "close");
  assert.equal(meeting.peer.sentAfterHangUp, 0);
});

test("who only changes keys has to wait, and gets on in the end", () => {
  const bare = meetTransport(debianOpenssh);
  assertTalks(bare);
  bare.transport.loggedIn();
  for (let i = 0; i < 70; i++) {
    bare.meeting.client.startExchange();
    bare.meeting.run();
  }
  assert.equal(bare.meeting.client.exchanges, 64);
  bare.meeting.peer.clock.advance(500);
  assertTalks(bare);
  assert.equal(bare.meeting.client.exchanges, 65);
});
