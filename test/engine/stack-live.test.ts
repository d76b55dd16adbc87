import assert from "node:assert/strict";
import test from "node:test";
import type { EngineSettings } from "../../src/steward/engine/engine-settings.ts";
import { needs } from "../rig/needs.ts";
import { Laboratory, type Machine } from "./laboratory.ts";

/** What a suspect and everybody else see of a real service's stack, on cables with and without offload, in long transfers and short ones. */
const LIVE = needs("root", "libbpf.so.1", "ip", "ethtool", "nmap", "python3");

const SETTINGS: EngineSettings = {
  interfaces: [
    { name: "lab0", hook: "tc" },
    { name: "lab1", hook: "tc" },
  ],
  unused: [],
  trusted: [],
  land: true,
  stack: { ttl: 128, ipId: "sequential", options: "mss,nop,wscale,sack,timestamps" },
};

/** Sends each connection back what it brings. */
const ECHO = `
  import { createServer } from "node:net";
  createServer({ allowHalfOpen: true }, (s) => s.on("error", () => s.destroy()).pipe(s)).listen(77, "::", () => console.log("ready"));`;

/** Sends eight megabytes to an echo and says whether all of it came back. */
const ECHOED = `
  import { connect } from "node:net";
  import { createHash } from "node:crypto";
  const sent = Buffer.alloc(8 << 20, "a long transfer ");
  const hash = createHash("sha256");
  const s = connect(77, process.argv[1], () => s.end(sent));
  s.on("data", (bytes) => hash.update(bytes)).on("error", (error) => { console.log(error.code); process.exit(0); });
  s.on("end", () => { console.log(hash.digest("hex") === createHash("sha256").update(sent).digest("hex") ? "same" : "different"); process.exit(0); });`;

/**
 * Connects to port 77 and prints of each packet that comes from there: version, hops, identification, flags, order of options, and whether the
 * checksum is right, where the sender finished it. A cable takes packets whose checksum a device would still have to make.
 */
const SEEN = `
import socket, struct, sys
host, six = sys.argv[1], ":" in sys.argv[1]
tap = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3)); tap.bind((sys.argv[2], 0)); tap.settimeout(5)
c = socket.create_connection((host, 77)); c.sendall(b"x" * 20000)
left = 20000
while left: left -= len(c.recv(65536))
c.shutdown(socket.SHUT_WR); c.recv(1); print("ready", flush=True)
def total(data):
  s = sum(struct.unpack("!%dH" % (len(data) // 2), data[: len(data) // 2 * 2])) + (data[-1] << 8 if len(data) % 2 else 0)
  while s > 0xffff: s = (s & 0xffff) + (s >> 16)
  return s
tap.settimeout(1)
try:
  while True:
    p, about = tap.recvfrom(1 << 17)
    if about[2] == 4: continue
    kind = struct.unpack("!H", p[12:14])[0]
    if kind != (0x86dd if six else 0x800): continue
    ip = p[14:]
    if kind == 0x800: hops, ident, proto, ends, body, head = ip[8], struct.unpack("!H", ip[4:6])[0], ip[9], ip[12:20], ip[20:struct.unpack("!H", ip[2:4])[0]], total(ip[:20])
    else: hops, ident, proto, ends, body, head = ip[7], -1, ip[6], ip[8:40], ip[40:40 + struct.unpack("!H", ip[4:6])[0]], 0xffff
    if proto != 6 or struct.unpack("!H", body[:2])[0] != 77: continue
    size, flags, kinds, at = (body[12] >> 4) * 4, body[13], [], 20
    while at < size and body[at]:
      kinds.append(body[at]); at += 1 if body[at] == 1 else body[at + 1]
    pseudo = ends + struct.pack("!II", len(body), 6)
    print(hops, ident, flags, ".".join(map(str, kinds)), head == 0xffff, total(pseudo + body) == 0xffff or struct.unpack("!H", body[16:18])[0] == total(pseudo), flush=True)
except socket.timeout: pass`;

interface Seen {
  readonly hops: number;
  readonly id: number;
  readonly flags: number;
  readonly kinds: string;
  readonly isRight: boolean;
}

