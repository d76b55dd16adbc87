import { type Files, lineOf, textOf } from "../../detectors/views/files.ts";
import type { Contents } from "../../detectors/views/memory-files.ts";
import { hexOf } from "../draw.ts";
import { realPath } from "../real-path.ts";
import { type EffectOf, type Effects, edits, shows, unavailable } from "./effect-of.ts";
import { pciEffects } from "./pci.ts";

/** Disks, USB devices, pointers, screens and sensors. */
interface Disk {
  /** As SCSI has them: 8, 16 and 4 characters. */
  readonly vendor: string;
  readonly model: string;
  readonly revision: string;
}

const DISKS: Readonly<Record<string, Disk>> = {
  vmware: { vendor: "VMware", model: "Virtual disk", revision: "2.0" },
  virtualbox: { vendor: "ATA", model: "VBOX HARDDISK", revision: "1.0" },
  qemu: { vendor: "ATA", model: "QEMU HARDDISK", revision: "2.5+" },
};

/** drivers/scsi/scsi_proc.c, proc_print_scsidevice: fixed columns; `Attached devices:` comes first. */
function scsi({ vendor, model, revision }: Disk): EffectOf {
  const named = `  Vendor: ${vendor.padEnd(8)} Model: ${model.padEnd(16)} Rev: ${revision.padEnd(4)}`;
  const whole = `Host: scsi0 Channel: 00 Id: 00 Lun: 00\n${named}\n  Type:   Direct-Access                    ANSI  SCSI revision: 06\n`;
  return edits("/proc/scsi/scsi", (text) => {
    const changed = text.replaceAll(/^ {2}Vendor: .*\n(?= {2}Type: {3}Direct-Access)/gm, `${named}\n`);
    return changed === text && !text.includes(named) ? `${text === "" ? "Attached devices:\n" : text}${whole}` : changed;
  });
}

/** Disks that tell a model; their folder below /sys/devices. */
function disksOf(files: Files): readonly string[] {
  const names = files.list("/sys/block");
  if (typeof names === "string") return [];
  return names
    .filter((name) => lineOf(files, `/sys/block/${name}/device/model`) !== undefined)
    .map((name) => realPath(files, `/sys/block/${name}/device`));
}

function disk({ vendor, model, revision }: Disk): EffectOf {
  return ({ view: { files } }) => {
    const folders = disksOf(files);
    if (folders.length === 0) return unavailable("no disk of this host tells its model");
    const has = (path: string) => lineOf(files, path) !== undefined;
    const entries = folders.flatMap((folder): [string, string][] => {
      const values = { vendor: vendor.padEnd(8), model: model.padEnd(16), rev: revision.padEnd(4) };
      return Object.entries(values).map(([name, value]): [string, string] => [`${folder}/${name}`, `${value}\n`]);
    });
    return { files: Object.fromEntries(entries.filter(([path]) => path.endsWith("/model") || has(path))) };
  };
}

/** systemd rules.d/60-persistent-storage.rules: bus, model and serial number; the link leads to the first disk. */
function diskLink(model: string, serial: (hex: string) => string): EffectOf {
  return ({ view: { files }, site }) => {
    const names = files.list("/sys/block");
    const first = typeof names === "string" ? undefined : names.find((name) => /^(?:sd|nvme|vd|xvd|hd)/.test(name));
    if (first === undefined) return unavailable("this host shows no disk");
    return { files: { [`/dev/disk/by-id/ata-${model}_${serial(hexOf(site, `disk/${model}`, 16))}`]: { link: `../../${first}` } } };
  };
}

interface UsbDevice {
  readonly vendor: string;
  readonly product: string;
  readonly manufacturer: string;
  readonly title: string;
}

/** drivers/usb/core/sysfs.c: a line a file. The port is one that the host does not use. */
function usb({ vendor, product, manufacturer, title }: UsbDevice): EffectOf {
  return ({ view: { files } }) => {
    const names = files.list("/sys/bus/usb/devices");
    if (typeof names === "string") return unavailable("this host has no USB");
    const at = [1, 2, 3, 4, 5, 6, 7, 8].map((port) => `9-${port}`).find((name) => !names.includes(name)) ?? "9-9";
    const values = { idVendor: vendor, idProduct: product, manufacturer, product: title, bDeviceClass: "00", speed: "12" };
    return {
      files: Object.fromEntries(Object.entries(values).map(([name, value]) => [`/sys/bus/usb/devices/${at}/${name}`, `${value}\n`])),
    };
  };
}

