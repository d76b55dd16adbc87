import assert from "node:assert/strict";
import test from "node:test";
import type { Parsed } from "../../wire/parsed.ts";
import { exchange, openPort, remoteView } from "./build-view.ts";
import type { LocalView } from "./local-view.ts";
import { memoryFiles } from "./memory-files.ts";
import { type Recorded, recordedFiles, recordingFiles } from "./recorded-files.ts";
import type { RemoteView } from "./remote-view.ts";
import { encodeLocalView, encodeRemoteView, MOST_VIEW_CHARACTERS, parseLocalView, parseRemoteView, parseView } from "./view-file.ts";

const NOTHING: Recorded = { reads: {}, lists: {}, looks: {} };
const EVERY_BYTE = Uint8Array.from({ length: 256 }, (_, byte) => byte);

const answered = { eax: 0xffff_ffff, ebx: 0, ecx: 2, edx: 0x5658 };

const full: Omit<LocalView, "files"> = {
  takenAtMs: 1_700_000_000_000,
  uname: { system: "Linux", node: "h\u00f4te", release: "6.1.0", version: "#1 SMP", machine: "x86_64" },
  uid: 1000,
  environment: { PATH: "/bin", "": "", ["__proto__"]: "a name like any other" },
  kernelLog: ["Linux version 6.1", "\u001b[31mred"],
  instructions: {
    cpuid: { "0.0": answered, "40000000.0": answered },
    vmwarePort: { "10": answered, "17": "fault" },
    vmwareHighBandwidth: "fault",
    vmcall: answered,
    vmmcall: "fault",
    virtualPc: "fault",
    xenCpuid: "fault",
    rdpmc: { "10000": "fault" },
    tables: { idt: { base: "ffffffffffff0000", limit: 0 }, ldt: 0, msw: 51 },
    cpuidCycles: [100, 17_000],
    plainCycles: [],
    tscHz: 2_600_002_219.5,
  },
  rootBytes: 2 ** 45,
  commands: { "uptime.plain": { status: 127, output: "not found\r\n\ud800", tookMs: 1.25 } },
  measurements: { "readRate.nsPerRead": [1.5, 1e300, -0.5], empty: [] },
};

function taken(): { readonly view: LocalView; readonly recorded: Recorded } {
  const files = recordingFiles(
    memoryFiles({
      "/etc/hostname": "host\n",
      "/bin/all": EVERY_BYTE,
      "/proc/link": { link: "../\u00e9" },
      "/root/secret": { absence: "denied" },
      "/empty": { directory: true },
      "/dev/null": { text: "", look: { kind: "device", device: [1, 3] } },
    }),
  );
  for (const path of ["/etc/hostname", "/bin/all", "/root/secret", "/nowhere"]) files.read(path);
  for (const path of ["/bin", "/empty", "/nowhere"]) files.list(path);
  for (const path of ["/proc/link", "/dev/null", "/nowhere"]) files.look(path);
  return { view: { ...full, files }, recorded: files.recorded() };
}

function value<T>(parsed: Parsed<T>): T {
  assert.equal(parsed.status, "done", parsed.status === "malformed" ? parsed.why : parsed.status);
  assert.ok(parsed.status === "done");
  return parsed.value;
}

function why(parsed: Parsed<unknown>): string {
  assert.ok(parsed.status === "malformed", parsed.status);
  return parsed.why;
}

test("a local view comes back as it was, and its files know what was asked", () => {
  const { view, recorded } = taken();
  const { files, ...rest } = value(parseLocalView(encodeLocalView(view, recorded)));
  assert.deepEqual(rest, full);
  assert.deepEqual(Buffer.from(Object(files.read("/bin/all"))), Buffer.from(EVERY_BYTE));
  assert.equal(files.read("/root/secret"), "denied");
  assert.equal(files.read("/nowhere"), "absent");
  assert.equal(files.read("/never/asked"), "unknown");
  assert.deepEqual(files.list("/bin"), ["all"]);
  assert.deepEqual(files.look("/dev/null"), view.files.look("/dev/null"));
  assert.deepEqual(files.look("/proc/link"), view.files.look("/proc/link"));
});

