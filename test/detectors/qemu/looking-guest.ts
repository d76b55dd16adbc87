/**
 * A guest in which the real tools look at their machine, and which hands out what they looked at: so the same machine is judged by them and by
 * our pure functions. Everything comes out as one archive between two marks on the console, because a serial port is slow.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { KEYWORDS } from "../../../src/detectors/known/local/dmidecode.ts";
import { parseInstructions } from "../../../src/detectors/probes/local/instruction-probe.ts";
import { parseDmesg } from "../../../src/detectors/probes/local/kernel-log.ts";
import { type Files, lineOf, textOf } from "../../../src/detectors/views/files.ts";
import type { CommandAnswer, LocalView, Registers } from "../../../src/detectors/views/local-view.ts";
import { type Contents, memoryFiles } from "../../../src/detectors/views/memory-files.ts";
import { bootGuest } from "./boot-guest.ts";
import { guestKernel } from "./guest-kernel.ts";
import type { GuestFiles } from "./newc-archive.ts";
import { programFiles, shellFiles } from "./program-files.ts";
import { readTar } from "./read-tar.ts";

/** What the tools are asked; standard error goes with the output. */
const QUESTIONS = [
  "systemd-detect-virt",
  "systemd-detect-virt --vm",
  "systemd-detect-virt --container",
  "virt-what",
  "lscpu",
  "dmidecode -t 0,1,2,3",
  "dmidecode-strings",
  "vmware-checkvm",
  "vmware-checkvm -p",
  "privileged vmware-checkvm",
  "privileged vmware-checkvm -p",
] as const;
export type Question = (typeof QUESTIONS)[number];

/** `dmidecode -s` of every keyword that our function knows, each answer below its keyword. */
const DMIDECODE_STRINGS = `#!/bin/sh
for keyword in ${Object.keys(KEYWORDS).join(" ")}; do echo "# $keyword"; dmidecode -s $keyword; done
`;

export interface GuestLook {
  readonly view: LocalView;
  readonly answer: (question: Question) => CommandAnswer;
  /** What the VMware port answers to GETVERSION for who may use ports, as the kernel may. */
  readonly privilegedPort: Registers | "fault";
}

/** What is copied out of /proc, /sys and /dev. Of everything else there the view says that it does not know. */
const COPIED = [
  "/proc/cpuinfo /proc/modules /proc/version /proc/cmdline /proc/xen /proc/vz /proc/bc /proc/lve /proc/bus/pci /proc/scsi /proc/ide /proc/sysinfo /proc/acpi",
  "/proc/device-tree /proc/uptime /proc/meminfo /proc/ioports /proc/iomem /proc/interrupts /proc/mounts /proc/misc /proc/devices",
  "/proc/sys/kernel/osrelease /proc/1/cgroup /proc/1/environ /proc/1/comm /proc/1/status /proc/1/sched /proc/1/cmdline",
  "/proc/self/ns /proc/1/ns /proc/self/cgroup /proc/self/status /proc/self/uid_map /proc/self/mountinfo",
  "/sys/class/dmi /sys/devices/virtual/dmi /sys/devices/virtual/misc/kvm /sys/firmware/dmi /sys/firmware/acpi/tables /sys/firmware/efi /sys/firmware/qemu_fw_cfg",
  "/sys/hypervisor /sys/bus/xen /sys/bus/vmbus /sys/fs/cgroup /sys/class/block /sys/class/net /sys/class/scsi_host /sys/module/kvm /sys/devices/system/cpu/online",
  "/dev/mem /dev/kvm /dev/vmci /dev/vboxguest /dev/lxd /dev/mdesc",
]
  .join(" ")
  .split(" ");

const BEGIN = "-----BEGIN LOOK-----";
const END = "-----END LOOK-----";
const PROBE = fileURLToPath(new URL("../../../kernel/probe/probe-x64", import.meta.url));

export async function lookFromGuest(qemuArguments: readonly string[]): Promise<GuestLook> {
  const { image } = await guestKernel();
  const console = await bootGuest({ kernel: image, files: await lookingFiles(), qemuArguments });
  const archive = new RegExp(`${BEGIN}\n([A-Za-z0-9+/=\n]*)${END}`).exec(console)?.[1];
  if (archive === undefined) throw new Error(`the guest gave no look; its console: ${console.slice(-4000)}`);
  return lookOf(readTar(gunzipSync(Buffer.from(archive, "base64"))));
}

let files: GuestFiles | undefined;

