import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createPublicKey, generateKeyPairSync, sign } from "node:crypto";
import test from "node:test";
import { checkShape } from "../../../shape/shape.ts";
import { fakeMemory } from "../../../testkit/fake-peer.ts";
import { sshString, uint32 } from "../crypto/field.ts";
import { encodeEd25519Key, encodeSignature } from "../crypto/public-keys.ts";
import { ssh } from "../decoy.ts";
import { type SshOptions, sshOptions } from "../options.ts";
import type { SshPersona } from "../persona.ts";
import { Meeting, type MeetingSettings } from "../testclient/meeting.ts";
import { authRequest, passwordRequest, serviceRequest } from "../testclient/test-client.ts";
import { cowrieDefault, debianDropbear, debianOpenssh } from "../testclient/test-personas.ts";
import { message } from "../transport/message.ts";

function options(given: unknown = {}): SshOptions {
  const { value, problems } = checkShape(sshOptions, given);
  assert.deepEqual(problems, []);
  assert.ok(value !== undefined);
  return value;
}

interface Visit extends MeetingSettings {
  readonly ssh?: SshPersona;
  readonly options?: SshOptions;
}

/** A client that has keys and asked for the login. */
function visit(settings: Visit = {}): Meeting {
  const { ssh: persona = debianOpenssh } = settings;
  const meeting = new Meeting((peer) => ssh.open(peer, { persona, options: settings.options ?? options() }), settings).run();
  meeting.client.received.length = 0;
  meeting.client.send(serviceRequest());
  return meeting.run();
}

/** Sends, lets time pass, and gives the numbers of the answers. */
function say(meeting: Meeting, ...payloads: readonly Buffer[]): (number | undefined)[] {
  const before = meeting.client.received.length;
  for (const payload of payloads) meeting.client.send(payload);
  meeting.run();
  for (let i = 0; i < payloads.length; i++) {
    meeting.peer.clock.advance(2000);
    meeting.run();
  }
  return meeting.client.received.slice(before).map(([number]) => number);
}

const attempts = (meeting: Meeting) => meeting.peer.observations().flatMap((one) => (one.kind === "auth.attempt" ? [one.fields] : []));

test("RFC 4252 §8: a listed password gets in, and is reported with its rule", () => {
  const meeting = visit();
  assert.equal(say(meeting, passwordRequest("root", "root"))[0], message.userauthSuccess);
  const [attempt] = attempts(meeting);
  assert.equal(String(attempt?.user), "root");
  assert.equal(String(attempt?.password), "root");
  assert.deepEqual([attempt?.accepted, attempt?.rule, attempt?.method], [true, "listed", "password"]);
});

test("the third different password of a source gets in, and again at its next visit", () => {
  const memory = fakeMemory();
  const first = visit({ memory });
  assert.deepEqual(say(first, passwordRequest("root", "a1"), passwordRequest("root", "b2")), [51, 51]);
  const second = visit({ memory });
  assert.equal(say(second, passwordRequest("root", "c3"))[0], message.userauthSuccess);
  const third = visit({ memory });
  assert.deepEqual(say(third, passwordRequest("root", "d4")), [51]);
  assert.equal(say(third, passwordRequest("root", "c3"))[0], message.userauthSuccess);
});

test("a wrong password is answered after the persona's delay, and what follows waits", () => {
  const meeting = visit({ options: options({ admission: { differentPasswords: 0 } }) });
  meeting.client.send(passwordRequest("root", "x"));
  meeting.client.send(passwordRequest("root", "root"));
  meeting.run();
  meeting.peer.clock.advance(1999);
  meeting.run();
  assert.equal(meeting.client.received.length, 1);
  meeting.peer.clock.advance(1);
  meeting.run();
  assert.deepEqual(
    meeting.client.received.slice(1, 3).map(([number]) => number),
    [51, 52],
  );
});

