/**
 * A guest for the wire engine: one of Debian's kernels, a shell, Node, and this checkout's sources in its first file system; no disk, no network.
 * A script of ours runs in it and writes lines `@ name JSON` to the console, which are the answer. Modules are there as files, and are loaded
 * when the script says so: so one guest is a kernel without a feature first, and with it later.
 */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { bootGuest } from "../../detectors/qemu/boot-guest.ts";
import type { GuestFiles } from "../../detectors/qemu/newc-archive.ts";
import { programFiles, shellFiles } from "../../detectors/qemu/program-files.ts";
import { kernelTree, type Series } from "../../disguise/module/kernel-tree.ts";
import { programPath } from "../../rig/needs.ts";

const CHECKOUT = join(import.meta.dirname, "..", "..", "..");
const WITHIN_MS = 400_000;
/** On a full machine the kernel's look at whether its clock ticks comes too early, and it gives up. */
const COMMAND_LINE = "no_timer_check";

export interface WireGuest {
  readonly kernel: Series;
  /** File of this folder that runs in the guest. */
  readonly script: string;
  readonly qemuArguments?: readonly string[];
}

/** What the script said, by name. @throws Error with the console where it did not come to its end */
export async function runInGuest({ kernel, script, qemuArguments = [] }: WireGuest): Promise<Readonly<Record<string, unknown>>> {
  const { image, modules } = await kernelTree(kernel);
  const files: GuestFiles = {
    ...shellFiles(),
    ...programFiles("ip", "tc", "nft", process.execPath, "/usr/lib/x86_64-linux-gnu/libbpf.so.1"),
    ...sources(),
    ...moduleFiles(modules),
    ...Object.fromEntries(["sys", "proc", "tmp", "dev", "run"].map((name) => [name, { directory: true }])),
    "var/run": { link: "/run" },
    init: initOf(script),
  };
  const console = await bootGuest({
    kernel: image,
    files,
    qemuArguments: ["-m", "1200", ...qemuArguments],
    commandLine: COMMAND_LINE,
    withinMs: WITHIN_MS,
  });
  const said = Object.fromEntries([...console.matchAll(/^@ (\S+) (.*)$/gm)].map(([, name = "", json = ""]) => [name, JSON.parse(json)]));
  if (!("end" in said)) throw new Error(`the guest did not come to its end: ${console.slice(-4000)}`);
  return said;
}

function initOf(script: string): string {
  return `#!/bin/sh
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
mount -t sysfs sysfs /sys; mount -t proc proc /proc; mount -t devtmpfs dev /dev; mount -t tmpfs tmpfs /run; mount -t bpf bpf /sys/fs/bpf
for name in fd:/proc/self/fd stdin:/proc/self/fd/0 stdout:/proc/self/fd/1; do ln -sf "\${name#*:}" "/dev/\${name%%:*}"; done
cd ${CHECKOUT} && ${process.execPath} test/guest/wire/${script} 2>&1
poweroff -f
`;
}

/** Of the checkout at its own path: what a steward is made of, and what runs in guests. */
function sources(): GuestFiles {
  const packages = ["koffi", "@koromix", "yaml", "fastest-levenshtein"].map((name) => `node_modules/${name}`);
  const folders = ["src", "test/guest/wire", "kernel/bpf", ...packages];
  const found = folders.flatMap((folder) =>
    readdirSync(join(CHECKOUT, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.endsWith(".test.ts"))
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  const paths = [...found, join(CHECKOUT, "package.json")];
  return Object.fromEntries(paths.map((path) => [relative("/", path), readFileSync(path)]));
}

const MODULES = [
  "veth",
  "sch_ingress",
  "cls_bpf",
  "sch_fq",
  "sch_netem",
  "nf_tables",
  "nft_queue",
  "nfnetlink_queue",
  "vmxnet3",
  "tun",
  "dummy",
];

/** `/modules/NAME.ko`, and for each in `/modules/NAME.order` what has to be loaded for it, itself at the end. */
function moduleFiles(folder: string): GuestFiles {
  const paths = new Map(
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((path) => /\.ko(\.xz)?$/.test(path))
      .map((path) => [nameOf(path), join(folder, path)]),
  );
  const files: Record<string, string | Uint8Array> = {};
  const orderOf = (name: string): readonly string[] => {
    const path = paths.get(name);
    if (path === undefined) return [];
    const bytes = moduleBytes(path);
    files[`modules/${name}.ko`] = bytes;
    const needed = /\0depends=([^\0]*)\0/.exec(bytes.toString("latin1"))?.[1]?.split(",").filter(Boolean) ?? [];
    return [...needed.flatMap((one) => orderOf(one.replaceAll("-", "_"))), name];
  };
  for (const name of MODULES) files[`modules/${name}.order`] = [...new Set(orderOf(name))].join("\n");
  return files;
}

const nameOf = (path: string) => (path.split("/").at(-1) ?? "").replace(/\.ko(\.xz)?$/, "").replaceAll("-", "_");

function moduleBytes(path: string): Buffer {
  if (!path.endsWith(".xz")) return readFileSync(path);
  return execFileSync(programPath("busybox") ?? "busybox", ["xz", "-dc", path], { maxBuffer: 64 << 20 });
}
