import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { OperatorError } from "../../errors/operator-error.ts";
import type { Exchange } from "../views/remote-view.ts";
import {
  canEmit,
  emit,
  fingerprintStimuli,
  hasshOf,
  loadFingerprints,
  localArtefacts,
  matchFingerprint,
  parseOffer,
  readFingerprints,
} from "./index.ts";
import { encodeOffer } from "./ssh-offer.ts";

const { all, products } = loadFingerprints();

test("every entry's id, protocol and ports are said", () => {
  for (const { id, side, protocol, sign, ports, because, source } of all) {
    assert.ok(because.endsWith("."), `${id}: why is a sentence`);
    assert.notEqual(source, "", id);
    if (side === "local") continue;
    assert.notEqual(protocol, "", id);
    assert.ok(sign.kind === "ports" || ports.length > 0, `${id} has ports`);
  }
});

test("what cannot be shown is known by a hash alone, and is listed", () => {
  const hidden = all.filter((entry) => entry.side === "remote" && !canEmit(entry) && !["certificate", "ports"].includes(entry.sign.kind));
  assert.deepEqual(
    hidden.map(({ id }) => id),
    ["amun.http.page", "blacknet.kexinit", "glastopf.stylesheet", "honeything.page", "kojoney.kexinit", "shockpot.page"],
  );
});

test("every entry that can be shown is recognised from what it shows", () => {
  for (const entry of all.filter(canEmit)) assert.ok(matchFingerprint(entry, exchangeWith(entry.id)), entry.id);
});

test("stimuli are asked once each, and none is without an entry", () => {
  const stimuli = fingerprintStimuli();
  const bytes = stimuli.map(({ transport, steps }) => `${transport}${JSON.stringify(steps)}`);
  assert.equal(new Set(bytes).size, bytes.length);
  assert.equal(new Set(stimuli.map(({ id }) => id)).size, stimuli.length);
  for (const { id, ports, steps } of stimuli) {
    assert.match(id, /^fingerprint\./);
    assert.ok(ports.length > 0, id);
    assert.ok(steps.some((step) => "say" in step) && steps.some((step) => "hear" in step), id);
    assert.ok(
      all.some(({ stimulus }) => stimulus === id),
      `${id} is needed`,
    );
  }
  for (const { id, stimulus } of all)
    assert.ok(stimulus === undefined || stimulus === "null" || stimuli.some((one) => one.id === stimulus), id);
});

test("a HASSH that an entry names is the hash of its lists (salesforce/hassh)", () => {
  const offers = all.flatMap(({ id, sign }) =>
    sign.kind === "offer" && sign.shown !== undefined ? [{ id, ...sign, shown: sign.shown }] : [],
  );
  assert.ok(offers.length >= 20);
  for (const { id, hassh, shown, claims } of offers) {
    const lists = {
      kex: shown.kex.join(),
      encryption: shown.encryption.join(),
      mac: shown.mac.join(),
      compression: shown.compression.join(),
    };
    if (hassh !== undefined) assert.equal(hasshOf(lists), hassh, id);
    assert.ok(shown.identification.startsWith(claims), id);
  }
});

test("an offer is read as it was written, after other lines and before other bytes (RFC 4253 §4.2, §6, §7.1)", () => {
  const offer = {
    identification: "SSH-2.0-OpenSSH_9.2p1",
    kex: ["curve25519-sha256", "ext-info-s"],
    hostKeys: ["ssh-ed25519"],
    encryption: ["aes128-ctr"],
    mac: ["hmac-sha2-256", "hmac-sha1"],
    compression: ["none"],
  };
  const bytes = encodeOffer(offer);
  const packet = bytes.subarray(offer.identification.length + 2);
  assert.equal(packet.length % 8, 0);
  assert.equal(Buffer.from(packet).readUInt32BE(0), packet.length - 4);
  const { hassh, ...read } = parseOffer(Buffer.concat([Buffer.from("hello\r\n"), bytes, Buffer.from("more")])) ?? {};
  assert.deepEqual(read, offer);
  assert.equal(
    hassh,
    hasshOf({ kex: "curve25519-sha256,ext-info-s", encryption: "aes128-ctr", mac: "hmac-sha2-256,hmac-sha1", compression: "none" }),
  );
  for (let size = 0; size < bytes.length; size++) assert.equal(parseOffer(bytes.subarray(0, size)), undefined, `cut at ${size}`);
});

test("an answer that repeats what was asked must repeat it rightly", () => {
  const entry = all.find(({ id }) => id === "dionaea.smb.negotiate");
  assert.ok(entry);
  const { turns, ...rest } = exchangeWith(entry.id);
  const other = turns.map((turn) => (turn.from === "us" ? { ...turn, bytes: Buffer.from(turn.bytes).fill(0x77, 30, 36) } : turn));
  assert.equal(matchFingerprint(entry, { ...rest, turns: other }), false);
});

