import { type Rule, unless } from "./rule.ts";

/** What the system says of itself: kernel, distribution, processor, clock. */
const builders: Readonly<Record<string, { readonly release: RegExp; readonly built: RegExp; readonly since: string }>> = {
  debian: {
    release: /^\d+\.\d+\.\d+-\d+-(?:cloud-|rt-)?(?:amd64|686|686-pae|arm64|armmp)$/,
    built: /debian-kernel@lists\.debian\.org/,
    since: "1996-06-17",
  },
  ubuntu: { release: /^\d+\.\d+\.\d+-\d+-(?:generic|aws|azure|kvm|lowlatency)$/, built: /buildd@.*Ubuntu/, since: "2004-10-20" },
  rocky: { release: /\.el\d+(?:_\d+)?\.x86_64$|\.el\d+(?:_\d+)?\.aarch64$/, built: /mockbuild@.*rockylinux/i, since: "2021-06-21" },
  openwrt: { release: /^\d+\.\d+\.\d+$/, built: /OpenWrt/, since: "2004-01-01" },
  dlink: { release: /^2\.[46]\.\d+(?:\.\d+)?$/, built: /./, since: "2003-01-01" },
};

const releaseDays: Readonly<Record<string, string>> = {
  "debian 12": "2023-06-10",
  "debian 11": "2021-08-14",
  "debian 7": "2013-05-04",
  "debian 5": "2009-02-14",
  "ubuntu 24.04": "2024-04-25",
  "ubuntu 22.04": "2022-04-21",
  "rocky 9": "2022-07-14",
  "openwrt 22.03": "2022-09-06",
  "openwrt 23.05": "2023-10-13",
  "openwrt 24.10": "2025-02-04",
};

const machines: Readonly<Record<string, { readonly elf: number; readonly bits: "32" | "64"; readonly endian: readonly string[] }>> = {
  x86_64: { elf: 62, bits: "64", endian: ["little"] },
  i686: { elf: 3, bits: "32", endian: ["little"] },
  i586: { elf: 3, bits: "32", endian: ["little"] },
  aarch64: { elf: 183, bits: "64", endian: ["little"] },
  armv7l: { elf: 40, bits: "32", endian: ["little"] },
  armv6l: { elf: 40, bits: "32", endian: ["little"] },
  armv5tejl: { elf: 40, bits: "32", endian: ["little"] },
  mips: { elf: 8, bits: "32", endian: ["big", "little"] },
  mips64: { elf: 8, bits: "64", endian: ["big", "little"] },
};

