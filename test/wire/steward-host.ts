import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { askListening } from "../../src/steward/client/ask.ts";
import { listening } from "../../src/steward/client/reach.ts";
import type { StewardApi, VerbName } from "../../src/steward/verbs/api.ts";
import { type ClientRun, runClient } from "../clients/run-client.ts";
import type { Laboratory, Line, Machine } from "../engine/laboratory.ts";
import { PROGRAM } from "../rig/command.ts";

/** Kernel objects of BPF that a process holds, by number. */
export type HeldObjects = Readonly<Record<"prog" | "map" | "link", readonly number[]>>;

/**
 * A steward in the laboratory's host, asked by the command. Both are in that network only: entered by nsenter, so they see the machine's file
 * systems as they are.
 */
export class StewardHost implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), "utsusemi-wire-"));
  readonly #laboratory: Laboratory;
  #steward: ChildProcess | undefined;

  constructor(laboratory: Laboratory) {
    this.#laboratory = laboratory;
  }

  get socket(): string {
    return join(this.folder, "run", "socket");
  }

  /** Before all others on a busy machine: without its signs of life for two seconds the engine would let everything pass. */
  async start(...options: readonly string[]): Promise<void> {
    const place = ["--folder", this.folder, "--socket", this.socket];
    const words = ["nice", "-n", "-15", process.execPath, PROGRAM, "steward", ...place, ...options];
    this.#steward = spawn("nsenter", [this.#network("host"), ...words], { stdio: "ignore" });
    for (let tries = 0; tries < 600; tries += 1) {
      assert.equal(this.#steward.exitCode, null, "the steward ended");
      const reached = await listening(this.socket);
      reached?.socket.destroy();
      if (reached !== undefined) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assert.fail("the steward does not listen");
  }

  #network(machine: Machine): string {
    return `--net=/run/netns/${this.#laboratory.name(machine)}`;
  }

  /** A program of this machine in one of the laboratory's networks, with the file systems as they are. */
  enter(machine: Machine, program: string, ...args: readonly string[]): Promise<ClientRun> {
    return runClient("nsenter", [this.#network(machine), program, ...args], { environment: { HOME: "/nonexistent" }, withinMs: 60_000 });
  }

  wire(...words: readonly string[]): Promise<ClientRun> {
    return this.enter("host", process.execPath, PROGRAM, "wire", ...words, "--folder", this.folder);
  }

  /** `wire up` with this section of the configuration, which must come about. */
  async up(wire: Readonly<Record<string, unknown>>): Promise<Line> {
    const config = join(this.folder, "utsusemi.yaml");
    writeFileSync(config, JSON.stringify({ wire }));
    return told(await this.wire("up", "--config", config, "--json"));
  }

  async down(): Promise<Line> {
    return told(await this.wire("down", "--json"));
  }

  /** Without the command, so that it costs little to ask again and again. */
  status(): Promise<StewardApi["wire.status"]["answer"]> {
    return this.ask("wire.status", {});
  }

  ask<Name extends VerbName>(name: Name, asked: StewardApi[Name]["asked"]): Promise<StewardApi[Name]["answer"]> {
    return askListening(name, asked, { folder: this.folder, socket: this.socket });
  }

  /** What the steward's process holds of the kernel (bpf(2), /proc/PID/fdinfo). */
  held(): HeldObjects {
    const found = { prog: new Set<number>(), map: new Set<number>(), link: new Set<number>() };
    const folder = `/proc/${this.#steward?.pid}/fdinfo`;
    for (const name of readdirSync(folder)) {
      const text = readIfThere(join(folder, name));
      for (const kind of ["prog", "map", "link"] as const) {
        const id = new RegExp(`^${kind}_id:\\s+(\\d+)`, "m").exec(text)?.[1];
        if (id !== undefined) found[kind].add(Number(id));
      }
    }
    return { prog: [...found.prog], map: [...found.map], link: [...found.link] };
  }

  async kill(): Promise<void> {
    const steward = this.#steward;
    if (steward === undefined || steward.exitCode !== null || steward.signalCode !== null) return;
    const gone = once(steward, "exit");
    steward.kill("SIGKILL");
    await gone;
  }

  /** It hangs until it is continued. */
  stop(): void {
    this.#steward?.kill("SIGSTOP");
  }

  continue(): void {
    this.#steward?.kill("SIGCONT");
  }

  [Symbol.dispose](): void {
    this.#steward?.kill("SIGKILL");
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function told({ code, out, err }: ClientRun): Line {
  assert.equal(code, 0, `${err}${out}`);
  return JSON.parse(out);
}

/** Descriptors come and go. */
function readIfThere(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    throw error;
  }
}
