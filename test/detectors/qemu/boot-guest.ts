/**
 * Boots a kernel in QEMU with a file system made of `files`, and gives what it wrote on its first serial port. The processor is emulated (TCG), never
 * KVM's, so that the guest is the same on every machine. The guest has no network and no disk. It ends by itself (`reboot -f`, `poweroff -f`), or it is
 * killed after its time and that is a failure that shows the console.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type GuestFiles, newcArchive } from "./newc-archive.ts";

export interface Guest {
  /** Path of a compressed kernel (`guestKernel`). */
  readonly kernel: string;
  /** Its first file system; `init` is what runs. */
  readonly files: GuestFiles;
  /** Added to the kernel's command line, which names the console. */
  readonly commandLine?: string;
  /** Machine, processor, SMBIOS; the machine is `pc` when none is named. */
  readonly qemuArguments?: readonly string[];
  readonly withinMs?: number;
}

const WITHIN_MS = 60_000;
const MAX_CONSOLE_BYTES = 16 << 20;
/** Processors take turns in one thread: in two, on a full machine, kernels whose code changed while it ran (probes) now and then jumped to nowhere. */
const FIXED = "-accel tcg,thread=single -nodefaults -display none -monitor none -serial stdio -no-reboot".split(" ");
/** `reboot=t`: a triple fault ends the guest on every machine, also on one without ACPI. */
const COMMAND_LINE = "console=ttyS0 quiet panic=-1 reboot=t";

/** @throws Error with the end of the console's text when QEMU fails or the guest does not end in time */
export async function bootGuest({ kernel, files, commandLine = "", qemuArguments = [], withinMs = WITHIN_MS }: Guest): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "utsusemi-guest-"));
  try {
    const initrd = join(folder, "initrd");
    writeFileSync(initrd, newcArchive(files));
    const given = [...(qemuArguments.includes("-m") ? [] : ["-m", "256"]), ...qemuArguments];
    return await consoleOf(
      [...FIXED, ...given, "-kernel", kernel, "-initrd", initrd, "-append", `${COMMAND_LINE} ${commandLine}`],
      withinMs,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function consoleOf(options: readonly string[], withinMs: number): Promise<string> {
  // A test that is killed takes its guest with it.
  const child = spawn("setpriv", ["--pdeathsig", "KILL", "qemu-system-x86_64", ...options], { stdio: ["ignore", "pipe", "pipe"] });
  const chunks: Buffer[] = [];
  let bytes = 0;
  const keep = (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MAX_CONSOLE_BYTES) child.kill("SIGKILL");
    else chunks.push(chunk);
  };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  const timer = setTimeout(() => child.kill("SIGKILL"), withinMs);
  try {
    const [status, signal]: readonly unknown[] = await once(child, "close");
    const text = Buffer.concat(chunks).toString("latin1").replaceAll("\r", "");
    if (status !== 0) throw new Error(`the guest ended with ${String(signal ?? status)}; its console: ${text.slice(-4000)}`);
    return text;
  } finally {
    clearTimeout(timer);
  }
}