test("an entry counts only where its own question was asked", () => {
  const entry = all.find(({ id }) => id === "dionaea.http.directory");
  assert.ok(entry);
  assert.equal(matchFingerprint(entry, { ...exchangeWith(entry.id), stimulus: "null" }), false);
});

test("products have files of their names, and artefacts of the host are kept for local checks", () => {
  assert.ok(products.length >= 55);
  assert.ok(localArtefacts().length >= 40);
  for (const { sign, show } of localArtefacts()) assert.ok(sign.kind === "artefact" && show === "H");
});

const MISTAKES: readonly (readonly [what: string, from: string, to: string, told: RegExp])[] = [
  [
    "an unknown key",
    "alsoReal: never",
    "allsoReal: never",
    /whizkid\.yaml:11:5: entries\.0\.allsoReal is not a known key; did you mean alsoReal\?/,
  ],
  [
    "a value that is not allowed",
    "alsoReal: never",
    "alsoReal: seldom",
    /whizkid\.yaml:11:5: entries\.0\.alsoReal must be one of never, sometimes/,
  ],
  ["a ratio that is too good", "alsoReal: never", "alsoReal: sometimes", /whizkid\.yaml:13:5: entries\.0\.ratio must be from 1\.2 to 5/],
  ["a part of no kind", "{word: host}", "{wort: host}", /whizkid\.yaml:10:21: entries\.0\.bytes\.1 must be text, gap, or one of/],
  [
    "a stimulus that is nowhere",
    "stimulus: nothing",
    "stimulus: http.gett",
    /whizkid\.yaml:9:5: entries\.0\.stimulus must be a shared stimulus; did you mean http\.get\?/,
  ],
  ["a file of another name", "product: whizkid", "product: whizkit", /whizkid\.yaml:1:1: product must be whizkid, as its file is named/],
  ["no YAML", "title: Whiz", "title: [Whiz", /whizkid\.yaml:\d+:\d+: /],
];

for (const [what, from, to, told] of MISTAKES) {
  test(`a file with ${what} is refused with its line`, () => {
    using folder = copied((name, text) => (name === "whizkid.yaml" ? text.replace(from, to) : text));
    assert.throws(
      () => readFingerprints(folder.path),
      (error) => error instanceof OperatorError && error.code === "fingerprints-invalid" && told.test(error.message),
    );
  });
}

test("an id that stands in two places is refused", () => {
  using folder = copied((name, text) => (name === "whizkid.yaml" ? `${text}${text.slice(text.indexOf("  - id:"))}` : text));
  assert.throws(() => readFingerprints(folder.path), /whizkid\.telnet stands there twice/);
});

test("what was read is kept beside its hash; a changed byte, and whatever is no such thing, is read anew", () => {
  using folder = copied((_, text) => text);
  const kept = join(folder.path, "kept", "values.json");
  const first = readFingerprints(folder.path, kept);
  assert.deepEqual(readFingerprints(folder.path, kept), first);
  const file = join(folder.path, "whizkid.yaml");
  writeFileSync(file, readFileSync(file, "utf8").replace("ratio: 300", "ratio: 301"));
  const ratio = () => readFingerprints(folder.path, kept).all.find(({ id }) => id === "whizkid.telnet")?.ratio;
  assert.equal(ratio(), 301);
  for (const broken of ["", "{", "[]", '{"hash":"x","values":{}}', readFileSync(kept, "utf8").slice(0, 1000)]) {
    writeFileSync(kept, broken);
    assert.equal(ratio(), 301);
  }
  const reached = readFingerprints(folder.path, join(folder.path, "whizkid.yaml", "nowhere"));
  assert.equal(reached.all.length, first.all.length);
});

/** The exchange in which an entry shows itself. */
function exchangeWith(id: string): Exchange {
  const entry = all.find((one) => one.id === id);
  assert.ok(entry);
  const stimulus = fingerprintStimuli().find((one) => one.id === entry.stimulus);
  const said = Buffer.concat((stimulus?.steps ?? []).flatMap((step) => ("say" in step ? [step.say] : [])));
  const turns = [
    { from: "them" as const, atMs: 0, bytes: emit(entry, new Uint8Array()) },
    { from: "us" as const, atMs: 1, bytes: said },
    { from: "them" as const, atMs: 2, bytes: said.length === 0 ? new Uint8Array() : emit(entry, said) },
  ];
  return { stimulus: entry.stimulus ?? "", over: "plain", ended: "them", turns };
}

/** A copy of the checkout's files, some of them changed. */
function copied(change: (name: string, text: string) => string): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), "utsusemi-fingerprints-"));
  const from = join(import.meta.dirname, "..", "..", "..", "signatures", "honeypots");
  mkdirSync(join(path, "shared"));
  for (const name of readdirSync(from, { recursive: true, encoding: "utf8" }).filter((one) => one.endsWith(".yaml")))
    writeFileSync(join(path, name), change(name, readFileSync(join(from, name), "utf8")));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
