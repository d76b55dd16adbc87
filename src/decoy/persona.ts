import { choice, integer, list, type Of, object, optional, record, text } from "../shape/shape.ts";

/**
 * Whom a host pretends to be, as decoys see it: every value is settled (drawn once for the site, and kept), so that all decoys on
 * one host, and later the disguise, tell the same story. Profiles and the drawing live in `persona/` and `profiles/`; no decoy has a constant of its own.
 */

const networkInterface = object("A network interface", {
  name: text("As the kernel names it"),
  mac: text("Hardware address, lower case", { pattern: /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/, allowed: "six hexadecimal bytes with colons" }),
  address: text("IPv4 address"),
  prefix: integer("Length of the network prefix, bits", 0, 32),
  address6: optional(text("IPv6 link-local address")),
  mtu: integer("Largest packet, bytes", 68, 65_536),
});

const disk = object("A mounted file system", {
  device: text("Device, such as /dev/sda1"),
  mount: text("Mount point"),
  type: text("File system type"),
  options: text("Mount options, as in /proc/mounts"),
  sizeKib: integer("Size in KiB", 0, 2 ** 45),
  usedKib: integer("Used KiB", 0, 2 ** 45),
});

const processEntry = object("A process that runs since boot", {
  pid: integer("Process id", 1, 4_194_304),
  parent: integer("Parent's process id", 0, 4_194_304),
  user: text("Owner"),
  command: text("Command line; in brackets for a kernel thread"),
  rssKib: integer("Resident memory, KiB", 0, 2 ** 40),
  virtualKib: integer("Virtual memory, KiB", 0, 2 ** 40),
  cpuSeconds: integer("Processor time used, seconds", 0, 2 ** 40),
  startedSeconds: integer("Seconds after boot at which it started", 0, 2 ** 31),
  terminal: optional(text("Controlling terminal, such as tty1")),
  state: optional(text("State letters, as ps shows them")),
});

export const machineShape = object("The machine and its system", {
  hostname: text("Host name, without domain"),
  domain: text("DNS domain, may be empty"),
  distribution: choice("Which system", ["debian", "ubuntu", "rocky", "openwrt", "dlink", "other"]),
  distributionVersion: text("Its version, such as 12.11"),
  kernelRelease: text("uname -r"),
  kernelVersion: text("uname -v"),
  architecture: text("uname -m, such as x86_64 or mips"),
  operatingSystem: text("uname -o, such as GNU/Linux"),
  procVersion: text("/proc/version, one line"),
  endian: choice("Byte order", ["little", "big"]),
  elfMachine: integer("e_machine of its programs (ELF)", 0, 65_535),
  bits: choice("Word size", ["32", "64"]),
  cpuModel: text("Processor's name"),
  cpuVendor: text("Processor's vendor string"),
  cpus: integer("Processors", 1, 1024),
  cpuMhz: integer("Clock in MHz", 1, 10_000),
  memoryKib: integer("MemTotal, KiB", 1024, 2 ** 40),
  memoryUsedKib: integer("Memory used by programs, KiB", 512, 2 ** 40),
  memoryCacheKib: integer("Buffers and page cache, KiB", 0, 2 ** 40),
  swapKib: integer("SwapTotal, KiB", 0, 2 ** 40),
  bootWallMs: integer("When it booted, Unix time in milliseconds", 0, 2 ** 52),
  installedWallMs: integer("When the system was installed, Unix time in milliseconds", 0, 2 ** 52),
  timezone: text("Zone abbreviation and offset of /etc/localtime, such as UTC+0"),
  locale: text("LANG of a login, may be empty"),
  shell: choice("Which shell a login gets", ["bash", "ash"]),
  machineId: text("/etc/machine-id"),
  interfaces: list("Network interfaces, lo first", networkInterface),
  gateway: text("Default gateway"),
  nameservers: list("DNS servers", text("Address")),
  disks: list("Mounted file systems, in /proc/mounts order", disk),
  processes: list("Processes since boot, by pid", processEntry),
  boot: text("Boot identifier, /proc/sys/kernel/random/boot_id"),
  versions: record("What programs say of their version, by program: one line as ssh -V, busybox or bash --version print first", text("Version line")),
  busyboxApplets: list("Applets in its busybox, sorted; empty: it has none", text("Applet")),
});

export const userShape = object("An account in /etc/passwd", {
  name: text("Login name"),
  uid: integer("User id", 0, 2 ** 32),
  gid: integer("Group id", 0, 2 ** 32),
  gecos: text("Full name field"),
  home: text("Home directory"),
  shell: text("Login shell"),
});

export type Machine = Of<typeof machineShape>;
export type User = Of<typeof userShape>;

export interface Persona {
  /** The profile's name, such as debian-12. */
  readonly name: string;
  readonly machine: Machine;
  readonly users: readonly User[];
  /** The groups of /etc/group, in order. */
  readonly groups: readonly { readonly name: string; readonly gid: number; readonly members: readonly string[] }[];
  /** Each decoy's own part, by the decoy's name, checked against that decoy's `persona` shape. */
  readonly services: Readonly<Record<string, unknown>>;
  readonly tree: Tree;
  /** 32 bytes in hexadecimal, this site's own: what is derived from it is the same at each visit and differs between sites. */
  readonly seed: string;
  /** Names of the commands that this system has beyond the shell's builtins, with their paths. */
  readonly commands: Readonly<Record<string, string>>;
}

/** The files of the persona's system before any visitor touched them. */
export interface Tree {
  /** One line an entry, sorted by path: `path TAB type TAB mode(octal) TAB uid TAB gid TAB size TAB mtime(Unix s) [TAB link target]`; type f d l c b p s. A character or block device has `major,minor` as size. */
  readonly manifest: string;
  /** Contents by absolute path, one UTF-8 text each; a regular file without an entry has content made from the seed to its size and kind (ELF for programs). */
  readonly files: Readonly<Record<string, string>>;
}

export const groupsShape = list("Groups", object("A group in /etc/group", { name: text("Name"), gid: integer("Group id", 0, 2 ** 32), members: list("Members", text("Login name")) }));
export const commandsShape = record("Commands and their paths", text("Absolute path"));
