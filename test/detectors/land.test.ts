import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import test from "node:test";
import { runClient } from "../clients/run-client.ts";
import { jsonLines, PROGRAM, Site } from "../rig/command.ts";
import { needs } from "../rig/needs.ts";

/** Two hosts that only this test knows: network namespaces with a cable between them. Everything ends with the namespaces. */
class Laboratory implements Disposable {
  readonly #names = [`land-a-${process.pid}`, `land-b-${process.pid}`] as const;
  readonly #children: ChildProcess[] = [];

  constructor() {
    const [near, far] = this.#names;
    for (const name of this.#names) ip("netns", "add", name);
    ip("link", "add", "lab0", "netns", near, "type", "veth", "peer", "name", "lab0", "netns", far);
    for (const [index, name] of this.#names.entries()) {
      ip("-n", name, "address", "add", `192.0.2.${index + 1}/24`, "dev", "lab0");
      for (const link of ["lo", "lab0"]) ip("-n", name, "link", "set", link, "up");
    }
  }

  /** Runs a program on the far host until the end. */
  start(program: string, ...args: readonly string[]): void {
    this.#children.push(spawn("ip", ["netns", "exec", this.#names[1], program, ...args], { stdio: "ignore" }));
  }

  far(program: string, ...args: readonly string[]): void {
    const { status, stderr } = spawnSync("ip", ["netns", "exec", this.#names[1], program, ...args], { encoding: "utf8" });
    assert.equal(status, 0, stderr);
  }

  near(program: string, ...args: readonly string[]) {
    return runClient("ip", ["netns", "exec", this.#names[0], program, ...args], {
      environment: { HOME: "/nonexistent" },
      withinMs: 90_000,
    });
  }

  [Symbol.dispose](): void {
    for (const child of this.#children) child.kill("SIGKILL");
    for (const name of this.#names) ip("netns", "delete", name);
  }
}

function ip(...args: readonly string[]): void {
  const { status, stderr } = spawnSync("ip", args, { encoding: "utf8" });
  assert.equal(status, 0, `ip ${args.join(" ")}: ${stderr}`);
}

const SERVER = 'require("node:net").createServer((s) => s.on("error", () => s.destroy()).end("220 ready\\r\\n")).listen(2121, "192.0.2.2")';

/** Falls silent for everybody as soon as a packet comes in that claims to come from itself: what systems of the nineties did. */
const WEAK = `table ip land {
  set hit { type ipv4_addr; flags dynamic,timeout; timeout 60s; }
  chain in {
    type filter hook prerouting priority -300;
    ip saddr 192.0.2.2 ip daddr 192.0.2.2 add @hit { ip saddr } drop
    ip daddr @hit drop
  }
}`;

async function landVerdict(laboratory: Laboratory) {
  using site = new Site("ownHosts: [192.0.2.0/24]\n");
  const asked = ["detect", "remote", "192.0.2.2", "--ports", "2121", "--land", "--no-trials", "--config", site.config, "--json"];
  const { code, out, err } = await laboratory.near(process.execPath, PROGRAM, ...asked);
  assert.equal(code, 0, err);
  const findings = jsonLines(out);
  assert.equal(
    findings.find(({ id }) => id === "link.address.hypervisor")?.["verdict"],
    "clean",
    "the far host's hardware address was seen",
  );
  return findings.find(({ id }) => id === "land.silent-after");
}

test("LAND: a host of today goes on answering, one that is weak on purpose falls silent", needs("root", "ip", "nft"), async () => {
  using laboratory = new Laboratory();
  laboratory.start(process.execPath, "-e", SERVER);
  const today = await landVerdict(laboratory);
  assert.deepEqual([today?.["verdict"], today?.["seen"]], ["clean", "port 2121 answers as before"]);
  laboratory.far("nft", WEAK);
  const weak = await landVerdict(laboratory);
  assert.deepEqual([weak?.["verdict"], weak?.["seen"]], ["shown", "port 2121 answered before, and no more"]);
});
