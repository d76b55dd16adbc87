import assert from "node:assert/strict";
import { type ChildProcess, execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ControlClient, controlClient } from "../../src/control/client.ts";
import { askListening } from "../../src/steward/client/ask.ts";
import { socketOf } from "../../src/steward/place.ts";
import type { WireStatus } from "../../src/steward/verbs/api.ts";
import { Laboratory, type Machine } from "../engine/laboratory.ts";
import { type Json, PROGRAM, Site, UpCommand } from "../rig/command.ts";
import { programPath } from "../rig/needs.ts";

/** Who is who in a laboratory: addresses of the machine beside the host, and of the one behind the router. */
export const PEOPLE = {
  four: { host: "192.0.2.1", far: "198.51.100.1", unknown: "192.0.2.2", hostile: "192.0.2.3", administrator: "203.0.113.2" },
  six: { host: "2001:db8:1::1", far: "2001:db8:2::1", unknown: "2001:db8:9::2", hostile: "2001:db8:1::3", administrator: "2001:db8:3::2" },
} as const;

/**
 * A host with a real sshd at port 22, a steward and a sensor, in a network namespace; the wire disguise is up there. Commands and visitors are
 * real programs, each in its own machine.
 */
export class WireSite implements AsyncDisposable {
  readonly laboratory = new Laboratory();
  readonly site: Site;
  readonly #folder = mkdtempSync(join(tmpdir(), "utsusemi-wire-"));
  readonly #steward = join(this.#folder, "steward");
  #stewardProcess: ChildProcess | undefined;
  sensor: UpCommand | undefined;

  constructor(configuration: string) {
    this.site = new Site(configuration);
    const attacker = this.laboratory.name("attacker");
    const add = (...words: readonly string[]) => execFileSync("ip", ["-n", attacker, ...words]);
    add("address", "add", `${PEOPLE.four.hostile}/24`, "dev", "lab0");
    add("address", "add", `${PEOPLE.six.hostile}/64`, "dev", "lab0", "nodad");
    // Whoever is unknown must not be in the hostile one's network of 64 bits.
    add("address", "add", `${PEOPLE.six.unknown}/64`, "dev", "lab0", "nodad");
    execFileSync("ip", ["-n", this.laboratory.name("host"), "route", "add", "2001:db8:9::/64", "dev", "lab0"]);
  }