test("a local view in which nothing is known comes back so", () => {
  const blind = { takenAtMs: 0, files: recordedFiles(NOTHING), commands: {}, measurements: {} };
  const { files, ...rest } = value(parseLocalView(encodeLocalView(blind, NOTHING)));
  assert.deepEqual(rest, { takenAtMs: 0, commands: {}, measurements: {} });
  assert.equal(files.look("/"), "unknown");
});

test("every byte value comes back, alone and among others, as text or as base64", () => {
  const samples = [
    ...Array.from(EVERY_BYTE, (byte) => Uint8Array.of(byte)),
    ...Array.from(EVERY_BYTE, (byte) => Buffer.concat([Buffer.from("text "), Uint8Array.of(byte), Buffer.from(" \u00e9\n")])),
    EVERY_BYTE,
    Buffer.from("\ufeffbyte order mark"),
    Buffer.from("\ufffd"),
    Buffer.alloc(10_000),
    new Uint8Array(),
  ];
  const reads = Object.fromEntries(samples.map((bytes, index) => [`/${index}`, bytes]));
  const text = encodeLocalView({ ...full, files: recordedFiles(NOTHING) }, { ...NOTHING, reads });
  const { files } = value(parseLocalView(text));
  for (const [index, bytes] of samples.entries()) assert.ok(Buffer.from(bytes).equals(Object(files.read(`/${index}`))), `sample ${index}`);
  assert.match(text, /"text":"text A \u00e9\\n"/);
});

const remote: RemoteView = remoteView({
  ports: [
    openPort(443, [exchange("tls", EVERY_BYTE, { said: "\u0000\u0001" })], {
      connectMs: [0.25],
      trials: { "proxy.socks5": { claimed: true, happened: false, seen: "connected" }, "login.random": { claimed: false, seen: "" } },
      tls: {
        protocol: "TLSv1.3",
        cipher: "TLS_AES_128_GCM_SHA256",
        subject: "CN=\u202e",
        issuer: "C=DE, O=x",
        serial: "01",
        sha256: "ab",
        signatureAlgorithm: "sha256WithRSAEncryption",
        keyBits: 2048,
        notBefore: "a",
        notAfter: "b",
        selfSigned: true,
        certificate: EVERY_BYTE,
      },
    }),
    openPort(22, [], { state: "closed", transport: "udp" }),
  ],
  roundTrips: [{ family: "icmp", host: "neighbour", underLoad: true, samplesMs: [1, 2.5] }],
  clocks: [{ source: "http-date:80", samples: [{ atMs: 0.5, shows: -3 }] }],
  packets: [
    {
      stimulus: "syn:22",
      answer: {
        flags: "SA",
        ttl: 64,
        dontFragment: true,
        ipId: 0,
        window: 65_535,
        options: "mss=1460",
        afterMs: 1,
        payload: Uint8Array.of(255),
      },
    },
    { stimulus: "echo" },
  ],
  land: { port: 22, answeredBefore: true, answeredAfter: false },
  linkAddress: "00:0c:29:01:02:03",
  leftOut: ["raw packets: no right"],
});

const plain = (view: RemoteView): unknown =>
  JSON.parse(JSON.stringify(view, (_, one) => (one instanceof Uint8Array ? Buffer.from(one).toJSON() : one)));

test("a remote view comes back as it was", () => {
  assert.deepEqual(plain(value(parseRemoteView(encodeRemoteView(remote)))), plain(remote));
  assert.deepEqual(plain(value(parseRemoteView(encodeRemoteView(remoteView())))), plain(remoteView()));
});

test("a view of the other side is refused as that; parseView takes both", () => {
  const { view, recorded } = taken();
  assert.match(why(parseRemoteView(encodeLocalView(view, recorded))), /is a local view/);
  assert.match(why(parseLocalView(encodeRemoteView(remote))), /is a remote view/);
  assert.equal(value(parseView(encodeLocalView(view, recorded))).kind, "local");
  assert.equal(value(parseView(encodeRemoteView(remote))).kind, "remote");
});

test("a number that JSON cannot hold is a fault of ours, not a null in the file", () => {
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
    const view = { ...full, measurements: { x: [bad] }, files: recordedFiles(NOTHING) };
    assert.throws(() => encodeLocalView(view, NOTHING), /not a finite number/);
  }
});

