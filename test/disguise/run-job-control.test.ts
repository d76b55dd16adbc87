import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import type { Writable } from "node:stream";
import test from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import type { Effect } from "../../src/disguise/effect.ts";
import { prepareRun } from "../../src/disguise/run/start-run.ts";
import { needs } from "../rig/needs.ts";
import { ENVIRONMENT, vmware } from "./run-rig.ts";
import { vmwareSpec } from "./tracer-rig.ts";

/**
 * Job control at a real terminal (python's pty.spawn): an interactive shell under the guard and the tracer, with jobs of its own, and the whole
 * disguise as the job of a shell that is not disguised.
 */
const { cpuid = {}, vmwarePort = {} } = vmwareSpec;
/** The guard in front of the tracer, and process 1 of its own beside that. */
const traced: Effect = { ...vmware, cpuid, vmwarePort };
const stories: Readonly<Record<string, readonly Effect[]>> = {
  "the tracer": [traced],
  "the tracer, and process numbers of its own": [traced, { initEnvironment: { container: "lxc" } }],
  "the guard alone": [{ files: { "/opt/jobs/mark": "" } }],
};

const options = { ...needs("root", "python3", "bash"), timeout: 120_000 };
const PTY = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))";
const KEYS = { interrupt: "\u0003", stop: "\u001a" };
const SHELL = ["bash", "--norc", "--noprofile", "-i"] as const;

class Terminal {
  readonly #child: ChildProcess;
  readonly #input: Writable;
  readonly ended: Promise<number | string | null>;
  #text = "";
  #read = 0;

  constructor(command: readonly string[]) {
    const environment = { ...ENVIRONMENT, TERM: "dumb", PS1: "<ready>", HISTFILE: "/dev/null" };
    const child = spawn("python3", ["-c", PTY, ...command], { stdio: ["pipe", "pipe", "inherit"], env: environment, cwd: "/" });
    this.#child = child;
    this.#input = child.stdin;
    child.stdin.on("error", () => child.stdin.destroy());
    child.stdout.setEncoding("latin1").on("data", (more: string) => {
      this.#text += more;
    });
    this.ended = new Promise((resolve) => child.once("close", (code, signal) => resolve(code ?? signal)));
  }

  /** The next place behind what was read last; what never comes is told with all that did. */
  async see(what: RegExp): Promise<string> {
    for (const end = Date.now() + 20_000; Date.now() < end; await pause(10)) {
      const found = what.exec(this.#text.slice(this.#read));
      if (found === null) continue;
      this.#read += found.index + found[0].length;
      return found[0];
    }
    return assert.fail(
      `no ${what} in ${JSON.stringify(this.#text.slice(this.#read))} after ${JSON.stringify(this.#text.slice(0, this.#read))}`,
    );
  }

  type(text: string): void {
    this.#input.write(text);
  }

  /** With its terminal the whole session goes, too. */
  end(): void {
    this.#child.kill("SIGKILL");
  }

  async run(line: string, says: RegExp): Promise<void> {
    this.type(`${line}\r`);
    await this.see(says);
    await this.see(/<ready>/);
  }
}

/** As a word of a shell's command line; the guard wants a name of its own. */
function guarded(effects: readonly Effect[], command: readonly string[]): readonly string[] {
  const environment = { ...ENVIRONMENT, TERM: "dumb", PS1: "<ready>", HISTFILE: "/dev/null" };
  const { program, words } = prepareRun(effects, command, { environment, folder: "/" });
  const [name = "", ...rest] = words;
  return ["bash", "-c", 'exec -a "$0" "$@"', name, program, ...rest];
}

/** Says `woken` each time it goes on after a stop; ends at ^C with `over`. */
const JOB = `trap 'echo over; exit 0' INT; trap 'echo woken' CONT; echo begun; while :; do sleep 0.1; done`;

for (const [name, effects] of Object.entries(stories))
  test(`a shell's own jobs, under ${name}: ^Z, bg, fg, ^C`, options, async (t) => {
    const terminal = new Terminal(guarded(effects, SHELL));
    t.after(() => terminal.end());
    await terminal.see(/<ready>/);
    await terminal.run("echo me=$((6*7))", /me=42/);
    terminal.type(`bash -c '${JOB.replaceAll("'", "'\\''")}'\r`);
    await terminal.see(/\nbegun\r/);
    terminal.type(KEYS.stop);
    await terminal.see(/Stopped/);
    await terminal.see(/<ready>/);
    await terminal.run("jobs", /\[1\]\+ +Stopped/);
    await terminal.run("bg", /\[1\]\+ bash/);
    await terminal.see(/woken\r/);
    await terminal.run("jobs", /\[1\]\+ +Running/);
    terminal.type("fg\r");
    await terminal.see(/\nbash -c/);
    await pause(300);
    terminal.type(KEYS.stop);
    await terminal.see(/Stopped/);
    await terminal.see(/<ready>/);
    terminal.type("fg\r");
    await terminal.see(/woken\r/);
    terminal.type(KEYS.interrupt);
    await terminal.see(/over\r/);
    await terminal.see(/<ready>/);
    await terminal.run("sleep 0.1 | cat; echo pipe=$?", /pipe=0/);
    terminal.type("exit 5\r");
    assert.equal(await terminal.ended, 5);
  });

for (const [name, effects] of Object.entries(stories))
  test(`the disguise as a job of a shell outside, under ${name}: ^Z, fg, ^C`, options, async (t) => {
    const terminal = new Terminal(SHELL);
    t.after(() => terminal.end());
    await terminal.see(/<ready>/);
    const words = guarded(effects, ["bash", "-c", JOB]).map((word) => `'${word.replaceAll("'", "'\\''")}'`);
    terminal.type(`${words.join(" ")}\r`);
    await terminal.see(/\nbegun\r/);
    terminal.type(KEYS.stop);
    await terminal.see(/Stopped/);
    await terminal.see(/<ready>/);
    terminal.type("fg\r");
    await terminal.see(/woken\r/);
    terminal.type(KEYS.interrupt);
    await terminal.see(/over\r/);
    await terminal.run("echo status=$?", /status=0/);
    terminal.type("exit 6\r");
    assert.equal(await terminal.ended, 6);
  });
