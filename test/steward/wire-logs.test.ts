import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { askListening } from "../../src/steward/client/ask.ts";
import { listening } from "../../src/steward/client/reach.ts";
import { watchSteward } from "../../src/steward/client/watch.ts";
import type { Sight } from "../../src/steward/verbs/api.ts";
import { PROGRAM } from "../rig/command.ts";
import { needs } from "../rig/needs.ts";
import { becomes } from "./wire-visitors.ts";

/** A steward in a network and mounts of its own, where nothing keeps a journal and /var/log is empty. It lives as long as its shell. */
const HOST = `
mount -t tmpfs tmpfs /var/log && mount -t tmpfs tmpfs /run && touch /var/log/auth.log
ip link add logs0 type veth peer name logs1 && ip link set logs0 up && ip link set logs1 up && ip address add 192.0.2.1/24 dev logs0
"$@" &
while read -r line; do printf '%s\\n' "$line" >>/var/log/auth.log; done
`;

class LogHost implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), "utsusemi-wire-logs-"));
  readonly place = { folder: this.folder, socket: join(this.folder, "run", "socket") };
  readonly #shell: ChildProcess;

  constructor() {
    const steward = [process.execPath, PROGRAM, "steward", "--folder", this.folder];
    const words = [
      "--net",
      "--mount",
      "--pid",
      "--fork",
      "--kill-child",
      "--propagation",
      "private",
      "bash",
      "-c",
      HOST,
      "bash",
      ...steward,
    ];
    this.#shell = spawn("unshare", words, { stdio: ["pipe", "ignore", "ignore"] });
  }

  async listens(): Promise<void> {
    await becomes(async () => {
      const reached = await listening(this.place.socket);
      reached?.socket.destroy();
      return reached !== undefined;
    }, Boolean);
  }

  write(line: string): void {
    this.#shell.stdin?.write(`${line}\n`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const over = once(this.#shell, "exit");
    this.#shell.kill("SIGKILL");
    await over;
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const LINE = "Nov 22 10:00:00 host sshd[1]: Failed password for root from 192.0.2.9 port 4711 ssh2";
const LIVE = needs("root", "libbpf.so.1", "ip", "bash");

test("who watches is told of logins where it asked for it, and only while it watches", LIVE, async () => {
  await using host = new LogHost();
  await host.listens();
  const { place } = host;
  const leave = new AbortController();
  await assert.rejects(watchSteward({ logs: true }, { place, onSight: () => undefined, signal: leave.signal }), { code: "wire-down" });
  const settings = {
    interfaces: [{ name: "logs0", hook: "tc" } as const],
    trusted: [],
    unused: { tarpit: [], responders: [], leaveOut: [] },
  };
  const more = { patterns: false, land: true, delayMs: 0, stack: {}, handOver: [], sources: 1024 };
  assert.equal((await askListening("wire.up", { ...settings, ...more }, place)).patterns, 0);
  const seen: Sight[] = [];
  const unasked: Sight[] = [];
  const watching = watchSteward({ logs: true }, { place, onSight: (sight) => seen.push(sight), signal: leave.signal });
  const deaf = watchSteward({ logs: false }, { place, onSight: (sight) => unasked.push(sight), signal: leave.signal });
  await becomes(
    () => askListening("wire.status", {}, place),
    ({ watchers }) => watchers === 2,
  );
  host.write(LINE);
  await becomes(
    () => seen.length,
    (count) => count === 1,
  );
  assert.deepEqual(seen, [{ sight: "log", text: LINE, from: "/var/log/auth.log" }]);
  assert.deepEqual(
    unasked.filter(({ sight }) => sight === "log"),
    [],
  );
  leave.abort();
  await Promise.all([watching, deaf]);
  await becomes(
    () => askListening("wire.status", {}, place),
    ({ watchers }) => watchers === 0,
  );
  const again = watchSteward({ logs: true }, { place, onSight: (sight) => seen.push(sight), signal: new AbortController().signal });
  await becomes(
    () => askListening("wire.status", {}, place),
    ({ watchers }) => watchers === 1,
  );
  await askListening("wire.down", {}, place);
  await again;
  assert.equal(seen.length, 1, "what was written before is not told again");
});
