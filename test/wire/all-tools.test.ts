import assert from "node:assert/strict";
import test from "node:test";
import { buildPacket } from "../../src/patterns/testing/build-packet.ts";
import type { EngineSettings, UnusedPorts } from "../../src/steward/engine/engine-settings.ts";
import { type EngineProcess, ip, Laboratory, type Machine } from "../engine/laboratory.ts";
import { needs } from "../rig/needs.ts";
import { attack } from "./attackers-tools.ts";
import { FAMILIES, type FamilyPlaces } from "./families.ts";
import { FramePort } from "./frame-port.ts";
import { OwnTaps } from "./own-taps.ts";
import { RealServices } from "./real-services.ts";
import { wireAddress } from "./replayed.ts";

/**
 * Attackers' tools see a host full of tarpits and honeypots, while legitimate users work there at the same time: they see no error and the right
 * bytes, and each of their packets comes out of the engine as it went in.
 */
const LIVE = needs(
  "root",
  "libbpf.so.1",
  "ip",
  "nft",
  "nmap",
  "hping3",
  "masscan",
  "zmap",
  "ping",
  "tcpdump",
  "curl",
  "ssh",
  "sshd",
  "iperf3",
);

const banner = (port: number, text: string): UnusedPorts => ({
  ports: [port, port],
  answer: { kind: "banner", banner: Buffer.from(text, "latin1"), ending: "silence" },
});

const SETTINGS: EngineSettings = {
  interfaces: [
    { name: "lab0", hook: "tc" },
    { name: "lab1", hook: "tc" },
  ],
  unused: [{ ports: [1, 23], answer: { kind: "tarpit" } }, banner(21, "220 Welcome to the ftp service\r\n"), banner(23, "\r\nlogin: \0")],
  trusted: FAMILIES.map(({ trusted }) => trusted),
  land: true,
  delayMs: 40,
  stack: { ttl: 128, ipId: "zero", options: "mss,nop,wscale,nop,nop,timestamps" },
};

/** Works for users until it is stopped, at least one round each; what went wrong. */
class Users {
  readonly faults: string[] = [];
  #isOver = false;
  #rounds = 0;
  readonly #done: Promise<unknown>;

  constructor(services: RealServices) {
    const ways = FAMILIES.flatMap(({ user, trusted, hostBehind }) => [user, trusted].map((from) => [from, hostBehind] as const));
    this.#done = Promise.all([
      ...ways.map((way) => this.#repeat(() => services.web(...way))),
      ...ways.map((way) => this.#repeat(() => services.login(...way))),
      this.#repeat(async () => {
        for (const way of ways) this.#note(await services.transfer(...way));
        return undefined;
      }),
    ]);
  }

  async #repeat(work: () => Promise<string | undefined>): Promise<void> {
    do {
      this.#note(await work());
      this.#rounds += 1;
      // They leave the machine some time.
      await new Promise((resolve) => setTimeout(resolve, 400));
    } while (!this.#isOver);
  }

  #note(fault: string | undefined): void {
    if (fault !== undefined) this.faults.push(fault);
  }

  /** How many rounds there were. */
  async stop(): Promise<number> {
    this.#isOver = true;
    await this.#done;
    return this.#rounds;
  }
}

function macOf(laboratory: Laboratory): string {
  const [link]: { address: string }[] = JSON.parse(laboratory.must("host", "ip", "-j", "link", "show", "dev", "lab0"));
  return link?.address ?? "";
}

const heardOf = (engine: EngineProcess, address: string) =>
  new Set(engine.events.filter(({ from }) => from === address).map(({ event }) => event));