async function lookingFiles(): Promise<GuestFiles> {
  files ??= {
    ...shellFiles(),
    ...programFiles("systemd-detect-virt", "virt-what", "/usr/libexec/virt-what-cpuid-helper", "lscpu", "dmidecode", "vmware-checkvm"),
    ...(existsSync(PROBE) ? { "usr/bin/probe": readFileSync(PROBE) } : {}),
    "usr/lib/privileged-port.so": privilegedPort(),
    "usr/bin/dmidecode-strings": DMIDECODE_STRINGS,
    init: initScript(),
    dev: { directory: true },
    proc: { directory: true },
    sys: { directory: true },
    run: { directory: true },
    tmp: { directory: true },
  };
  return files;
}

function privilegedPort(): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), "utsusemi-port-"));
  try {
    const object = join(folder, "privileged-port.so");
    execFileSync("gcc", [
      "-O1",
      "-Wall",
      "-Werror",
      "-shared",
      "-fPIC",
      "-o",
      object,
      fileURLToPath(new URL("privileged-port.c", import.meta.url)),
    ]);
    return readFileSync(object);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function initScript(): string {
  const asked = QUESTIONS.map((command, index) => `${command} >/tmp/out/answer-${index} 2>&1; echo $? >/tmp/out/status-${index}`);
  return `#!/bin/sh
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
dmesg -n 1
mkdir -p /tmp/out/view
privileged() { LD_PRELOAD=/usr/lib/privileged-port.so "$@"; }
PORT_ANSWER=1 LD_PRELOAD=/usr/lib/privileged-port.so vmware-checkvm >/tmp/out/port
${asked.join("\n")}
if [ -x /usr/bin/probe ]; then probe >/tmp/out/probe 2>/dev/null; fi
dmesg >/tmp/out/kernel-log
for part in s n r v m; do uname -$part; done >/tmp/out/uname
cd /tmp/out/view
for path in ${COPIED.join(" ")}; do
  if [ -e $path ]; then mkdir -p .\${path%/*}; cp -r $path .$path 2>/dev/null; fi
done
cd /tmp/out
echo "${BEGIN}"
tar -c . | gzip -1 | base64
echo "${END}"
# Setting the terminal waits until all is sent; the kernel's last words would else stand in the middle of it.
stty -echo </dev/ttyS0
reboot -f
`;
}

function lookOf(contents: Contents): GuestLook {
  const out = memoryFiles(contents);
  const answer = (question: Question) => {
    const index = QUESTIONS.indexOf(question);
    return { status: Number(lineOf(out, `/status-${index}`)), output: textOf(out, `/answer-${index}`) ?? "" };
  };
  return { view: viewOf(contents, out), answer, privilegedPort: portOf(textOf(out, "/port") ?? "") };
}

function viewOf(contents: Contents, out: Files): LocalView {
  const below = "/view";
  const copied = Object.entries(contents).filter(([path]) => path.startsWith(`${below}/`));
  const [system = "", node = "", release = "", version = "", machine = ""] = textOf(out, "/uname")?.split("\n") ?? [];
  const instructions = parseInstructions(textOf(out, "/probe") ?? "");
  return {
    takenAtMs: Date.now(),
    uname: { system, node, release, version, machine },
    uid: 0,
    environment: {},
    files: copiedFiles(memoryFiles(Object.fromEntries(copied.map(([path, entry]) => [path.slice(below.length), entry])))),
    kernelLog: parseDmesg(textOf(out, "/kernel-log") ?? ""),
    ...(instructions === undefined ? {} : { instructions }),
    commands: {},
    measurements: {},
  };
}

/** Where the processor refused even that, the program died of it and printed nothing. */
function portOf(printed: string): Registers | "fault" {
  if (printed === "") return "fault";
  const registers: Registers = JSON.parse(printed);
  return registers;
}

/** What was not copied out of /proc, /sys and /dev is unknown, never absent: a detector that looks there says that it lacks it. */
function copiedFiles(files: Files): Files {
  const isKnown = (path: string) =>
    !/^\/(proc|sys|dev)\//.test(path) || COPIED.some((root) => path === root || path.startsWith(`${root}/`));
  const known = <T>(path: string, answer: T | "absent") => (answer === "absent" && !isKnown(path) ? "unknown" : answer);
  return {
    read: (path) => known(path, files.read(path)),
    list: (path) => known(path, files.list(path)),
    look: (path) => known(path, files.look(path)),
  };
}