test("files that would make the view too long to be read are left out, the largest first", () => {
  const reads = { "/large": Buffer.alloc(33 * 1024 * 1024, "a"), "/small": Buffer.from("b") };
  const text = encodeLocalView({ ...full, files: recordedFiles(NOTHING) }, { ...NOTHING, reads });
  const { files } = value(parseLocalView(text));
  assert.equal(files.read("/large"), "unknown");
  assert.equal(Buffer.from(Object(files.read("/small"))).toString(), "b");
});

/** The text of a good local view with one thing replaced. */
function spoilt(change: (view: Record<string, unknown>) => void): string {
  const { view, recorded } = taken();
  const json = JSON.parse(encodeLocalView(view, recorded));
  change(json.view);
  return JSON.stringify(json);
}

const spoilers: readonly (readonly [string, (view: Record<string, unknown>) => void, RegExp])[] = [
  ["an unknown key", (view) => Object.assign(view, { extra: 1 }), /extra is not a known key/],
  ["a missing key", (view) => delete view["commands"], /commands is missing/],
  ["null for a number", (view) => Object.assign(view, { measurements: { x: [null] } }), /measurements\.x\.0 must be a finite number/],
  ["a negative size", (view) => Object.assign(view, { rootBytes: -1 }), /rootBytes must be/],
  ["a list for an object", (view) => Object.assign(view, { environment: [] }), /environment must be a set/],
  [
    "a register that is too large",
    (view) => Object.assign(Object(view["instructions"]).cpuid["0.0"], { eax: 2 ** 32 }),
    /cpuid\.0\.0\.eax must/,
  ],
  ["a leaf that is none", (view) => Object.assign(Object(view["instructions"]).cpuid, { x: answered }), /cpuid\.x is not a key/],
  [
    "both text and base64",
    (view) => Object.assign(Object(view["files"]).reads, { "/x": { text: "", base64: "" } }),
    /either text, or base64/,
  ],
  ["bad base64", (view) => Object.assign(Object(view["files"]).reads, { "/x": { base64: "a*b" } }), /one right spelling/],
  ["a relative path", (view) => Object.assign(Object(view["files"]).lists, { x: [] }), /lists\.x is not a key/],
  ["an absence that is none", (view) => Object.assign(Object(view["files"]).looks, { "/x": "gone" }), /looks\.\/x must be one of absent/],
  ["half a device", (view) => Object.assign(Object(view["files"]).looks["/dev/null"], { device: [1] }), /device must be two whole numbers/],
  ["a hostile key", (view) => Object.assign(view, { "\u001b[2J\u202e": 1 }), /^\\e\[2J\\u\{202e\} is not a known key$/],
];

for (const [name, change, expected] of spoilers)
  test(`refused: ${name}`, () => assert.match(why(parseLocalView(spoilt(change))), expected));

test("what is no view at all is refused with a sentence", () => {
  assert.equal(why(parseView("")), "is not JSON");
  assert.equal(why(parseView('{"format":"utsusemi-view-1"')), "is not JSON");
  assert.match(why(parseView("[]")), /must be a set of keys/);
  assert.match(why(parseView('{"format":"utsusemi-view-2","kind":"local","view":{}}')), /format must be one of utsusemi-view-1/);
  assert.match(why(parseView('{"format":"utsusemi-view-1","kind":"local","view":[]}')), /must be a set of keys/);
  assert.match(why(parseView("[".repeat(1_000_000))), /is not JSON/);
  assert.match(why(parseView(`${"[".repeat(1_000_000)}${"]".repeat(1_000_000)}`)), /must be a set/);
  assert.match(why(parseView(" ".repeat(MOST_VIEW_CHARACTERS + 1))), /is longer than/);
});

test("a file of ninety thousand mistakes is refused with the first few", () => {
  const many = Object.fromEntries(Array.from({ length: 90_000 }, (_, index) => [`/${index}`, 7]));
  const problem = why(parseLocalView(spoilt((view) => Object.assign(Object(view["files"]), { reads: many }))));
  assert.match(problem, /and 9\d more$/);
  assert.ok(problem.length < 2000);
});

test("no single character taken out or put in makes a parser throw", () => {
  const text = encodeRemoteView(remote);
  for (let at = 0; at < text.length; at += 7) {
    parseView(text.slice(0, at) + text.slice(at + 1));
    parseView(`${text.slice(0, at)}9${text.slice(at)}`);
    parseView(text.slice(0, at));
  }
});