test("all tools at once, and legitimate users at the same time", LIVE, async () => {
  using laboratory = new Laboratory();
  for (const { trusted } of FAMILIES) {
    const [length, ...nodad] = trusted.includes(":") ? ["64", "nodad"] : ["24"];
    ip("-n", laboratory.name("third"), "address", "add", `${trusted}/${length}`, "dev", "lab2", ...nodad);
  }
  using services = await RealServices.start(laboratory);
  const engine = await laboratory.engine(SETTINGS);
  assert.deepEqual(await engine.ask("match"), { done: true });
  using taps = await OwnTaps.open(
    laboratory,
    FAMILIES.flatMap(({ user, trusted }) => [user, trusted]),
  );
  const users = new Users(services);
  const attacks = Promise.all(FAMILIES.map((places) => attack(laboratory, places, macOf(laboratory))));
  // In the middle of it they become suspects, as they would: tools go on as before.
  await Promise.race([attacks, new Promise((resolve) => setTimeout(resolve, 5000))]);
  for (const { attacker } of FAMILIES) await engine.ask("stand", attacker);
  await attacks;
  const rounds = await users.stop();
  assert.deepEqual(users.faults, []);
  const [into, out] = await taps.assertSame();
  assert.ok(into > 1000 && out > 1000, `${rounds} rounds, ${into} frames in, ${out} out`);
  for (const { attacker, user, trusted } of FAMILIES) {
    for (const kind of ["unused-port", "proof", "pattern"]) assert.ok(heardOf(engine, attacker).has(kind), `${attacker}: ${kind}`);
    for (const address of [user, trusted]) assert.deepEqual([...heardOf(engine, address)], [], address);
  }
  await trustedSees(laboratory);
  for (const places of FAMILIES) await land(laboratory, { engine, services, places });
});

/** Nothing is answered to who is trusted but by the protocols themselves. */
async function trustedSees(laboratory: Laboratory): Promise<void> {
  await Promise.all(
    FAMILIES.map(async ({ nmap, trusted, hostBehind }) => {
      const scan = async (...words: readonly string[]) => {
        const { out } = await laboratory.client("third", "nmap", ...nmap, "-n", "-Pn", "-S", trusted, "-e", "lab2", ...words, hostBehind);
        return (out.match(/^\d+\/tcp +\S+/gm) ?? []).map((line) => line.replace(/\/tcp +/, " "));
      };
      assert.deepEqual(await scan("-sS", "-p", "9,21,22"), ["9 closed", "21 closed", "22 open"]);
      assert.deepEqual(await scan("-sX", "-p", "81,82"), ["81 closed", "82 closed"]);
    }),
  );
}

interface Landed {
  readonly engine: EngineProcess;
  readonly services: RealServices;
  readonly places: FamilyPlaces;
}

/** Whoever sends LAND has a dead host before him for a while, he alone; through a router it costs nobody anything. */
async function land(laboratory: Laboratory, { engine, services, places }: Landed): Promise<void> {
  const { family, attacker, host, user, hostBehind } = places;
  const pings = async (machine: Machine, from: string, to: string) => {
    const { out } = await laboratory.client(machine, "ping", "-I", from, "-c", "4", "-i", "0.05", "-W", "1", "-q", to);
    return Number(/(\d+) received/.exec(out)?.[1]);
  };
  const packet = (address: string) =>
    buildPacket({ protocol: "tcp", family, from: wireAddress(address), to: wireAddress(address), fromPort: 22, toPort: 22, flags: "S" });
  const landed = (count: number) => engine.until(({ counts }) => Number(Object(counts).land) >= count);
  const before = Number(Object((await engine.ask("status"))["counts"]).land);
  // A sender that has not sent one yet.
  ip("-n", laboratory.name("attacker"), "link", "set", "lab0", "address", family === "ipv4" ? "02:00:00:00:04:01" : "02:00:00:00:06:01");
  assert.equal(await pings("attacker", attacker, host), 4);
  const [near, far] = [
    await FramePort.open(laboratory, ["attacker", "host"], "lab0"),
    await FramePort.open(laboratory, ["router", "host"], "lab1"),
  ];
  far.send(packet(hostBehind));
  await landed(before + 1);
  assert.equal(await pings("third", user, hostBehind), 4, "behind a router");
  near.send(packet(host));
  await landed(before + 2);
  assert.equal(await pings("attacker", attacker, host), 0, "dead");
  assert.match(
    (await laboratory.client("attacker", "nmap", ...places.nmap, "-n", "-Pn", "-sS", "-p", "9,22", host)).out,
    /0 hosts up|22\/tcp +filtered/,
  );
  assert.equal(await pings("third", user, hostBehind), 4, "to the sender alone");
  assert.equal(await services.web(user, hostBehind), undefined);
}
