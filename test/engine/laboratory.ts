import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { EngineSettings } from "../../src/steward/engine/engine-settings.ts";
import { runClient } from "../clients/run-client.ts";
import { OBJECT } from "./program-run.ts";

/**
 * Four machines that only this test knows, network namespaces with cables between them:
 *
 *     attacker 192.0.2.2 ---- lab0  host 192.0.2.1  lab1 ---- router 198.51.100.254 ---- third 203.0.113.2
 *
 * the same with 2001:db8:1::, 2001:db8:2:: and 2001:db8:3::. All of it ends with the namespaces.
 */
export type Machine = "attacker" | "host" | "router" | "third";

const CABLES: readonly (readonly [Machine, string, string, Machine, string, string])[] = [
  ["host", "lab0", "192.0.2.1/24 2001:db8:1::1/64", "attacker", "lab0", "192.0.2.2/24 2001:db8:1::2/64"],
  ["host", "lab1", "198.51.100.1/24 2001:db8:2::1/64", "router", "lab1", "198.51.100.254/24 2001:db8:2::fe/64"],
  ["router", "lab2", "203.0.113.254/24 2001:db8:3::fe/64", "third", "lab2", "203.0.113.2/24 2001:db8:3::2/64"],
];
const ROUTES: readonly (readonly [Machine, string, string])[] = [
  ["host", "203.0.113.0/24", "198.51.100.254"],
  ["host", "2001:db8:3::/64", "2001:db8:2::fe"],
  ["third", "198.51.100.0/24", "203.0.113.254"],
  ["third", "2001:db8:2::/64", "2001:db8:3::fe"],
];

let made = 0;

function nextPrefix(): string {
  made += 1;
  return `eng-${process.pid}-${made}`;
}

export class Laboratory implements Disposable {
  readonly #prefix = nextPrefix();
  readonly #children: ChildProcess[] = [];
  readonly #machines: readonly Machine[] = ["attacker", "host", "router", "third"];

  constructor({ offload = true } = {}) {
    for (const machine of this.#machines) {
      ip("netns", "add", this.name(machine));
      ip("-n", this.name(machine), "link", "set", "lo", "up");
    }
    for (const [one, link, addresses, other, otherLink, otherAddresses] of CABLES) {
      ip("link", "add", link, "netns", this.name(one), "type", "veth", "peer", "name", otherLink, "netns", this.name(other));
      this.#address(one, link, addresses);
      this.#address(other, otherLink, otherAddresses);
      if (!offload)
        for (const [machine, name] of [
          [one, link],
          [other, otherLink],
        ] as const)
          this.must(machine, "ethtool", "-K", name, "tx", "off", "rx", "off");
    }
    for (const setting of ["net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding"]) this.must("router", "sysctl", "-qw", `${setting}=1`);
    for (const [machine, network, hop] of ROUTES) ip("-n", this.name(machine), "route", "add", network, "via", hop);
  }

