import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { hostname } from "node:os";
import test, { after, before } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import type { Persona } from "../../src/decoy/persona.ts";
import { loadProfile } from "../../src/persona/profile.ts";
import { settlePersona } from "../../src/persona/settle.ts";
import { escapeBytes, unescapeBytes } from "../../src/testkit/talk.ts";
import { needs, programPath } from "../rig/needs.ts";
import { startTestSensor, type TestSensor } from "../rig/sensor.ts";
import { type TelnetCase, telnetCases } from "./telnet-cases.ts";

/** Debian's busybox telnetd with /bin/login, and ours as debian-12, asked the same in the same run: the same bytes must come, step by step. */
const enabled = needs("root", "busybox", "login");
const AT_ONCE = 3;
const QUIET_MS = 400;

let real: { readonly port: number; readonly process: ChildProcess };
let ours: TestSensor;

before(async () => {
  if (enabled.skip !== false) return;
  ours = await startTestSensor({ decoys: { telnet: { admission: { credentials: [], differentPasswords: 0 } } }, persona: debian12() });
  real = await startBusybox();
});

after(async () => {
  real?.process.kill();
  await ours?.stop();
});

test("telnet as busybox telnetd and /bin/login speak it", { ...enabled, concurrency: AT_ONCE }, async (t) => {
  await Promise.all(telnetCases.map((one) => t.test(one.name, () => compare(one))));
});

async function compare(one: TelnetCase): Promise<void> {
  // On a busy machine the real login may be late: what differs is asked again, with more patience.
  for (const patience of [1, 3, 6]) {
    const [theirs, own] = await Promise.all([converse(real.port, one, patience), converse(ours.port("telnet"), one, patience)]);
    if (patience === 6 || JSON.stringify(own) === JSON.stringify(theirs)) return assert.deepEqual(own, theirs);
  }
}

/** What came after the greeting and after each step, and whether the other side closed. */
async function converse(port: number, { steps, halfClose }: TelnetCase, patience: number): Promise<string[]> {
  const line = new Line(port);
  const answers = [await line.until(/login: $/)];
  for (const [bytes, waitMs] of steps) {
    line.send(unescapeBytes(bytes));
    answers.push(await line.quiet(waitMs * patience));
  }
  if (halfClose === true) {
    line.socket.end();
    answers.push(await line.quiet(QUIET_MS * patience));
  }
  line.socket.destroy();
  return answers;
}

/** A connection that is listened to in portions. */
class Line {
  readonly socket: Socket;
  #heard: Buffer[] = [];
  #ended = "";
  #lastMs = performance.now();

  constructor(port: number) {
    this.socket = connect({ host: "127.0.0.1", port, allowHalfOpen: true });
    this.socket.on("data", (chunk) => {
      this.#heard.push(Buffer.from(chunk));
      this.#lastMs = performance.now();
    });
    for (const event of ["end", "error"]) {
      this.socket.on(event, () => {
        this.#ended = " END";
      });
    }
  }

  send(bytes: Uint8Array): void {
    this.#lastMs = performance.now();
    if (bytes.length > 0 && this.socket.writable) this.socket.write(bytes);
  }

  /** What came until it ends with `pattern`; a busy machine takes seconds to start a login. */
  async until(pattern: RegExp): Promise<string> {
    for (let tries = 0; tries < 800 && !pattern.test(Buffer.concat(this.#heard).toString("latin1")); tries++) await wait(50);
    return this.quiet(0);
  }

  /** What came within `ms`, and then until nothing came for a while. */
  async quiet(ms: number): Promise<string> {
    await wait(ms);
    while (performance.now() - this.#lastMs < QUIET_MS) await wait(50);
    const answer = escapeBytes(Buffer.concat(this.#heard)) + this.#ended;
    this.#heard = [];
    return answer;
  }
}

function debian12(): Persona {
  const loaded = loadProfile("debian-12");
  assert.ok("profile" in loaded);
  // Tabs depend on the prompt's length, so ours gets the name of the machine that the real one runs on.
  const persona = settlePersona(loaded.profile, { seed: Buffer.alloc(32, 7), wallMs: Date.now() });
  const services: unknown = JSON.parse(
    JSON.stringify(persona.services).replaceAll(`${persona.machine.hostname} login:`, `${hostname()} login:`),
  );
  assert.ok(typeof services === "object" && services !== null);
  return { ...persona, services: { ...services } };
}

async function startBusybox(): Promise<{ port: number; process: ChildProcess }> {
  assert.match(readFileSync("/etc/issue.net", "utf8"), /^Debian GNU\/Linux 12$/m);
  const port = await freePort();
  const path = programPath("busybox") ?? "";
  const child = spawn(path, ["telnetd", "-F", "-b", "127.0.0.1", "-p", String(port), "-l", "/bin/login"], { stdio: "ignore" });
  for (let tries = 0; tries < 50; tries++) {
    if (await answers(port)) return { port, process: child };
    await wait(100);
  }
  child.kill();
  throw new Error("busybox telnetd does not answer");
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
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
