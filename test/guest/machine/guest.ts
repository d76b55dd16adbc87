/**
 * A Debian 12 guest with systemd as process 1, on a machine that QEMU emulates (TCG), without network. Its first serial line is the console; over the
 * second an agent in the guest runs scripts and answers with what they printed. The disk is a copy, which outlives a power cut and no more.
 */
import { type ChildProcessByStdio, execFileSync, spawn } from "node:child_process";
import { once as onceEmitted } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { gunzipSync } from "node:zlib";
import { guests } from "../../detectors/qemu/guests.ts";
import { kernelTree, type Series } from "../../disguise/module/kernel-tree.ts";
import { CHECKOUT, checkoutDisk, debianDisk, PROGRAMS, ROOT } from "./disks.ts";

/** On a machine that does nothing else it boots in nine seconds. */
const BOOT_MS = 240_000;
const WITHIN_MS = 400_000;
const FIXED = "-accel tcg -nodefaults -display none -monitor none -no-reboot -m 640 -smp 1".split(" ");
const COMMAND_LINE = `console=ttyS0 root=${ROOT} rootfstype=ext4 rw quiet panic=-1 reboot=t`;

/** QEMU's own name of its processor would give it away. */
const PROCESSOR = "Intel(R) Xeon(R) Silver 4110 CPU @ 2.10GHz";

export interface Ran {
  readonly status: number;
  /** Standard output and standard error. */
  readonly output: string;
}

export interface GuestOptions {
  readonly kernel: Series;
  /** Name of one of the machines in `guests`. */
  readonly machine?: string;
}

type Qemu = ChildProcessByStdio<Writable, Readable, Readable>;

export class Guest {
  readonly #folder: string;
  readonly #arguments: readonly string[];
  #qemu: Qemu | undefined;
  #lines: AsyncIterator<string> | undefined;
  #asked = 0;

  private constructor(folder: string, options: readonly string[]) {
    this.#folder = folder;
    this.#arguments = options;
  }

  /** A guest that is switched off; `close` it at the end. */
  static async make({ kernel, machine = "metal of Dell" }: GuestOptions): Promise<Guest> {
    const folder = mkdtempSync(join(tmpdir(), "utsusemi-guest-"));
    const [debian, { image }] = [await debianDisk(), await kernelTree(kernel)];
    const disks = ["debian", "checkout"].map((name) => join(folder, name));
    execFileSync("cp", ["--sparse=always", debian, disks[0] ?? ""]);
    await checkoutDisk(disks[1] ?? "");
    const found = guests.find(({ name }) => name === machine);
    if (found === undefined) throw new Error(`no machine is named ${machine}`);
    const hardware = found.qemuArguments.map((argument) => argument.replace(/^max\b.*/, `$&,model-id=${PROCESSOR}`));
    const drives = disks.flatMap((path, index) => [
      ...["-drive", `file=${path},if=none,id=disk${index},format=raw,cache=unsafe,discard=unmap${index === 1 ? ",readonly=on" : ""}`],
      ...["-device", `nvme,drive=disk${index},serial=S4EWNX0R9120${index},use-intel-id=on`],
    ]);
    const lines = ["-serial", `file:${join(folder, "console")}`, "-serial", "stdio"];
    return new Guest(folder, [...FIXED, ...hardware, ...drives, ...lines, "-kernel", image, "-append", COMMAND_LINE]);
  }

  /** @throws Error with the console's end when it does not come up in time */
  async boot(): Promise<void> {
    try {
      await this.#boot();
    } catch (error) {
      // An interrupt of the emulated disk is lost now and then; its driver then gives up, before anything of ours runs.
      if (!this.console.includes("Unable to mount root fs")) throw error;
      await this.powerCut();
      await this.#boot();
    }
  }

  async #boot(): Promise<void> {
    // A test that is killed takes its guest with it.
    const qemu = spawn("setpriv", ["--pdeathsig", "KILL", "qemu-system-x86_64", ...this.#arguments], { stdio: ["pipe", "pipe", "pipe"] });
    this.#qemu = qemu;
    this.#lines = linesOf(qemu.stdout);
    await this.#within(BOOT_MS, async () => {
      await this.#lineAfter("@ hello");
      qemu.stdin.write(`${CHECKOUT} ${PROGRAMS}\n`);
      await this.#lineAfter("@ ready");
    });
  }

  /** Runs a script of sh(1), with a bound of time; a status that is not 0 is no error. */
  async run(script: string, withinMs = WITHIN_MS): Promise<Ran> {
    this.#asked += 1;
    const id = `${this.#asked}`;
    this.#qemu?.stdin.write(`${id} ${Buffer.from(script).toString("base64")}\n`);
    const answer = await this.#within(withinMs, () => this.#lineAfter(`@ ${id} `));
    const [status = "", packed = ""] = answer.split(" ");
    return { status: Number(status), output: gunzipSync(Buffer.from(packed, "base64")).toString("latin1") };
  }

  /** @throws Error when it ends with a status other than 0 */
  async do(script: string, withinMs = WITHIN_MS): Promise<string> {
    const { status, output } = await this.run(script, withinMs);
    if (status !== 0) throw new Error(`status ${status} of ${script}: ${output.slice(-4000)}`);
    return output;
  }

  /** Begins a script, and cuts the power when it writes `@ cut` to /dev/ttyS1. @throws Error when it ends without */
  async runIntoPowerCut(script: string, withinMs = WITHIN_MS): Promise<void> {
    this.#qemu?.stdin.write(`watched ${Buffer.from(script).toString("base64")}\n`);
    const line = await this.#within(withinMs, () => this.#lineAfter("@ "));
    if (line !== "cut")
      throw new Error(`the power was not cut: ${gunzipSync(Buffer.from(line.split(" ")[2] ?? "", "base64")).toString("latin1")}`);
    await this.powerCut();
  }

  /** What was not yet written to the disk is lost. */
  async powerCut(): Promise<void> {
    const qemu = this.#qemu;
    this.#qemu = undefined;
    if (qemu === undefined || qemu.exitCode !== null || qemu.signalCode !== null) return;
    const ended = onceEmitted(qemu, "close");
    qemu.kill("SIGKILL");
    await ended;
  }

  async close(): Promise<void> {
    await this.powerCut();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  get console(): string {
    return readFileSync(join(this.#folder, "console"), "latin1");
  }

  /** The rest of the next line that begins so; others are dropped. */
  async #lineAfter(begin: string): Promise<string> {
    for (;;) {
      const { value, done } = (await this.#lines?.next()) ?? { value: "", done: true };
      if (done === true) throw new Error(`the guest has ended; its console: ${this.console.slice(-3000)}`);
      if (value.startsWith(begin)) return value.slice(begin.length);
    }
  }

  async #within<T>(ms: number, work: () => Promise<T>): Promise<T> {
    const timer = setTimeout(() => this.#qemu?.kill("SIGKILL"), ms);
    try {
      return await work();
    } finally {
      clearTimeout(timer);
    }
  }
}

async function* linesOf(stream: Readable): AsyncGenerator<string> {
  let rest = "";
  stream.setEncoding("latin1");
  for await (const chunk of stream) {
    const lines = `${rest}${String(chunk)}`.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) yield line.replace(/\r$/, "");
  }
}
