import { createSocket } from "node:dgram";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Targets } from "./attempts.ts";

/** Things put up for a worker to try itself on, all on this machine, and how often each was reached. */
export interface PutUp extends AsyncDisposable {
  readonly targets: Targets;
  /** What was reached from outside our own account of it. */
  readonly reached: readonly string[];
}

/** Puts up a file, a folder that anybody may write to, and listeners on TCP, UDP and a Unix socket. */
export async function putUpTargets(): Promise<PutUp> {
  const folder = mkdtempSync(join(tmpdir(), "utsusemi-probe-"));
  chmodSync(folder, 0o777);
  const secret = join(folder, "secret");
  writeFileSync(secret, "KEY=secret\n", { mode: 0o644 });
  const reached: string[] = [];
  const unixSocket = join(folder, "socket");
  const tcp = await listening(
    createServer((socket) => noted(reached, "tcp", socket)),
    { port: 0, host: "127.0.0.1" },
  );
  const unix = await listening(
    createServer((socket) => noted(reached, "unix", socket)),
    { path: unixSocket },
  );
  chmodSync(unixSocket, 0o777);
  const udp = createSocket("udp4", () => reached.push("udp"));
  udp.bind(0, "127.0.0.1");
  await once(udp, "listening");
  return {
    targets: {
      secret,
      folder,
      unixSocket,
      tcpPort: portOf(tcp),
      udpPort: udp.address().port,
      addon: sharedObject(),
      sensorPid: process.pid,
    },
    reached,
    [Symbol.asyncDispose]: async () => {
      tcp.close();
      unix.close();
      udp.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function noted(reached: string[], how: string, socket: { destroy(): void }): void {
  reached.push(how);
  socket.destroy();
}

async function listening(server: Server, on: { port: number; host: string } | { path: string }): Promise<Server> {
  server.listen(on);
  await once(server, "listening");
  return server;
}

function portOf(server: Server): number {
  const place: AddressInfo | string | null = server.address();
  return typeof place === "object" && place !== null ? place.port : 0;
}

/** Some shared object that this very process has loaded (proc_pid_maps(5)). */
function sharedObject(): string {
  const found = /\/\S+\.so(?:\.\d+)*$/m.exec(readFileSync("/proc/self/maps", "utf8"));
  return found?.[0] ?? process.execPath;
}
