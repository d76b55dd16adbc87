import type { Machine } from "../../decoy/persona.ts";
import { type Rule, unless } from "./rule.ts";

/** What is mounted, against /etc/fstab and the tree. */
interface FstabLine {
  readonly device: string;
  readonly mount: string;
  readonly type: string;
  readonly options: string;
}

export const storageRules: readonly Rule[] = [
  {
    name: "root-mount",
    holds: "a file system is mounted at /",
    find: ({ persona: { machine } }) =>
      unless(
        machine.disks.some(({ mount }) => mount === "/"),
        ["machine", "disks"],
        "have nothing at /",
      ),
  },
  {
    name: "disk-size",
    holds: "no file system holds more than fits",
    find: ({ persona: { machine } }) =>
      machine.disks.flatMap(({ mount, usedKib, sizeKib }, index) =>
        unless(usedKib <= sizeKib, ["machine", "disks", index, "usedKib"], `is more than fits at ${mount}`),
      ),
  },
  {
    name: "mount-point",
    holds: "each mount point outside /proc, /sys, /dev and /run is a directory in the tree",
    find: ({ persona: { machine }, tree }) =>
      machine.disks.flatMap(({ mount }, index) =>
        unless(
          mount === "/" || /^\/(?:proc|sys|dev|run)\b/.test(mount) || tree.isDirectory(mount),
          ["machine", "disks", index, "mount"],
          `is no directory in the tree: ${mount}`,
        ),
      ),
  },
  {
    name: "fstab-mounts",
    holds: "what /etc/fstab mounts is mounted, with that type",
    find: ({ persona: { machine }, text }) =>
      fstab(text("/etc/fstab"))
        .filter(({ type, options }) => type !== "swap" && !options.split(",").includes("noauto"))
        .flatMap(({ mount, type }) =>
          unless(
            machine.disks.some((disk) => disk.mount === mount && (type === "auto" || disk.type === type)),
            ["tree", "files", "/etc/fstab"],
            `mounts ${type} at ${mount}, which machine.disks do not have`,
          ),
        ),
  },
  {
    name: "fstab-device",
    holds: "the same device is named in /etc/fstab and mounted",
    find: ({ persona: { machine }, text }) =>
      fstab(text("/etc/fstab"))
        .filter(({ device, type }) => device.startsWith("/dev/") && type !== "swap" && type !== "auto")
        .flatMap(({ device, mount }) =>
          unless(
            machine.disks.every((disk) => disk.mount !== mount || disk.device === device || disk.device.startsWith("/dev/mapper/")),
            ["tree", "files", "/etc/fstab"],
            `has ${device} at ${mount}, where another is mounted`,
          ),
        ),
  },
  {
    name: "swap",
    holds: "there is swap space when and only when /etc/fstab names some",
    find: ({ persona: { machine }, text }) => {
      const file = text("/etc/fstab");
      const named = fstab(file).some(({ type }) => type === "swap");
      return unless(
        file === undefined || named === machine.swapKib > 0,
        ["machine", "swapKib"],
        named ? "is 0 though /etc/fstab names swap" : "is not in /etc/fstab",
      );
    },
  },
  {
    name: "overlay",
    holds: "an overlay's upper file system is mounted too",
    find: ({ persona: { machine } }) =>
      machine.disks.flatMap((disk, index) =>
        unless(
          upperIsMounted(disk, machine.disks),
          ["machine", "disks", index, "options"],
          "names an upper directory where nothing is mounted",
        ),
      ),
  },
];

function fstab(text = ""): readonly FstabLine[] {
  return text
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .flatMap(([device = "", mount = "", type = "", options = ""]) =>
      device === "" || device.startsWith("#") ? [] : [{ device, mount, type, options }],
    );
}

function upperIsMounted({ type, options }: Machine["disks"][number], disks: Machine["disks"]): boolean {
  const upper = /upperdir=(\/[^/,]+)/.exec(options)?.[1];
  return type !== "overlay" || upper === undefined || disks.some(({ mount }) => mount === upper);
}
