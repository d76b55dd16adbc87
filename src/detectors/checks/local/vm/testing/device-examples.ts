import type { LocalView } from "../../../../views/local-view.ts";
import { goneBelow, withFile, withFiles, without } from "./changed-metal.ts";
import { metalBut } from "./metal.ts";

/** Views that show the checks of buses, disks, drivers and network cards. */
const FUNCTION = "/sys/bus/pci/devices/0000:04:00.0";
const pci = (vendor: string, device: string, subsystem = "0x1028") =>
  withFiles({
    [`${FUNCTION}/vendor`]: `${vendor}\n`,
    [`${FUNCTION}/device`]: `${device}\n`,
    [`${FUNCTION}/subsystem_vendor`]: `${subsystem}\n`,
  });
const resources = "\t               0".repeat(14);
const few = { ...goneBelow("/sys/bus/pci/devices"), "/sys/bus/pci/devices": { directory: true as const } };

export const busExamples: Readonly<Record<string, LocalView>> = {
  "vm.pci.vendor": pci("0x15ad", "0x0405"),
  "vm.pci.proc-vendor": withFile("/proc/bus/pci/devices", `0018\t1af41000\tb${resources}\tvirtio-pci\n`),
  "vm.pci.subsystem": pci("0x8086", "0x100e", "0x1af4"),
  "vm.pci.chipset": pci("0x8086", "0x1237"),
  "vm.pci.few-functions": withFiles(few),
  "vm.usb.vendor": withFile("/sys/bus/usb/devices/2-1/idVendor", "0627\n"),
  "vm.bus.virtio": withFile("/sys/bus/virtio/devices/virtio0", { directory: true }),
  "vm.bus.vmbus": withFile("/sys/bus/vmbus/devices/f8b3781b-1e82-4818-a1c3-63d806ec15bb", { directory: true }),
  "vm.bus.xen": withFile("/sys/bus/xen/devices", { directory: true }),
  "vm.input.devices": withFile(
    "/proc/bus/input/devices",
    'I: Bus=0011 Vendor=0002 Product=0013 Version=0006\nN: Name="VirtualPS/2 VMware VMMouse"\n',
  ),
};

export const diskExamples: Readonly<Record<string, LocalView>> = {
  "vm.disk.scsi": withFile(
    "/proc/scsi/scsi",
    "Attached devices:\nHost: scsi2 Channel: 00 Id: 00 Lun: 00\n  Vendor: VMware   Model: Virtual disk     Rev: 2.0 \n",
  ),
  "vm.disk.model": withFile("/sys/block/sda/device/model", "QEMU HARDDISK   \n"),
  "vm.disk.serial": withFile("/sys/block/sda/device/wwid", "t10.ATA     QEMU HARDDISK                           QM00001             \n"),
  "vm.disk.by-id": withFile("/dev/disk/by-id/ata-VBOX_HARDDISK_VB2f1c8e0a-9d3b7c55", { link: "../../sda" }),
  "vm.disk.names": withFile("/sys/block/vda/size", "500118192\n"),
  "vm.disk.ide": withFile("/proc/ide/hda/model", "VMware Virtual IDE Hard Drive\n"),
  "vm.disk.small": withFile("/sys/block/sda/size", "41943040\n"),
  "vm.disk.small-root": metalBut({ parts: { rootBytes: 4 * 2 ** 30 } }),
};

export const driverExamples: Readonly<Record<string, LocalView>> = {
  "vm.modules": withFile("/proc/modules", "vmw_balloon 24576 0 - Live 0x0000000000000000\next4 983040 1 - Live 0x0000000000000000\n"),
  "vm.dev.nodes": withFile("/dev/vboxguest", { directory: true }),
  "vm.dev.no-hpet": withFiles({ ...goneBelow("/dev/hpet"), ...goneBelow("/dev/rtc"), ...goneBelow("/dev/rtc0") }),
  "vm.graphics.driver": withFile("/sys/class/drm/card0/device/uevent", "DRIVER=vmwgfx\nPCI_CLASS=30000\n"),
  "vm.graphics.frame-buffer": withFile("/proc/fb", "0 bochs-drmdrmfb\n"),
  "vm.fw-cfg": withFile("/sys/firmware/qemu_fw_cfg/rev", "3\n"),
};

const card = (name: string) => withFiles({ [`/sys/class/net/${name}/device/uevent`]: "DRIVER=e1000\n" });

export const networkExamples: Readonly<Record<string, LocalView>> = {
  "vm.net.address": withFile("/sys/class/net/eno1/address", "00:0c:29:4f:1a:7e\n"),
  "vm.net.driver": withFile("/sys/class/net/eno1/device/uevent", "DRIVER=virtio_net\nMODALIAS=virtio:d00000001v00001AF4\n"),
  "vm.net.name": card("ens33"),
  "vm.net.router": withFile("/proc/net/arp", "10.0.2.2         0x1         0x2         52:55:0a:00:02:02     *        eth0\n"),
  "vm.net.user-network": withFile(
    "/proc/net/route",
    "Iface\tDestination\tGateway\neth0\t00000000\t0202000A\t0003\t0\t0\t0\t00000000\t0\t0\t0\n",
  ),
  "vm.forged.card-maker": withFile("/sys/class/net/eno1/address", "08:00:27:11:22:33\n"),
};

export const shapeExamples: Readonly<Record<string, LocalView>> = {
  "vm.shape.one-processor": withFile("/proc/cpuinfo", "processor\t: 0\nphysical id\t: 0\n"),
  "vm.shape.odd-processors": withFile("/proc/cpuinfo", [0, 1, 2].map((cpu) => `processor\t: ${cpu}\nphysical id\t: 0\n`).join("\n")),
  "vm.shape.sockets": withFile("/proc/cpuinfo", [0, 1, 2, 3].map((cpu) => `processor\t: ${cpu}\nphysical id\t: ${cpu}\n`).join("\n")),
  "vm.shape.small-memory": withFile("/proc/meminfo", "MemTotal:         495872 kB\n"),
  "vm.shape.no-sensors": without("/sys/class/hwmon"),
  "vm.shape.no-thermal-zones": without("/sys/class/thermal"),
  "vm.shape.no-battery": withFile("/sys/devices/virtual/dmi/id/chassis_type", "10\n"),
  "vm.shape.no-sound": withFile("/sys/devices/virtual/dmi/id/chassis_type", "3\n"),
  "vm.shape.no-frequency-scaling": without("/sys/devices/system/cpu/cpu0/cpufreq"),
  "vm.shape.no-idle-states": withFile("/sys/devices/system/cpu/cpuidle/current_driver", "haltpoll\n"),
  "vm.shape.no-management": withFiles({ ...goneBelow("/sys/class/ipmi"), ...goneBelow("/dev/ipmi0"), ...goneBelow("/dev/mei0") }),
  "vm.forged.processor-count": withFile("/proc/stat", "cpu  1 2 3 4 5 6 7 0 0 0\ncpu0 1 2 3 4 5 6 7 0 0 0\ncpu1 1 2 3 4 5 6 7 0 0 0\n"),
};
