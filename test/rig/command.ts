import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type ClientRun, runClient } from "../clients/run-client.ts";
import { Conversation } from "./conversation.ts";

/** The command. */
export const PROGRAM = fileURLToPath(new URL("../../bin/utsusemi.js", import.meta.url));

/** Runs the real command to its end. */
export function utsusemi(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<ClientRun> {
  return runClient(process.execPath, [PROGRAM, ...args], { environment: { HOME: "/nonexistent", ...environment }, withinMs: 60_000 });
}

/** Runs the real command, which must end well, and gives what it printed. */
export async function told(args: readonly string[]): Promise<string> {
  const { code, out, err } = await utsusemi(args);
  assert.equal(code, 0, `${args.join(" ")}: ${err}${out}`);
  return Buffer.from(out, "latin1").toString("utf8");
}

/** One JSON object on every line, and nothing else. */
export async function toldJson(args: readonly string[]): Promise<readonly Json[]> {
  return jsonLines(await told([...args, "--json"]));
}

export type Json = Readonly<Record<string, unknown>>;

export function jsonLines(text: string): readonly Json[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}

/** A folder for one test, with a configuration that takes any free ports. */
export class Site implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), "utsusemi-cli-"));
  readonly state = join(this.folder, "state");
  readonly config: string;

  constructor(configuration = "listen: [{ decoy: ssh, port: 0 }, { decoy: telnet, port: 0 }]\n") {
    this.config = this.file("utsusemi.yaml", configuration);
  }

  /** The options that make a command speak of this site. */
  get place(): readonly string[] {
    return ["--state", this.state];
  }

  file(name: string, text: string): string {
    const path = join(this.folder, name);
    writeFileSync(path, text);
    return path;
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** `utsusemi up` as a process of its own. */
export class UpCommand implements AsyncDisposable {
  readonly child: ChildProcess;
  readonly state: string;
  #out = "";
  #err = "";
  #wake: (() => void)[] = [];

  /** @param program what runs the command, for a test that needs a shell around it; its output must be the sensor's */
  constructor(site: Site, options: readonly string[] = [], program: readonly string[] = []) {
    const [first = "", ...rest] = [...program, process.execPath, PROGRAM, "up", ...site.place, "--config", site.config, ...options];
    this.state = site.state;
    this.child = spawn(first, rest, { stdio: ["ignore", "pipe", "pipe"], env: { PATH: process.env["PATH"] ?? "", HOME: "/nonexistent" } });
    this.child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.#out += text;
      this.#changed();
    });
    this.child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#err += text;
      this.#changed();
    });
    this.child.on("close", () => this.#changed());
  }

  get out(): string {
    return this.#out;
  }

  get err(): string {
    return this.#err;
  }

  get isOver(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  async ready(): Promise<this> {
    await this.until(() => this.#err.includes("What happens is shown here"), "the start");
    return this;
  }

  /** Where a decoy listens. */
  port(decoy: string): number {
    const found = new RegExp(`^  ${decoy} +\\S+ port (\\d+)$`, "m").exec(this.#err)?.[1];
    assert.ok(found !== undefined, this.#err);
    return Number(found);
  }

  async shows(text: string | RegExp, withinMs = 20_000): Promise<void> {
    await this.until(() => (typeof text === "string" ? this.#out.includes(text) : text.test(this.#out)), String(text), withinMs);
  }

  async until(holds: () => boolean, what: string, withinMs = 20_000): Promise<void> {
    const giveUp = AbortSignal.timeout(withinMs);
    while (!holds()) {
      if (giveUp.aborted || this.isOver)
        throw new Error(`waited for ${what}; standard error: ${this.#err}; output: ${this.#out.slice(-2000)}`);
      await new Promise<void>((resolve) => {
        this.#wake.push(resolve);
        giveUp.addEventListener("abort", () => resolve(), { once: true });
      });
    }
  }

  /** Ends it with a signal; gives its exit status, or the signal that killed it. */
  async end(signal: NodeJS.Signals = "SIGTERM"): Promise<number | string> {
    if (!this.isOver) {
      const closed = once(this.child, "close");
      this.child.kill(signal);
      await closed;
    }
    return this.child.exitCode ?? this.child.signalCode ?? -1;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end("SIGKILL");
  }

  #changed(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }
}

/** A visitor by telnet: logs in, enters some lines, and leaves. Gives all that he was shown. */
export async function visitByTelnet(port: number, lines: readonly string[]): Promise<string> {
  const visitor = await new Conversation(port).connected();
  await visitor.hears("login: ");
  visitor.say("root\r\n");
  await visitor.hears("assword: ");
  visitor.say("123456\r\n");
  await visitor.hears("# ");
  let prompts = visitor.text.split("# ").length;
  for (const line of lines) {
    visitor.say(`${line}\r\n`);
    prompts += 1;
    const giveUp = Date.now() + 10_000;
    while (visitor.text.split("# ").length < prompts && Date.now() < giveUp) {
      if (visitor.isOver) throw new Error("the sensor hung up");
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
  visitor.say("exit\r\n");
  await visitor.over();
  visitor.socket.destroy();
  return visitor.text;
}

/** OpenSSH's client logs in with a password and runs one command, or types `input` at a terminal. */
export function visitBySsh(port: number, command: readonly string[], input = ""): Promise<ClientRun> {
  const options = ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR", "PubkeyAuthentication=no"];
  const ssh = ["-p", "123456", "ssh", "-F", "none", ...options.flatMap((option) => ["-o", option]), "-p", String(port)];
  return runClient("sshpass", [...ssh, ...(command.length === 0 ? ["-tt"] : []), "root@127.0.0.1", ...command], {
    input,
    inputOpenMs: 300,
  });
}
