import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chownSync, mkdtempSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { needs, programPath } from "../rig/needs.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const NOBODY = 65_534;

test("the sensor takes its sockets from systemd, by their decoys' names", {
  ...needs("systemd-socket-activate"),
  timeout: 60_000,
}, async (t) => {
  const [ssh, telnet] = [await freePort(), await freePort()];
  const state = mkdtempSync(join(tmpdir(), "utsusemi-activated-"));
  const asRoot = process.getuid?.() === 0;
  // As root a service wants its accounts, which a test must not add to this machine; systemd's own are tried as an ordinary user's.
  if (asRoot) chownSync(state, NOBODY, NOBODY);
  const activator = spawn(
    programPath("systemd-socket-activate") ?? "",
    [
      "-l",
      `127.0.0.1:${ssh}`,
      "-l",
      `127.0.0.1:${telnet}`,
      "--fdname=ssh:telnet",
      process.execPath,
      join(ROOT, "bin/utsusemi.js"),
      "up",
      "--state",
      join(state, "s"),
    ],
    {
      stdio: ["ignore", "ignore", "pipe"],
      cwd: ROOT,
      env: { PATH: process.env["PATH"] ?? "", HOME: state },
      ...(asRoot ? { uid: NOBODY, gid: NOBODY } : {}),
    },
  );
  t.after(() => activator.kill("SIGTERM"));
  let complaint = "";
  activator.stderr.on("data", (chunk) => {
    complaint += String(chunk);
  });
  for (let tries = 0; tries < 50 && !complaint.includes("Listening on"); tries++) await wait(50);
  assert.match(await firstBytes(ssh), /^SSH-2\.0-/, complaint);
  assert.match(await firstBytes(telnet), /^\xff\xfd/, complaint);
});

function firstBytes(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    socket.setTimeout(20_000, () => socket.destroy(new Error("nothing came")));
    socket.on("error", reject);
    socket.once("data", (bytes) => {
      socket.destroy();
      resolve(bytes.toString("latin1"));
    });
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