export const systemRules: readonly Rule[] = [
  {
    name: "proc-version-release",
    holds: "/proc/version tells the kernel release of uname -r",
    find: ({ persona: { machine } }) =>
      unless(
        machine.procVersion.startsWith(`Linux version ${machine.kernelRelease} `),
        ["machine", "procVersion"],
        `is not of kernel ${machine.kernelRelease}`,
      ),
  },
  {
    name: "proc-version-build",
    holds: "/proc/version ends with uname -v",
    find: ({ persona: { machine } }) =>
      unless(
        machine.procVersion.endsWith(machine.kernelVersion),
        ["machine", "procVersion"],
        `does not end with the kernel's version: ${machine.kernelVersion}`,
      ),
  },
  {
    name: "kernel-distribution",
    holds: "the kernel release is named as the distribution names its kernels",
    find: ({ persona: { machine } }) =>
      unless(
        builders[machine.distribution]?.release.test(machine.kernelRelease) ?? true,
        ["machine", "kernelRelease"],
        `is no kernel of ${machine.distribution}: ${machine.kernelRelease}`,
      ),
  },
  {
    name: "kernel-builder",
    holds: "/proc/version names the distribution's build host",
    find: ({ persona: { machine } }) =>
      unless(
        builders[machine.distribution]?.built.test(machine.procVersion) ?? true,
        ["machine", "procVersion"],
        `was not built by ${machine.distribution}`,
      ),
  },
  {
    name: "machine-word",
    holds: "architecture, word size, byte order and ELF machine are one processor's",
    find: ({ persona: { machine } }) => {
      const known = machines[machine.architecture];
      if (known === undefined) return [];
      return [
        ...unless(known.elf === machine.elfMachine, ["machine", "elfMachine"], `must be ${known.elf} for ${machine.architecture}`),
        ...unless(known.bits === machine.bits, ["machine", "bits"], `must be ${known.bits} for ${machine.architecture}`),
        ...unless(
          known.endian.includes(machine.endian),
          ["machine", "endian"],
          `must be ${known.endian.join(" or ")} for ${machine.architecture}`,
        ),
      ];
    },
  },
  {
    name: "kernel-modules",
    holds: "/lib/modules holds the running kernel's modules and no newer system's only",
    find: ({ persona: { machine }, tree }) =>
      unless(
        !tree.isDirectory("/lib/modules") || tree.isDirectory(`/lib/modules/${machine.kernelRelease}`),
        ["machine", "kernelRelease"],
        `has no directory /lib/modules/${machine.kernelRelease}`,
      ),
  },
  {
    name: "kernel-image",
    holds: "/boot holds an image of the running kernel when it holds any",
    find: ({ persona: { machine }, entries }) => {
      const images = [...entries.keys()].filter((path) => path.startsWith("/boot/vmlinuz-"));
      return unless(
        images.length === 0 || images.includes(`/boot/vmlinuz-${machine.kernelRelease}`),
        ["machine", "kernelRelease"],
        `is not among ${images.join(", ")}`,
      );
    },
  },
  {
    name: "boot-after-build",
    holds: "the machine booted after its kernel was built",
    find: ({ persona: { machine } }) => {
      const builtMs = builtAt(machine.kernelVersion);
      return unless(
        !(builtMs > machine.bootWallMs),
        ["machine", "kernelVersion"],
        `was built after the last boot: ${machine.kernelVersion}`,
      );
    },
  },
  {
    name: "boot-after-installation",
    holds: "the machine booted after it was installed",
    find: ({ persona: { machine } }) =>
      unless(machine.bootWallMs >= machine.installedWallMs, ["machine", "bootWallMs"], "is before the installation"),
  },
  {
    name: "installation-after-release",
    holds: "the system was installed after its release came out",
    find: ({ persona: { machine } }) => {
      const released = Object.entries(releaseDays).find(([name]) =>
        `${machine.distribution} ${machine.distributionVersion}`.startsWith(name),
      )?.[1];
      return unless(
        released === undefined || machine.installedWallMs >= Date.parse(released),
        ["life", "installed", "after"],
        `is before ${machine.distribution} ${machine.distributionVersion} came out (${released})`,
      );
    },
  },
  {
    name: "os-release",
    holds: "/etc/os-release names the distribution and its version",
    find: ({ persona: { machine }, text }) => {
      const release = text("/etc/os-release");
      if (release === undefined) return [];
      const id = /^ID="?([^"\n]*)/m.exec(release)?.[1] ?? "";
      const version = /^VERSION_ID="?([^"\n]*)/m.exec(release)?.[1] ?? "";
      const path = ["tree", "files", "/etc/os-release"];
      return [
        ...unless(id === machine.distribution, path, `says ID=${id} where the machine is ${machine.distribution}`),
        ...unless(
          machine.distributionVersion === version || machine.distributionVersion.startsWith(`${version}.`),
          path,
          `says VERSION_ID=${version} where the machine is ${machine.distributionVersion}`,
        ),
      ];
    },
  },
  {
    name: "distribution-file",
    holds: "/etc/debian_version, /etc/redhat-release and /etc/openwrt_release tell the machine's version",
    find: ({ persona: { machine }, text }) =>
      ["/etc/debian_version", "/etc/redhat-release", "/etc/openwrt_release"].flatMap((path) => {
        const told = machine.distribution === "ubuntu" ? undefined : text(path);
        return unless(
          told?.includes(machine.distributionVersion) ?? true,
          ["tree", "files", path],
          `does not tell version ${machine.distributionVersion}`,
        );
      }),
  },
  {
    name: "cpuinfo",
    holds: "/proc/cpuinfo tells as many processors as the machine has, of its model",
    find: ({ persona: { machine }, text }) => {
      const cpuinfo = text("/proc/cpuinfo");
      if (cpuinfo === undefined) return [];
      const count = cpuinfo.match(/^processor\s*:/gm)?.length ?? 0;
      return [
        ...unless(count === machine.cpus, ["machine", "cpus"], `is ${machine.cpus} where /proc/cpuinfo has ${count}`),
        ...unless(cpuinfo.includes(machine.cpuModel), ["machine", "cpuModel"], `is not in /proc/cpuinfo: ${machine.cpuModel}`),
      ];
    },
  },
];

/** When a kernel was built, from the end of uname -v; NaN when it does not tell. */
function builtAt(kernelVersion: string): number {
  const debian = /\((\d{4}-\d{2}-\d{2})\)$/.exec(kernelVersion)?.[1];
  if (debian !== undefined) return Date.parse(debian);
  const plain = /[A-Z][a-z]{2} ([A-Z][a-z]{2}) +(\d+) (\d\d:\d\d:\d\d) \S+ (\d{4})$/.exec(kernelVersion);
  return plain === null ? Number.NaN : Date.parse(`${plain[2]} ${plain[1]} ${plain[4]} ${plain[3]} UTC`);
}
