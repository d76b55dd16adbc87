import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { type Json, jsonLines, PROGRAM } from "../rig/command.ts";

/** A steward as a process of its own, on a folder of its own. */
export class StewardProcess implements AsyncDisposable {
  readonly folder: string;
  readonly socket: string;
  readonly child: ChildProcess;
  #out = "";
  #err = "";
  #wake: (() => void)[] = [];

  /** @param folder another one's, for a second steward */
  constructor(options: readonly string[] = [], folder = mkdtempSync(join(tmpdir(), "utsusemi-steward-"))) {
    this.folder = folder;
    this.socket = join(folder, "run", "socket");
    const words = [PROGRAM, "steward", "--json", "--folder", folder, ...options];
    this.child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "pipe"], env: { PATH: process.env["PATH"] ?? "" } });
    this.child.stdout?.setEncoding("utf8").on("data", (text: string) => this.#take("#out", text));
    this.child.stderr?.setEncoding("utf8").on("data", (text: string) => this.#take("#err", text));
    this.child.on("close", () => this.#changed());
  }

  get log(): readonly Json[] {
    return jsonLines(this.#out.slice(0, this.#out.lastIndexOf("\n") + 1));
  }

  get complaint(): string {
    return this.#err;
  }

  get isOver(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  async ready(): Promise<this> {
    await this.logged("started");
    return this;
  }

  /** Waits for a line of this event. */
  async logged(event: string): Promise<Json> {
    const giveUp = AbortSignal.timeout(60_000);
    for (;;) {
      const line = this.log.find((one) => one["event"] === event);
      if (line !== undefined) return line;
      if (giveUp.aborted || this.isOver) throw new Error(`waited for ${event}: ${this.#out}${this.#err}`);
      await new Promise<void>((resolve) => {
        this.#wake.push(resolve);
        giveUp.addEventListener("abort", () => resolve(), { once: true });
      });
    }
  }

  /** Its exit status. */
  async over(): Promise<number | null> {
    if (!this.isOver) await once(this.child, "exit");
    return this.child.exitCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.isOver) this.child.kill("SIGKILL");
    await this.over();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #take(what: "#out" | "#err", text: string): void {
    if (what === "#out") this.#out += text;
    else this.#err += text;
    this.#changed();
  }

  #changed(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }
}

/** Sends bytes, and reads lines until the steward hangs up; every line it sent. */
export async function say(socket: string, ...pieces: readonly (string | Uint8Array)[]): Promise<readonly Json[]> {
  const connection = connect({ path: socket });
  let text = "";
  connection.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
  });
  connection.on("error", () => undefined);
  await once(connection, "connect");
  for (const piece of pieces) connection.write(piece);
  await once(connection, "close");
  return jsonLines(text);
}

export const request = (verb: string, given: object = {}) => `${JSON.stringify({ verb, arguments: given })}\n`;