test("the sixth failure ends it in OpenSSH's words, the 21st in Twisted's, dropbear's tenth without", () => {
  const wrong = Array.from({ length: 21 }, (_, i) => passwordRequest("root", `x${i}`));
  const none = options({ admission: { differentPasswords: 0, credentials: [] } });
  const openssh = visit({ options: none });
  assert.deepEqual(say(openssh, ...wrong.slice(0, 6)), [51, 51, 51, 51, 51, 1]);
  assert.match(openssh.client.received.at(-1)?.toString("latin1") ?? "", /Too many authentication failures/);
  const twisted = visit({ ssh: cowrieDefault, options: none, lists: { cipher: "aes128-ctr" } });
  assert.deepEqual(say(twisted, ...wrong), [...Array.from({ length: 20 }, () => 51), 1]);
  assert.match(twisted.client.received.at(-1)?.toString("latin1") ?? "", /too many bad auths/);
  const dropbear = visit({ ssh: debianDropbear, options: none });
  assert.equal(say(dropbear, ...wrong.slice(0, 10)).length, 9);
  assert.equal(dropbear.peer.hungUp, "close");
});

test("who does not log in within the grace time is put out", () => {
  const meeting = visit();
  meeting.peer.clock.advance(119_999);
  assert.equal(meeting.peer.hungUp, undefined);
  meeting.peer.clock.advance(1);
  assert.equal(meeting.peer.hungUp, "close");
});

test("who is logged in is not put out by the grace time", () => {
  const meeting = visit();
  say(meeting, passwordRequest("root", "root"));
  meeting.peer.clock.advance(200_000);
  assert.equal(meeting.peer.hungUp, undefined);
});

test("RFC 4256: keyboard-interactive asks for the password; a right answer ends with PAM's empty round", () => {
  const persona = { ...debianOpenssh, auth: { ...debianOpenssh.auth, methods: ["keyboard-interactive"] } };
  const meeting = visit({ ssh: persona });
  assert.deepEqual(say(meeting, authRequest("root", "keyboard-interactive", Buffer.concat([sshString(""), sshString("")]))), [60]);
  assert.match(meeting.client.received.at(-1)?.toString("latin1") ?? "", /Password: /);
  assert.deepEqual(say(meeting, Buffer.concat([Buffer.of(61), uint32(1), sshString("root")])), [60]);
  assert.equal(say(meeting, Buffer.concat([Buffer.of(61), uint32(0)]))[0], message.userauthSuccess);
});

const pair = generateKeyPairSync("ed25519");
const blob = encodeEd25519Key(createPublicKey(pair.privateKey).export({ format: "der", type: "spki" }).subarray(-32));
const offer = (has: number): Buffer => Buffer.concat([Buffer.of(has), sshString("ssh-ed25519"), sshString(blob)]);

test("RFC 4252 §7: a key is refused and recorded; if any key is taken, only with its signature", () => {
  const strict = visit();
  assert.deepEqual(say(strict, authRequest("root", "publickey", offer(0))), [51]);
  assert.equal(attempts(strict)[0]?.publicKey, blob.toString("base64"));
  assert.match(attempts(strict)[0]?.fingerprint ?? "", /^SHA256:/);
  const open = visit({ options: options({ acceptKeys: "any" }) });
  assert.deepEqual(say(open, authRequest("root", "publickey", offer(0))), [60]);
  const request = authRequest("root", "publickey", offer(1));
  const signature = encodeSignature(
    "ssh-ed25519",
    sign(null, Buffer.concat([sshString(open.client.sessionId ?? ""), request]), pair.privateKey),
  );
  const forged = Buffer.from(signature);
  forged.writeUInt8(forged.readUInt8(40) ^ 1, 40);
  assert.deepEqual(say(open, Buffer.concat([request, sshString(forged)])), [51]);
  assert.equal(say(open, Buffer.concat([request, sshString(signature)]))[0], message.userauthSuccess);
});

test("the banner is shown once, before the first answer", () => {
  const meeting = visit({ options: options({ banner: "Authorized users only.\n" }) });
  assert.deepEqual(say(meeting, authRequest("root", "none"), authRequest("root", "none")), [53, 51, 51]);
});

test("another user on the same connection is refused in OpenSSH's words", () => {
  const meeting = visit();
  assert.deepEqual(say(meeting, authRequest("root", "none"), authRequest("admin", "none")), [51, 1]);
  assert.match(
    meeting.client.received.at(-1)?.toString("latin1") ?? "",
    /Change of username or service not allowed: \(root,ssh-connection\) -> \(admin,ssh-connection\)/,
  );
});