async function seenFrom(laboratory: Laboratory, [machine, link]: readonly [Machine, string], address: string): Promise<readonly Seen[]> {
  const { code, out, err } = await laboratory.client(machine, "python3", "-c", SEEN, address, link);
  assert.equal(code, 0, err);
  return out
    .split("\n")
    .filter((line) => /^\d/.test(line))
    .map((line) => {
      const [hops, id, flags, kinds = "", header, segment] = line.split(" ");
      return { hops: Number(hops), id: Number(id), flags: Number(flags), kinds, isRight: header === "True" && segment === "True" };
    });
}

const SYN_ACK = 18;
const PLACES = [
  ["attacker", "lab0", "192.0.2.1", "192.0.2.2"],
  ["attacker", "lab0", "2001:db8:1::1", "2001:db8:1::2"],
] as const;

function laboratoryFor(hook: "tc" | "xdp", offload: boolean): Laboratory {
  const laboratory = new Laboratory({ offload });
  if (hook === "xdp") laboratory.readyForXdp();
  return laboratory;
}

for (const [hook, offload] of [
  ["tc", true],
  ["tc", false],
  ["xdp", true],
] as const)
  test(
    `${hook}, offload ${offload ? "on" : "off"}: a suspect sees another stack, nobody else does, and all transfers are whole`,
    LIVE,
    async () => {
      using laboratory = laboratoryFor(hook, offload);
      await laboratory.start("host", ECHO);
      const before = await Promise.all(PLACES.map(([machine, link, address]) => seenFrom(laboratory, [machine, link], address)));
      const engine = await laboratory.engine({ ...SETTINGS, interfaces: SETTINGS.interfaces.map(({ name }) => ({ name, hook })) });
      const plain = await Promise.all(PLACES.map(([machine, link, address]) => seenFrom(laboratory, [machine, link], address)));
      for (const [, , , source] of PLACES) await engine.ask("stand", source);
      const suspect = await Promise.all(PLACES.map(([machine, link, address]) => seenFrom(laboratory, [machine, link], address)));
      const shape = (list: readonly Seen[]) => list.filter(({ flags }) => flags === SYN_ACK).map(({ hops, kinds }) => [hops, kinds]);
      for (const [index] of PLACES.entries()) {
        assert.deepEqual(shape(before[index] ?? []), [[64, "2.4.8.1.3"]]);
        assert.deepEqual(shape(plain[index] ?? []), [[64, "2.4.8.1.3"]]);
        assert.deepEqual(shape(suspect[index] ?? []), [[128, "2.1.3.4.8"]]);
        assert.ok((plain[index] ?? []).every(({ hops }) => hops === 64));
        assert.ok((suspect[index] ?? []).every(({ hops }) => hops === 128));
        for (const seen of [before, plain, suspect].flatMap((list) => list[index] ?? [])) assert.ok(seen.isRight, JSON.stringify(seen));
      }
      const ids = (suspect[0] ?? []).map(({ id }) => id);
      assert.ok(ids.length > 3 && ids.every((id, index) => index === 0 || id > (ids[index - 1] ?? 0)), `they count: ${ids}`);
      for (const [machine, , address] of [...PLACES, ["third", "lab2", "198.51.100.1"], ["third", "lab2", "2001:db8:2::1"]] as const)
        assert.equal(laboratory.must(machine, process.execPath, "--input-type=module", "-e", ECHOED, address).trim(), "same");
      assert.deepEqual(await engine.ask("down"), { down: true });
    },
  );

test("nmap sees another operating system's marks as a suspect, and Linux's as anybody else", LIVE, async () => {
  using laboratory = new Laboratory();
  await laboratory.start("host", ECHO);
  const engine = await laboratory.engine(SETTINGS);
  const marks = async () => {
    const { out } = await laboratory.client("attacker", "nmap", "-n", "-Pn", "-O", "-d", "--max-os-tries", "1", "-p77,78", "192.0.2.1");
    const text = out.replaceAll("\nOS:", "");
    return [
      /[^A-Z0-9]O1=([0-9A-Z]*)/.exec(text)?.[1],
      /\bT1\([^)]*?T=([0-9A-F]+)/.exec(text)?.[1] ?? /\bT1\([^)]*?TG=([0-9A-F]+)/.exec(text)?.[1],
    ];
  };
  assert.deepEqual(await marks(), ["M5B4ST11NWA", "40"]);
  await engine.ask("stand", "192.0.2.2");
  assert.deepEqual(await marks(), ["M5B4NWAST11", "80"]);
});
