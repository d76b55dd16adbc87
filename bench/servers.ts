import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { programPath } from "../test/rig/needs.ts";
import { LOGIN } from "./login-algorithms.ts";
import { familyOf } from "./processes.ts";

/** A server in a process of its own, on a loopback port. */
export interface BenchServer extends AsyncDisposable {
  readonly name: string;
  readonly pid: number;
  readonly port: number;
}

/** The sensor as an operator starts it. */
export interface BenchSensor extends BenchServer {
  readonly workers: readonly number[];
}

export interface SensorOptions {
  readonly workers?: number;
  /** A folder of state to use and keep; otherwise a new one, removed at the end. */
  readonly state?: string;
  /** Where SSH listens; any free port unless given. */
  readonly sshPort?: number;
  /** More of the configuration, YAML. */
  readonly configuration?: string;
}

/** Starts `utsusemi up` with SSH and Telnet on free ports, and no cap on the connections of one source. */
export async function startSensor(options: SensorOptions = {}): Promise<BenchSensor> {
  const folder = options.state ?? mkdtempSync(join(tmpdir(), "utsusemi-bench-"));
  const file = join(folder, "bench.yaml");
  const listen = `[{ decoy: ssh, port: ${options.sshPort ?? 0} }, { decoy: telnet, port: 0 }]`;
  const limits = "{ connections: 20000, connectionsPerSource: 20000 }";
  writeFileSync(file, `listen: ${listen}\nworkers: ${options.workers ?? 1}\nlimits: ${limits}\n${options.configuration ?? ""}`);
  const child = spawn(process.execPath, [COMMAND, "up", "--quiet", "--state", folder, "--config", file], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const port = Number((await lineWith(child.stderr, /ssh +127\.0\.0\.1 port (\d+)/))[1]);
  const pid = child.pid ?? 0;
  return {
    name: "utsusemi",
    pid,
    port,
    workers: familyOf(pid).filter((one) => one !== pid),
    [Symbol.asyncDispose]: async () => {
      await end(child);
      if (options.state === undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A server on the stock package ssh2. */
export function startSsh2(): Promise<BenchServer> {
  return startModule("ssh2", "ssh2-server.ts");
}

/** The SSH decoy with every key exchange that it has. */
export function startKexServer(): Promise<BenchServer> {
  return startModule("utsusemi", "kex-server.ts");
}

async function startModule(name: string, file: string): Promise<BenchServer> {
  const child = spawn(process.execPath, [fileURLToPath(new URL(file, import.meta.url))], { stdio: ["ignore", "pipe", "inherit"] });
  const port = Number((await lineWith(child.stdout, /"port":(\d+)/))[1]);
  return { name, pid: child.pid ?? 0, port, [Symbol.asyncDispose]: () => end(child) };
}

/**
 * Debian's sshd with PAM and a password, as it comes. Its one account lives in files that are laid over /etc/passwd and /etc/shadow in a mount
 * namespace of its own, so that nothing of this machine changes. Undefined where that is not possible: it takes root, sshd and perl.
 */
export async function startSshd(): Promise<BenchServer | undefined> {
  if (process.getuid?.() !== 0 || programPath("sshd") === undefined || programPath("perl") === undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), "utsusemi-bench-sshd-"));
  const port = await freePort();
  writeSshdFiles(folder, port);
  const script = `
    mount --bind ${folder}/passwd /etc/passwd && mount --bind ${folder}/shadow /etc/shadow && mount -t tmpfs tmpfs /run &&
    mkdir -m 755 /run/sshd && exec ${programPath("sshd")} -D -e -f ${folder}/sshd_config`;
  const child = spawn("unshare", ["--mount", "sh", "-c", script], { stdio: ["ignore", "ignore", "pipe"] });
  await lineWith(child.stderr, /Server listening/);
  return {
    name: "sshd",
    pid: child.pid ?? 0,
    port,
    [Symbol.asyncDispose]: async () => {
      await end(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const COMMAND = fileURLToPath(new URL("../bin/utsusemi.js", import.meta.url));
const START_MS = 20_000;

function writeSshdFiles(folder: string, port: number): void {
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(folder, "key")]);
  // yescrypt with Debian's cost: what `passwd` writes on Debian 12.
  const hash = execFileSync("perl", ["-e", `print crypt("${LOGIN.password}", '$y$j9T$benchbenchbenchbench')`], { encoding: "latin1" });
  const accounts = [
    "root:x:0:0:root:/root:/bin/sh",
    "sshd:x:65534:65534::/run/sshd:/usr/sbin/nologin",
    "nobody:x:65534:65534::/:/usr/sbin/nologin",
  ];
  writeFileSync(join(folder, "passwd"), `${accounts.join("\n")}\n`, { mode: 0o644 });
  writeFileSync(join(folder, "shadow"), `root:${hash}:19700:0:99999:7:::\nsshd:!:19700::::::\nnobody:!:19700::::::\n`, { mode: 0o600 });
  const settings = [
    `Port ${port}`,
    "ListenAddress 127.0.0.1",
    `HostKey ${folder}/key`,
    "UsePAM yes",
    "PermitRootLogin yes",
    "PidFile none",
    "MaxStartups 100",
    "UseDNS no",
  ];
  writeFileSync(join(folder, "sshd_config"), `${settings.join("\n")}\n`);
}

async function lineWith(stream: Readable | null, wanted: RegExp): Promise<RegExpExecArray> {
  if (stream === null) throw new Error("no output");
  const heard: string[] = [];
  const late = setTimeout(() => stream.destroy(), START_MS);
  try {
    for await (const line of createInterface({ input: stream })) {
      heard.push(line);
      const found = wanted.exec(line);
      if (found === null) continue;
      return found;
    }
  } finally {
    clearTimeout(late);
    stream.resume();
  }
  throw new Error(`the server did not start: ${heard.join(" | ")}`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill();
  const late = setTimeout(() => child.kill("SIGKILL"), START_MS);
  await gone;
  clearTimeout(late);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
