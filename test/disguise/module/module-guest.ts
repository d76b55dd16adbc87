/**
 * A guest on a machine that looks like metal of Dell, in which the module is loaded, asked, and taken away again. Its script prints a line `@@ NAME`
 * before each section; the test reads the sections.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bootGuest } from "../../detectors/qemu/boot-guest.ts";
import { guests } from "../../detectors/qemu/guests.ts";
import { programFiles, shellFiles } from "../../detectors/qemu/program-files.ts";
import type { KernelTree } from "./kernel-tree.ts";

export type Sections = ReadonlyMap<string, string>;

export const MEMORY_MIB = 320;
/** Ten times what it takes where nothing else runs. */
const WITHIN_MS = 400_000;

export function machine(processors = 2): readonly string[] {
  const metal = guests.find(({ name }) => name === "metal of Dell");
  if (metal === undefined) throw new Error("the metal of Dell is gone from the list of guests");
  return [...metal.qemuArguments, "-uuid", "4c4c4544-0051-4b10-8032-b7c04f585932", "-smp", `${processors}`, "-m", String(MEMORY_MIB)];
}

export interface GuestOptions {
  readonly script: string;
  readonly commandLine?: string;
  /** Files beside the modules, by their path without the first slash. */
  readonly texts?: Readonly<Record<string, string | Uint8Array>>;
  /** The clock counts instructions, an instruction a nanosecond, so that times are the same on every machine. Of one processor. */
  readonly countsInstructions?: boolean;
}

export async function runModuleGuest(
  { image }: KernelTree,
  modules: Readonly<Record<string, Uint8Array>>,
  { script, commandLine = "", texts = {}, countsInstructions = false }: GuestOptions,
): Promise<Sections> {
  const files = {
    ...shellFiles(),
    ...programFiles("systemd-detect-virt", "vmware-checkvm", "setpriv"),
    "usr/bin/ask": compiled("ask.c"),
    ...Object.fromEntries(Object.entries(modules).map(([name, bytes]) => [`lib/${name}.ko`, bytes])),
    ...texts,
    init: `${PROLOGUE}${script}\n${EPILOGUE}`,
    ...Object.fromEntries(["dev", "proc", "sys", "run", "tmp"].map((name) => [name, { directory: true } as const])),
  };
  const qemuArguments = countsInstructions ? [...machine(1), "-icount", "shift=0,sleep=off"] : machine();
  const guest = { kernel: image, files, commandLine, qemuArguments, withinMs: WITHIN_MS };
  return sectionsOf(await bootGuest(guest).catch((error: unknown) => (hungBeforeInit(error) ? bootGuest(guest) : Promise.reject(error))));
}

/** An emulated kernel with two processors on a machine that is full may never come so far that anything of ours runs. That is tried once more. */
function hungBeforeInit(error: unknown): boolean {
  return error instanceof Error && /soft lockup - CPU#\d+ stuck for \d+s! \[swapper\/\d+:1\]/.test(error.message);
}

/**
 * `below GROUP CMD`: in a cgroup. `looks GROUP`: what the detectors say there. `group GROUP`: its cgroup id. `settings` writes its standard input as one text.
 * busybox's programs would stop at a missing file; the script goes on, and the test sees what is missing.
 */
const PROLOGUE = `#!/bin/sh
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
mount -t securityfs securityfs /sys/kernel/security
mount -t cgroup2 cgroup2 /sys/fs/cgroup
dmesg -n 1
CONTROL=/sys/kernel/security/utsusemi
mkdir -p /sys/fs/cgroup/trap/inner /sys/fs/cgroup/free
section() { echo "@@ $1"; }
below() { sh -c 'echo $$ >/sys/fs/cgroup/$0/cgroup.procs; exec "$@"' "$@" 2>&1; }
group() { stat -c %i /sys/fs/cgroup/$1; }
settings() { cat >/tmp/settings; cat /tmp/settings >$CONTROL/control; }
looks() {
  below $1 ask version
  below $1 systemd-detect-virt
  below $1 vmware-checkvm
  below $1 vmware-checkvm -p
  below $1 grep -c ' hypervisor' /proc/cpuinfo
  below $1 grep -o ' [^ ]* hypervisor [^ ]*' /proc/cpuinfo
  below $1 grep . /sys/class/dmi/id/sys_vendor /sys/class/dmi/id/product_name /sys/class/dmi/id/product_serial /sys/class/dmi/id/modalias
}
`;

const EPILOGUE = `section log
dmesg
section end
stty -echo </dev/ttyS0
reboot -f
`;

/** A program of ours for the guest, static. */
export function compiled(name: string): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), "utsusemi-ask-"));
  try {
    const program = join(folder, "program");
    const source = fileURLToPath(new URL(name, import.meta.url));
    execFileSync("gcc", ["-O1", "-Wall", "-Wextra", "-Werror", "-static", "-no-pie", "-o", program, source]);
    return readFileSync(program);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function sectionsOf(console: string): Sections {
  const parts = console.split(/^@@ (.*)\n/m);
  const sections = new Map<string, string>();
  for (let at = 1; at + 1 < parts.length; at += 2) sections.set(parts[at] ?? "", parts[at + 1] ?? "");
  if (!sections.has("end")) throw new Error(`the guest did not come to its end; its console: ${console.slice(-4000)}`);
  return sections;
}