  static async start(configuration: string): Promise<WireSite> {
    const site = new WireSite(configuration);
    try {
      await site.startSteward();
      await site.command("wire", "up", "--config", site.site.config, "--folder", site.#steward);
      await site.startSensor();
      return site;
    } catch (error) {
      await site[Symbol.asyncDispose]();
      throw error;
    }
  }

  async startSteward(): Promise<void> {
    const words = [PROGRAM, "steward", "--json", "--folder", this.#steward];
    this.#stewardProcess = this.laboratory.spawn("host", "nice", "-n", "-15", process.execPath, ...words);
    await once(this.#stewardProcess.stdout ?? assert.fail(), "data");
  }

  async startSensor(): Promise<void> {
    const program = ["ip", "netns", "exec", this.laboratory.name("host")];
    this.sensor = await new UpCommand(this.site, ["--steward", this.#steward], program).ready();
  }

  get stewardPid(): number {
    return this.#stewardProcess?.pid ?? assert.fail("no steward");
  }

  async killSteward(): Promise<void> {
    await kill(this.#stewardProcess ?? assert.fail());
  }

  async killSensor(): Promise<void> {
    await this.sensor?.end("SIGKILL");
  }

  /** A command of ours on the host, which must end well; what it printed. */
  async command(...words: readonly string[]): Promise<string> {
    const { code, out, err } = await this.laboratory.client("host", process.execPath, PROGRAM, ...words);
    assert.equal(code, 0, `${words.join(" ")}: ${err}${out}`);
    return Buffer.from(out, "latin1").toString("utf8");
  }

  status(): Promise<WireStatus> {
    return askListening("wire.status", {}, { folder: this.#steward, socket: socketOf(this.#steward) });
  }

  suspects(...words: readonly string[]): Promise<string> {
    return this.command("suspects", ...words, ...this.site.place);
  }

  /** Each source and its state. */
  async states(): Promise<Readonly<Record<string, string>>> {
    const suspects = await this.#control.json("/v1/suspects");
    assert.ok(Array.isArray(suspects));
    return Object.fromEntries(suspects.map(({ source, state }) => [source, state]));
  }

  async events(kind: string): Promise<readonly Json[]> {
    return (await Array.fromAsync(this.#control.lines(`/v1/events?kind=${kind}`))).map((event) => Object(event));
  }

  get #control(): ControlClient {
    return controlClient(join(this.site.state, "control.sock"));
  }

  /** Waits until the sensor watches and its decoys are handed over. */
  async isWhole(): Promise<void> {
    await until("the sensor watches", async () => {
      const { watchers, engine } = await this.status();
      return watchers === 1 && engine?.handedOver.includes(22) === true;
    });
  }

  /** Asks for a port, and leaves when something is heard. */
  touch(machine: Machine, { from, to, port }: { readonly from: string; readonly to: string; readonly port: number }): void {
    this.laboratory.must(machine, process.execPath, "--input-type=module", "-e", TOUCH, from, to, `${port}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.sensor?.[Symbol.asyncDispose]();
    if (this.#stewardProcess !== undefined) await kill(this.#stewardProcess);
    this.laboratory[Symbol.dispose]();
    this.site[Symbol.dispose]();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

const TOUCH = `
  import { connect } from "node:net";
  const [localAddress, host, port] = process.argv.slice(1);
  const socket = connect({ host, port: Number(port), localAddress, timeout: 20000 });
  socket.once("data", () => process.exit(0)).on("error", (error) => { console.error(error.message); process.exit(1); }).on("timeout", () => process.exit(2));`;

/** An sshd of Debian's at port 22, and its clients, who have a key for the real one and a password that the decoy takes. */
export class RealSsh implements Disposable {
  readonly #laboratory: Laboratory;
  readonly #folder = mkdtempSync(join(tmpdir(), "utsusemi-sshd-"));

  constructor(laboratory: Laboratory) {
    this.#laboratory = laboratory;
    // sshd(8) wants its folder for processes without rights.
    mkdirSync("/run/sshd", { recursive: true, mode: 0o755 });
    for (const name of ["host", "user"]) execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", this.#at(name)]);
    writeFileSync(this.#at("keys"), `command="echo the real one" ${readFileSync(this.#at("user.pub"), "utf8")}`);
    const settings = ["UsePAM no", "PidFile none", "StrictModes no", "PermitRootLogin yes", "PasswordAuthentication no"];
    writeFileSync(this.#at("sshd"), [...settings, `HostKey ${this.#at("host")}`, `AuthorizedKeysFile ${this.#at("keys")}`, ""].join("\n"));
    laboratory.spawnQuiet("host", programPath("sshd") ?? "sshd", "-D", "-e", "-f", this.#at("sshd"));
  }

  async isListening(): Promise<void> {
    await until("sshd listens", () => this.#laboratory.must("host", "ss", "-Hltn").includes(":22 "));
  }

  /** What a login by ssh is answered: `the real one`, the decoy's host name, or why there was none. */
  async login(machine: Machine, from: string, to: string): Promise<string> {
    const options = ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR", "ConnectTimeout=20"];
    options.push("PreferredAuthentications=publickey,password", "NumberOfPasswordPrompts=1", "IdentitiesOnly=yes");
    const words = ["-F", "none", "-b", from, "-i", this.#at("user"), ...options.flatMap((option) => ["-o", option])];
    const { code, out, err } = await this.#laboratory.client(machine, "sshpass", "-p", "123456", "ssh", ...words, `root@${to}`, "hostname");
    return code === 0 ? out.trim() : `${code} ${err.trim()}`;
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #at(name: string): string {
    return join(this.#folder, name);
  }
}

/** Waits until something holds; how many milliseconds it took. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, withinMs = 60_000): Promise<number> {
  const began = performance.now();
  while (!(await holds())) {
    assert.ok(performance.now() - began < withinMs, `never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return performance.now() - began;
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}