/** drivers/input/input.c, input_devices_seq_show: a paragraph a device. */
function pointer(ids: string, name: string, phys: string): EffectOf {
  const paragraph = [
    `I: ${ids}`,
    `N: Name="${name}"`,
    `P: Phys=${phys}`,
    "S: Sysfs=/devices/platform/i8042/serio1/input/input99",
    "U: Uniq=",
    "H: Handlers=mouse0 event9 ",
    "B: PROP=0",
    "B: EV=b",
    "B: KEY=70000 0 0 0 0",
    "B: ABS=3",
    "",
    "",
  ];
  return edits("/proc/bus/input/devices", (text) => text + paragraph.join("\n"));
}

const screen = (name: string): EffectOf => edits("/proc/fb", () => `0 ${name}\n`);

/** Everything in a folder of classes hidden, the folder itself not. */
function emptied(folder: string, which: RegExp, what: string): EffectOf {
  return ({ view: { files } }) => {
    const names = files.list(folder);
    const shown = typeof names === "string" ? [] : names.filter((name) => which.test(name));
    if (shown.length === 0) return unavailable(`this host shows ${what} in no way`);
    const entries: Contents = Object.fromEntries(shown.map((name) => [`${folder}/${name}`, { absence: "absent" }]));
    return { files: entries };
  };
}

/** The database of udev has a file a disk, named by its numbers. */
function udev(model: string, vendor: string): EffectOf {
  return ({ view: { files } }) => {
    const names = files.list("/run/udev/data");
    const path = typeof names === "string" ? undefined : names.find((name) => /^b\d+:0$/.test(name) && hasModel(files, name));
    if (path === undefined) return unavailable("the device manager remembers no disk");
    const text = textOf(files, `/run/udev/data/${path}`) ?? "";
    const changed = text
      .replace(/^E:ID_MODEL=.*$/m, `E:ID_MODEL=${model}`)
      .replace(/^E:ID_VENDOR=.*$/m, `E:ID_VENDOR=${vendor}`)
      .replace(/^E:ID_SERIAL=.*$/m, `E:ID_SERIAL=${model}`);
    return { files: { [`/run/udev/data/${path}`]: changed } };
  };
}

const hasModel = (files: Files, name: string) => /^E:ID_MODEL=/m.test(textOf(files, `/run/udev/data/${name}`) ?? "");

const FW_CFG = "/sys/firmware/qemu_fw_cfg";

function perDisk(family: "scsi" | "disk", effect: (disk: Disk) => EffectOf): Effects {
  return Object.fromEntries(Object.entries(DISKS).map(([name, one]) => [`devices.${family}.${name}`, effect(one)]));
}

export const deviceEffects: Effects = {
  ...perDisk("scsi", scsi),
  ...perDisk("disk", disk),
  ...pciEffects,
  "devices.disk-links.virtualbox": diskLink("VBOX_HARDDISK", (hex) => `VB${hex.slice(0, 8)}-${hex.slice(8)}`),
  "devices.disk-links.qemu": diskLink("QEMU_HARDDISK", () => "QM00001"),
  "devices.usb.vmware": usb({ vendor: "0e0f", product: "0003", manufacturer: "VMware", title: "VMware Virtual USB Mouse" }),
  "devices.usb.virtualbox": usb({ vendor: "80ee", product: "0021", manufacturer: "VirtualBox", title: "USB Tablet" }),
  "devices.usb.qemu": usb({ vendor: "0627", product: "0001", manufacturer: "QEMU", title: "QEMU USB Tablet" }),
  "devices.input.vmware": pointer("Bus=0011 Vendor=0002 Product=0013 Version=0006", "VirtualPS/2 VMware VMMouse", "isa0060/serio1/input1"),
  "devices.input.virtualbox": pointer("Bus=0001 Vendor=80ee Product=cafe Version=0007", "VirtualBox mouse integration", ""),
  "devices.screen.vmware": screen("vmwgfxdrmfb"),
  "devices.screen.virtualbox": screen("vboxdrmfb"),
  "devices.screen.qemu": screen("bochs-drmdrmfb"),
  "devices.no-sensors": emptied("/sys/class/hwmon", /^hwmon\d/, "temperatures"),
  "devices.no-thermal-zones": emptied("/sys/class/thermal", /^(?:thermal_zone|cooling_device)\d/, "thermal zones"),
  "devices.fw-cfg": shows({ [`${FW_CFG}/rev`]: "3\n", [`${FW_CFG}/by_key/0/name`]: "signature\n", [`${FW_CFG}/by_key/0/raw`]: "QEMU" }),
  "devices.udev.vmware": udev("Virtual_disk", "VMware"),
  "devices.udev.virtualbox": udev("VBOX_HARDDISK", "ATA"),
};
