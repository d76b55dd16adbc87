import type { Process, Program } from "../../program.ts";
import { formatTime, zoneOf } from "../time-format.ts";
import { optionsOr, usageBlock } from "../usage.ts";
import { cpuFields } from "./lscpu.ts";

/** The kernel's messages since boot: what a machine of this make says, with its own values. */
export const dmesg: Program = {
  name: "dmesg",
  *run(process) {
    const options = yield* optionsOr(
      process,
      {
        short: "CcDdeEF:f:HhiJkLl:n:PprSs:TtuVwWx",
        long: { ctime: "T", human: "H", follow: "w", level: "l", clear: "C", "read-clear": "c", notime: "t" },
      },
      usageBlock("dmesg"),
    );
    if (typeof options === "number") return options;
    const { distribution } = process.system.machine;
    if (process.credentials.uid !== 0 && (distribution === "debian" || distribution === "ubuntu"))
      return yield* process.fail("read kernel buffer failed: Operation not permitted");
    if (options.has("C")) return 0;
    const bootMs = process.system.now().wallMs - process.system.uptimeSeconds() * 1000;
    const stamp = (seconds: number) => {
      if (options.has("t")) return "";
      if (options.has("T")) return `[${formatTime("%a %b %e %H:%M:%S %Y", bootMs + seconds * 1000, zoneOf(process))}] `;
      return `[${seconds.toFixed(6).padStart(12)}] `;
    };
    yield* process.print(
      messages(process)
        .map(([seconds, text]) => `${stamp(seconds)}${text}\n`)
        .join(""),
    );
    return 0;
  },
};

type Message = readonly [seconds: number, text: string];

export function messages(process: Process): readonly Message[] {
  const { machine } = process.system;
  const lines = machine.shell === "ash" ? boardLines(process) : computerLines(process);
  let seconds = 0;
  const start: Message[] = lines.early.map((text) => [0, text]);
  const timed = lines.late.map((text, at): Message => {
    seconds += 0.004 + (process.system.seeded(`dmesg ${at}`) % 90_000) / 1e6;
    return [seconds, text];
  });
  const network = machine.interfaces.find(({ name }) => name !== "lo");
  return [...start, ...timed, [seconds + 3.204_118, `${network?.name ?? "eth0"}: link becomes ready`]];
}

interface Lines {
  readonly early: readonly string[];
  readonly late: readonly string[];
}

function computerLines(process: Process): Lines {
  const { machine } = process.system;
  const root = machine.disks.findLast(({ mount }) => mount === "/");
  const fields = cpuFields(process);
  const disk = root?.device.replace(/^\/dev\//, "") ?? "vda1";
  return {
    early: [
      machine.procVersion,
      `Command line: BOOT_IMAGE=/boot/vmlinuz-${machine.kernelRelease} root=${root?.device ?? "/dev/vda1"} ro quiet`,
      "BIOS-provided physical RAM map:",
      "BIOS-e820: [mem 0x0000000000000000-0x000000000009fbff] usable",
      "BIOS-e820: [mem 0x000000000009fc00-0x000000000009ffff] reserved",
      `BIOS-e820: [mem 0x0000000000100000-0x${(machine.memoryKib * 1024 + 0x100000).toString(16).padStart(16, "0")}] usable`,
      "NX (Execute Disable) protection: active",
      "SMBIOS 2.8 present.",
      `DMI: ${field(process, "sys_vendor")} ${field(process, "product_name")}, BIOS ${field(process, "bios_version")} ${field(process, "bios_date")}`,
      "Hypervisor detected: KVM",
      "kvm-clock: Using msrs 4b564d01 and 4b564d00",
      `tsc: Detected ${fields.get("cpu MHz") ?? machine.cpuMhz} MHz processor`,
    ],
    late: [
      `Memory: ${machine.memoryKib - 100_000}K/${machine.memoryKib + 176_000}K available`,
      `smpboot: CPU0: ${machine.cpuModel} (family: 0x${Number(fields.get("cpu family") ?? 6).toString(16)}, model: 0x${Number(fields.get("model") ?? 85).toString(16)}, stepping: 0x${Number(fields.get("stepping") ?? 0).toString(16)})`,
      `smp: Brought up 1 node, ${machine.cpus} CPU${machine.cpus === 1 ? "" : "s"}`,
      "devtmpfs: initialized",
      "PCI: Using configuration type 1 for base access",
      "SCSI subsystem initialized",
      "NET: Registered PF_INET6 protocol family",
      "Serial: 8250/16550 driver, 4 ports, IRQ sharing enabled",
      `${disk.replace(/\d+$/, "")}: ${disk}`,
      `EXT4-fs (${disk}): mounted filesystem with ordered data mode. Quota mode: none.`,
      "systemd[1]: Detected virtualization kvm.",
      `systemd[1]: Hostname set to <${machine.hostname}>.`,
      "input: Power Button as /devices/LNXSYSTM:00/LNXPWRBN:00/input/input0",
      "random: crng init done",
    ],
  };
}

function field(process: Process, name: string): string {
  const text = process.fs.readFile(`/sys/class/dmi/id/${name}`);
  return typeof text === "string" ? text.trim() : "";
}

function boardLines(process: Process): Lines {
  const { machine } = process.system;
  return {
    early: [
      machine.procVersion,
      `SoC Type: ${machine.cpuVendor}`,
      `CPU0 revision is: 00019750 (${machine.cpuModel.replace(/ V.*/, "")})`,
      `Memory: ${machine.memoryKib}K/${2 ** Math.ceil(Math.log2(machine.memoryKib))}K available`,
      "SLUB: HWalign=32, Order=0-3, MinObjects=0, CPUs=1, Nodes=1",
    ],
    late: [
      "NET: Registered PF_INET protocol family",
      "TCP: Hash tables configured (established 1024 bind 1024)",
      "squashfs: version 4.0 (2009/01/31) Phillip Lougher",
      "jffs2: version 2.2 (NAND) (SUMMARY) (LZMA) (RTIME) (CMODE_PRIORITY) (c) 2001-2006 Red Hat, Inc.",
      "Serial: 8250/16550 driver, 1 ports, IRQ sharing disabled",
      "VFS: Mounted root (squashfs filesystem) readonly on device 31:3.",
      "Freeing unused kernel image (initmem) memory: 1260K",
      "init: - preinit -",
      `${machine.interfaces[1]?.name ?? "br0"}: port 1(eth0.1) entered forwarding state`,
    ],
  };
}
