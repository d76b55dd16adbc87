import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import test from "node:test";
import { compilePatterns, Interpreter, loadPatterns, matchPatterns, patternsFolder, readPacket, readPatterns } from "./index.ts";
import { loadVectors, type Vector } from "./testing/vectors.ts";

const set = loadPatterns();
const compiled = compilePatterns(set);
const interpreter = new Interpreter(compiled.tables);

/** What the yardstick says; and the tables must say the same. */
function matched({ bytes, circumstances, said }: Pick<Vector, "bytes" | "circumstances" | "said">): readonly string[] {
  const wanted = matchPatterns(compiled.patterns, bytes, circumstances);
  const packet = readPacket(bytes, circumstances);
  const numbers = packet === undefined ? [] : interpreter.patterns(packet);
  const found = numbers.map((number) => compiled.patterns[number]?.id ?? "");
  assert.deepEqual(found, wanted, `the tables say otherwise than the patterns: ${said}`);
  return wanted;
}

test("more than a hundred patterns are there, each with what it recognises, where that is described and who else sends it", () => {
  assert.ok(set.patterns.length >= 100, String(set.patterns.length));
  for (const { id, about, reference, falsePositives } of set.patterns) {
    assert.ok(about.length > 5 && reference.length > 3 && falsePositives.length > 5, id);
  }
});

for (const family of ["ipv4", "ipv6"] as const) {
  const vectors = loadVectors(set.patterns, family);

  test(`${family}: every pattern recognises its packets, and the tables say the same`, () => {
    for (const vector of vectors.matching) assert.ok(matched(vector).includes(vector.pattern), `${vector.pattern}: ${vector.said}`);
    const tried = new Set(vectors.matching.map(({ pattern }) => pattern));
    const left = set.patterns.filter(({ id, families }) => families.includes(family) && !tried.has(id)).map(({ id }) => id);
    assert.deepEqual(
      left.filter((id) => !id.startsWith("land.")),
      [],
    );
  });

  test(`${family}: packets that come close are not recognised`, () => {
    for (const vector of vectors.near) assert.ok(!matched(vector).includes(vector.pattern), `${vector.pattern}: ${vector.said}`);
    assert.ok(vectors.near.length > 250, String(vectors.near.length));
  });

  test(`${family}: a matching packet that goes the other way, in another direction, is not recognised`, () => {
    for (const vector of vectors.matching) {
      const other = { ...vector, circumstances: { ...vector.circumstances, direction: "out" as const } };
      assert.deepEqual(matched(other), [], vector.said);
    }
  });
}

test("a packet whose end is missing, or that is a fragment, is not recognised", () => {
  for (const vector of loadVectors(set.patterns, "ipv4").matching) {
    assert.deepEqual(matched({ ...vector, bytes: vector.bytes.subarray(0, vector.bytes.length - 1) }), []);
    const fragment = Buffer.from(vector.bytes);
    fragment.writeUInt16BE(0x2000, 6);
    assert.deepEqual(matched({ ...vector, bytes: fragment }), []);
  }
});

test("every pattern's file is in the folder, and every vector's file beside it", () => {
  const families = readdirSync(patternsFolder).filter((name) => name.endsWith(".yaml") && name !== "replies.yaml");
  assert.deepEqual(readdirSync(`${patternsFolder}/vectors`).sort(), families.sort());
});

const HEAD =
  "family: x\nabout: X.\npatterns:\n  - id: x.one\n    about: One.\n    reference: none\n    falsePositives: none\n    weight: 5\n";
