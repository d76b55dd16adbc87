import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { programPath } from "../rig/needs.ts";

/** A real server on a loopback port of its own. */
export interface RealServer {
  readonly port: number;
  stop(): Promise<void>;
}

/** Debian's sshd with its standard settings, but without PAM, so that a wrong password is answered at once. */
export async function startSshd(): Promise<RealServer> {
  const folder = mkdtempSync(join(tmpdir(), "parity-sshd-"));
  const port = await freePort();
  mkdirSync("/run/sshd", { recursive: true, mode: 0o755 });
  const keys = ["rsa", "ecdsa", "ed25519"].map((type) => {
    const file = join(folder, `host_${type}`);
    execFileSync("ssh-keygen", ["-q", "-t", type, "-N", "", "-f", file]);
    return `HostKey ${file}`;
  });
  const settings = [
    `Port ${port}`,
    "ListenAddress 127.0.0.1",
    ...keys,
    "UsePAM no",
    "KbdInteractiveAuthentication no",
    "PidFile none",
    "MaxStartups 100",
  ];
  writeFileSync(join(folder, "sshd_config"), `${settings.join("\n")}\n`);
  return start("sshd", { folder, port, options: ["-D", "-e", "-f", join(folder, "sshd_config")] });
}

/** Debian's dropbear with its standard settings. */
export async function startDropbear(): Promise<RealServer> {
  const folder = mkdtempSync(join(tmpdir(), "parity-dropbear-"));
  const port = await freePort();
  const keys = ["rsa", "ecdsa", "ed25519"].flatMap((type) => {
    const file = join(folder, type);
    execFileSync("dropbearkey", ["-t", type, "-f", file], { stdio: "ignore" });
    return ["-r", file];
  });
  return start("dropbear", { folder, port, options: ["-F", "-E", "-p", `127.0.0.1:${port}`, ...keys] });
}

async function start(
  name: string,
  { folder, port, options }: { folder: string; port: number; options: readonly string[] },
): Promise<RealServer> {
  const program = programPath(name) ?? name;
  const child = spawn(program, options, { stdio: "ignore" });
  await pause(500);
  if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}`);
  return {
    port,
    stop: async () => {
      if (child.exitCode === null) {
        child.kill();
        await once(child, "exit");
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
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
