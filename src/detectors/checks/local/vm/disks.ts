import { type Check, clean, type Judgement, shown, unknown } from "../../../check.ts";
import { type Files, textOf } from "../../../views/files.ts";
import type { LocalView } from "../../../views/local-view.ts";
import { family, judgeTexts, type Mark, namesIn, numberIn } from "./families.ts";
import { diskMarks } from "./vendors.ts";

/** Disks and drives: their names, makers, serial numbers and sizes. */
const { judged, texts, names } = family("disks");
const BLOCK = "/sys/block";

const serialMarks: readonly Mark[] = [
  [/QM\d{5}\b|drive-(?:scsi|ide|virtio)\d/, "QEMU"],
  [/\bVB[0-9a-f]{8}-[0-9a-f]{8}/, "VirtualBox"],
  [/^vol-?[0-9a-f]{17}/m, "Amazon"],
  [/^0{20}$|^VMWare NVME/im, "VMware"],
  [/^naa\.6000c29[0-9a-f]/m, "VMware"],
  [/^naa\.60022480/m, "Hyper-V"],
];

/** Files of every disk, one of them after the other. */
function judgeDisks(files: Files, below: readonly string[], marks: readonly Mark[]): Judgement {
  const disks = files.list(BLOCK);
  if (disks === "absent") return clean(`no ${BLOCK}`);
  if (typeof disks === "string") return unknown(`${BLOCK}: ${disks}`);
  const paths = disks.slice(0, 64).flatMap((disk) => below.map((name) => `${BLOCK}/${disk}/${name}`));
  return paths.length === 0 ? clean("no disks") : judgeTexts(files, paths, marks);
}

/** Bytes of the largest disk. */
function largestDisk(files: Files): number | undefined {
  const disks = namesIn(files, BLOCK).filter((name) => /^(?:sd|hd|vd|xvd|nvme|mmcblk)/.test(name));
  const sectors = disks.slice(0, 256).map((disk) => numberIn(textOf(files, `${BLOCK}/${disk}/size`), /^(\d{1,15})\s*$/) ?? 0);
  const largest = Math.max(0, ...sectors);
  return largest === 0 ? undefined : largest * 512;
}

const GIB = 2 ** 30;

export const diskChecks: readonly Check<LocalView>[] = [
  texts(
    {
      id: "vm.disk.scsi",
      looksAt: "/proc/scsi/scsi",
      reason: "The kernel's old list of SCSI devices names a virtual disk.",
      ratio: 1.4,
      source: "Metasploit, post/linux/gather/checkvm",
    },
    ["/proc/scsi/scsi"],
    [[/Vendor: (?:VMware|VBOX|QEMU|Msft|Google)\b[^\n]*/i, "a hypervisor"], ...diskMarks],
  ),
  judged(
    {
      id: "vm.disk.model",
      looksAt: `${BLOCK}/*/device/model and vendor`,
      reason: "A disk's model is that of a hypervisor.",
      ratio: 1.4,
      source: "lsblk; Linux, drivers/scsi",
    },
    ({ files }) => judgeDisks(files, ["device/model", "device/vendor"], diskMarks),
  ),
  judged(
    {
      id: "vm.disk.serial",
      looksAt: `${BLOCK}/*/serial, device/serial and device/wwid`,
      reason: "A disk's serial number is of the kind that a hypervisor makes up.",
      ratio: 1.4,
      source: "QEMU hw/ide; VirtualBox; Amazon EBS documentation",
    },
    ({ files }) => judgeDisks(files, ["serial", "device/serial", "device/wwid", "wwid"], serialMarks),
  ),
  names(
    {
      id: "vm.disk.by-id",
      looksAt: "/dev/disk/by-id",
      reason: "Links to the disks carry the name of a hypervisor.",
      ratio: 1.4,
      source: "systemd, rules.d/60-persistent-storage.rules",
    },
    "/dev/disk/by-id",
    [
      [/^[a-z]+-(?:0?QEMU|VBOX|VMware|VMWARE|0Google|Msft)[^\n]*/, "a hypervisor"],
      [/^google-|^virtio-|Amazon_Elastic_Block_Store/, "a cloud or virtio"],
    ],
  ),
  names(
    {
      id: "vm.disk.names",
      looksAt: BLOCK,
      reason: "Disks have the names of paravirtual drivers.",
      ratio: 1.4,
      source: "Linux, drivers/block/virtio_blk.c and xen-blkfront.c",
    },
    BLOCK,
    [
      [/^vd[a-z]{1,2}$/, "virtio"],
      [/^xvd[a-z]{1,2}$/, "Xen"],
    ],
  ),
  texts(
    {
      id: "vm.disk.ide",
      looksAt: "/proc/ide/hd*/model",
      reason: "The old IDE driver names a virtual drive.",
      ratio: 1.4,
      source: "Metasploit, post/linux/gather/checkvm",
    },
    ["hda", "hdb", "hdc", "hdd"].map((drive) => `/proc/ide/${drive}/model`),
    [[/VMware[^\n]*|VBOX[^\n]*|QEMU[^\n]*|Virtual (?:HD|CD)[^\n]*/, "a hypervisor"]],
  ),
  judged(
    {
      id: "vm.disk.small",
      looksAt: `${BLOCK}/*/size`,
      reason: "The largest disk is smaller than any that is sold.",
      ratio: 1.2,
      source: "pafish, disk of 60 GB and less",
    },
    ({ files }) => {
      const largest = largestDisk(files);
      if (largest === undefined) return unknown("no disk's size is known");
      const size = `${Math.round(largest / GIB)} GiB`;
      return largest <= 60 * GIB ? shown(size) : clean(size);
    },
  ),
  judged(
    {
      id: "vm.disk.small-root",
      looksAt: "size of the file system that / is",
      reason: "The root file system would not hold what a used machine collects.",
      ratio: 1.2,
      source: "pafish, total size of the disk; threshold ours",
    },
    ({ rootBytes }) => {
      if (rootBytes === undefined) return unknown("its size is not known");
      const size = `${(rootBytes / GIB).toFixed(1)} GiB`;
      return rootBytes < 8 * GIB ? shown(size) : clean(size);
    },
  ),
];