const mistakes: readonly (readonly [string, string, RegExp])[] = [
  ["an unknown key", `${HEAD}    wieght: 5\n`, /^x\.yaml:9:5: patterns\.0\.wieght is not a known key/],
  ["a range that is none", `${HEAD}    header: {window: many}\n`, /^x\.yaml:9:14: patterns\.0\.header\.window must be a number, or text/],
  ["a pattern without any condition", HEAD, /^x\.yaml:4:5: patterns\.0 would match every packet/],
  [
    "bytes that are none",
    `${HEAD}    payload:\n      - {at: 0, hex: fx}\n`,
    /^x\.yaml:10:17: patterns\.0\.payload\.0\.hex must be hexadecimal/,
  ],
  [
    "a text that is too short to be searched for",
    `${HEAD}    payload: [{text: ab}]\n`,
    /^x\.yaml:9:15: patterns\.0\.payload\.0 is too short/,
  ],
  [
    "bytes behind what is seen",
    `${HEAD}    payload: [{at: 250, text: abcdefgh}]\n`,
    /^x\.yaml:9:15: .*must end within the first 256 bytes/,
  ],
  ["one byte alone", `${HEAD}    payload: [{at: 0, hex: "ff"}]\n`, /^x\.yaml:4:5: patterns\.0 would match too much/],
  [
    "a reply that is not there",
    `${HEAD}    answer: reply\n    reply: x\n    payload: [{text: abc}]\n`,
    /^x\.yaml:10:5: patterns\.0\.reply is no reply that is there/,
  ],
  [
    "an answer by a reply without one",
    `${HEAD}    answer: reply\n    payload: [{text: abc}]\n`,
    /^x\.yaml:4:5: patterns\.0 must have a reply/,
  ],
  [
    "a tarpit for datagrams",
    `${HEAD}    protocol: udp\n    answer: tarpit\n    payload: [{text: abc}]\n`,
    /^x\.yaml:10:5: patterns\.0\.answer is for TCP only/,
  ],
  [
    "TCP flags of a datagram",
    `${HEAD}    protocol: udp\n    header: {flags: S}\n`,
    /^x\.yaml:10:14: patterns\.0\.header\.flags is nothing that udp has/,
  ],
  ["a port that is none", `${HEAD}    ports: [70000]\n    payload: [{text: abc}]\n`, /^x\.yaml:9:13: patterns\.0\.ports\.0 must be a port/],
  [
    "alternatives of which there is none",
    `${HEAD}    header: {flags: S}\n    anyOf: []\n`,
    /^x\.yaml:10:5: patterns\.0\.anyOf would match nothing/,
  ],
  ["broken YAML", "family: x\n  about: [", /^x\.yaml:1:9: /],
  [
    "a name of another file",
    HEAD.replace("id: x.", "id: y.").concat("    payload: [{text: abc}]\n"),
    /^x\.yaml:4:5: patterns\.0\.id must begin with x\./,
  ],
];

for (const [name, text, expected] of mistakes) {
  test(`names the file and the line of ${name}`, () => {
    assert.throws(() => readPatterns([{ name: "x.yaml", text }]), { code: "patterns-invalid", message: expected });
  });
}

test("a name that stands in two files is a mistake", () => {
  const text = `${HEAD}    payload: [{text: abc}]\n`;
  const again = text.replace("family: x", "family: y").replace("id: x.one", "id: y.one");
  assert.equal(
    readPatterns([
      { name: "x.yaml", text },
      { name: "y.yaml", text: again },
    ]).patterns.length,
    2,
  );
  assert.throws(
    () => readPatterns([{ name: "x.yaml", text: `${text}${text.slice(text.indexOf("  - id"))}` }]),
    /x\.one stands there twice/,
  );
});

test("a folder that is not there, or a reply that is too long, is said in a sentence", () => {
  assert.throws(() => loadPatterns("/nonexistent/patterns"), { code: "file-unreadable", message: /ENOENT.*\/nonexistent\/patterns/ });
  for (const hex of ["00 ".repeat(1025).trim(), `"${"00".repeat(1025)}"`])
    assert.throws(() => readPatterns([{ name: "replies.yaml", text: `replies:\n  - {id: long, about: Long., hex: ${hex}}\n` }]), {
      message: /^replies\.yaml:2:.*must be at most 1024 hexadecimal bytes/,
    });
});
