import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Laboratory } from "../engine/laboratory.ts";
import { programPath } from "../rig/needs.ts";

/** A page of a quarter of a megabyte at port 80, and an echo of datagrams at port 7777. */
const WEB = `
  import { createServer } from "node:http";
  import { createSocket } from "node:dgram";
  const page = Buffer.alloc(1 << 18, "legitimate ");
  const echo = createSocket("udp6");
  echo.on("message", (bytes, { address, port }) => echo.send(bytes, port, address));
  echo.bind(7777, "::", () =>
    createServer((_, response) => response.setHeader("Server", "nginx").end(page)).listen(80, "::", () => console.log("ready")));`;
const PAGE = createHash("sha256")
  .update(Buffer.alloc(1 << 18, "legitimate "))
  .digest("hex");

/** Legitimate users' programs, each from one address to the host's; what went wrong, a sentence each. */
export class RealServices implements Disposable {
  readonly #laboratory: Laboratory;
  readonly #folder = mkdtempSync(join(tmpdir(), "utsusemi-services-"));

  private constructor(laboratory: Laboratory) {
    this.#laboratory = laboratory;
  }

  /** Web at 80, an sshd at 22, iperf3 at 5201, all of the host. */
  static async start(laboratory: Laboratory): Promise<RealServices> {
    const services = new RealServices(laboratory);
    await laboratory.start("host", WEB);
    await services.#sshd();
    laboratory.spawnQuiet("host", "iperf3", "-s");
    await services.#listening("22", "5201");
    return services;
  }

  async #sshd(): Promise<void> {
    const at = (name: string) => join(this.#folder, name);
    // sshd(8) wants its folder for processes without rights.
    mkdirSync("/run/sshd", { recursive: true, mode: 0o755 });
    for (const name of ["host", "user"]) execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", at(name)]);
    const settings = ["UsePAM no", "PidFile none", "StrictModes no", "PermitRootLogin yes", "MaxStartups 200", "PerSourceMaxStartups none"];
    settings.push(`HostKey ${at("host")}`, `AuthorizedKeysFile ${at("user.pub")}`);
    writeFileSync(at("sshd"), `${settings.join("\n")}\n`);
    this.#laboratory.spawnQuiet("host", programPath("sshd") ?? "sshd", "-D", "-e", "-f", at("sshd"));
    writeFileSync(at("known"), `* ${readFileSync(at("host.pub"), "utf8")}`);
  }

  async #listening(...ports: readonly string[]): Promise<void> {
    const open = () => this.#laboratory.must("host", "ss", "-Hltn");
    for (let tries = 0; tries < 300 && !ports.every((port) => open().includes(`:${port} `)); tries += 1)
      await new Promise((resolve) => setTimeout(resolve, 50));
    for (const port of ports) assert.ok(open().includes(`:${port} `), `nobody listens at ${port}`);
  }

  async web(from: string, to: string): Promise<string | undefined> {
    const url = to.includes(":") ? `http://[${to}]/` : `http://${to}/`;
    const { code, out, err } = await this.#laboratory.client(
      "third",
      "curl",
      "-sS",
      "--fail",
      "--interface",
      from,
      "--max-time",
      "50",
      url,
    );
    if (code !== 0) return `curl ${from}: ${err}`;
    return createHash("sha256").update(Buffer.from(out, "latin1")).digest("hex") === PAGE ? undefined : `curl ${from}: other bytes`;
  }

  async login(from: string, to: string): Promise<string | undefined> {
    const options = [
      "BatchMode=yes",
      "ConnectTimeout=50",
      `UserKnownHostsFile=${join(this.#folder, "known")}`,
      "GlobalKnownHostsFile=none",
    ];
    const words = ["-F", "none", "-b", from, "-i", join(this.#folder, "user"), ...options.flatMap((option) => ["-o", option])];
    const { code, out, err } = await this.#laboratory.client(
      "third",
      "ssh",
      ...words,
      `root@${to}`,
      "head -c 100000 /dev/zero | sha256sum; exit 7",
    );
    const wanted = createHash("sha256").update(Buffer.alloc(100_000)).digest("hex");
    return code === 7 && out.startsWith(wanted) ? undefined : `ssh ${from}: ${code} ${err}${out}`;
  }

  /** One at a time: the server takes no more, and needs a moment after each, in which it says so or ends what has just begun. */
  async transfer(from: string, to: string): Promise<string | undefined> {
    for (let tries = 0; tries < 50; tries += 1) {
      const { code, out } = await this.#laboratory.client("third", "iperf3", "-c", to, "-B", from, "-n", "4M", "-J");
      const told: unknown = JSON.parse(out);
      const error = `${Object(told).error ?? ""}`;
      // What the other end has read when it is told to end is another matter.
      const sent = Object(Object(Object(told).end).sum_sent).bytes;
      if (!/busy|cookie/.test(error)) return code === 0 && sent >= 4 << 20 ? undefined : `iperf3 ${from}: ${code} ${error} ${sent}`;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return "iperf3: the server is always busy";
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