  #address(machine: Machine, link: string, addresses: string): void {
    for (const address of addresses.split(" "))
      ip("-n", this.name(machine), "address", "add", address, "dev", link, ...(address.includes("::") ? ["nodad"] : []));
    ip("-n", this.name(machine), "link", "set", link, "up");
  }

  name(machine: Machine): string {
    return `${this.#prefix}-${machine}`;
  }

  /** What an earlier end of the machine's process saw of a program. */
  run(machine: Machine, program: string, ...args: readonly string[]) {
    return spawnSync("ip", ["netns", "exec", this.name(machine), program, ...args], { encoding: "utf8", timeout: 60_000 });
  }

  must(machine: Machine, program: string, ...args: readonly string[]): string {
    const { status, stdout, stderr } = this.run(machine, program, ...args);
    assert.equal(status, 0, `${program} ${args.join(" ")}: ${stderr}`);
    return stdout;
  }

  client(machine: Machine, program: string, ...args: readonly string[]) {
    return runClient("ip", ["netns", "exec", this.name(machine), program, ...args], {
      environment: { HOME: "/nonexistent" },
      withinMs: 60_000,
    });
  }

  /** A script that runs until the end of the laboratory; ready when it has printed its first line. */
  start(machine: Machine, script: string, ...args: readonly string[]): Promise<ChildProcess> {
    return this.startFile(machine, "--input-type=module", "-e", script, ...args);
  }

  /** The same with a program of Node's. */
  async startFile(machine: Machine, ...args: readonly string[]): Promise<ChildProcess> {
    const child = this.spawn(machine, process.execPath, ...args);
    assert.ok(child.stdout !== null);
    await once(child.stdout, "data");
    return child;
  }

  spawn(machine: Machine, program: string, ...args: readonly string[]): ChildProcess {
    const child = spawn("ip", ["netns", "exec", this.name(machine), program, ...args], { stdio: ["pipe", "pipe", "inherit"] });
    this.#children.push(child);
    return child;
  }

  /** A program of which only what it says on standard error is kept, for who asks. */
  spawnQuiet(machine: Machine, program: string, ...args: readonly string[]): ChildProcess {
    const child = spawn("ip", ["netns", "exec", this.name(machine), program, ...args], { stdio: ["ignore", "ignore", "pipe"] });
    child.stderr?.resume();
    this.#children.push(child);
    return child;
  }

  /** A program that lets everything pass on the attacker's and router's ends: native XDP over veth sends only to an end that has one. */
  readyForXdp(): void {
    for (const [machine, link] of [
      ["attacker", "lab0"],
      ["router", "lab1"],
    ] as const)
      ip("-n", this.name(machine), "link", "set", link, "xdpdrv", "obj", OBJECT, "sec", "xdp");
  }

  /** Before all others on a busy machine: without its signs of life for two seconds the engine would let everything pass. */
  async engine(settings: EngineSettings): Promise<EngineProcess> {
    const script = join(import.meta.dirname, "engine-process.ts");
    const engine = new EngineProcess(this.spawn("host", "nice", "-n", "-15", process.execPath, script, JSON.stringify(settings)));
    await engine.isReady;
    return engine;
  }

  [Symbol.dispose](): void {
    for (const child of this.#children) child.kill("SIGKILL");
    for (const machine of this.#machines) ip("netns", "delete", this.name(machine));
  }
}

export function ip(...args: readonly string[]): void {
  const { status, stderr } = spawnSync("ip", args, { encoding: "utf8" });
  assert.equal(status, 0, `ip ${args.join(" ")}: ${stderr}`);
}

/** A line that the engine's process printed. */
export type Line = Readonly<Record<string, unknown>>;

/** The engine in a process of its own: it is asked by lines and tells by lines. */
export class EngineProcess {
  readonly child: ChildProcess;
  readonly events: Line[] = [];
  readonly #waiting: ((line: Line) => void)[] = [];
  readonly isReady: Promise<void>;

  constructor(child: ChildProcess) {
    this.child = child;
    assert.ok(child.stdout !== null);
    createInterface({ input: child.stdout }).on("line", (text) => {
      const line: Line = JSON.parse(text);
      if ("event" in line) this.events.push(line);
      else this.#waiting.shift()?.(line);
    });
    child.once("exit", () => {
      for (const wake of this.#waiting.splice(0)) wake({ error: "the engine's process ended" });
    });
    this.isReady = this.#next().then((line) => assert.equal(line["error"], undefined, `${line["error"]}`));
  }

  #next(): Promise<Line> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  ask(...words: readonly string[]): Promise<Line> {
    this.child.stdin?.write(`${words.join(" ")}\n`);
    return this.#next();
  }

  /** Asks for its state again and again, until that is as wanted. */
  async until(isWanted: (status: Line) => boolean): Promise<Line> {
    for (let tries = 0; tries < 600; tries += 1) {
      const status = await this.ask("status");
      if (isWanted(status)) return status;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`never: ${JSON.stringify(await this.ask("status"))}`);
  }

  /** Waits until an event of each of these kinds has been told. */
  async heard(...kinds: readonly string[]): Promise<void> {
    const isHeard = (kind: string) => this.events.some(({ event }) => event === kind);
    for (let tries = 0; tries < 600 && !kinds.every(isHeard); tries += 1) await new Promise((resolve) => setTimeout(resolve, 50));
    assert.deepEqual(
      kinds.filter((kind) => !isHeard(kind)),
      [],
      "kinds of events that nobody told",
    );
  }

  async kill(): Promise<void> {
    const gone = once(this.child, "exit");
    this.child.kill("SIGKILL");
    await gone;
  }
}
