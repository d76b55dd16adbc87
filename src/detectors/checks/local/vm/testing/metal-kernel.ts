import type { Contents } from "../../../../views/memory-files.ts";
import { processFiles } from "../../processes.ts";

/** What the kernel of Debian 12 shows on that machine: 64 processors, 192 GiB, a RAID controller, four network cards. */
const CPUS = 64;
const flags =
  "fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush dts acpi mmx fxsr sse sse2 ss ht tm pbe syscall nx pdpe1gb rdtscp lm constant_tsc art arch_perfmon pebs bts rep_good nopl xtopology nonstop_tsc cpuid aperfmperf pni pclmulqdq dtes64 monitor ds_cpl vmx smx est tm2 ssse3 sdbg fma cx16 xtpr pdcm pcid dca sse4_1 sse4_2 x2apic movbe popcnt tsc_deadline_timer aes xsave avx f16c rdrand lahf_lm abm 3dnowprefetch cpuid_fault epb cat_l3 cdp_l3 pti intel_ppin ssbd mba ibrs ibpb stibp tpr_shadow flexpriority ept vpid ept_ad fsgsbase tsc_adjust bmi1 hle avx2 smep bmi2 erms invpcid rtm cqm mpx rdt_a avx512f avx512dq rdseed adx smap clflushopt clwb intel_pt avx512cd avx512bw avx512vl xsaveopt xsavec xgetbv1 xsaves cqm_llc cqm_occup_llc cqm_mbm_total cqm_mbm_local dtherm ida arat pln pts pku ospke md_clear flush_l1d arch_capabilities";

const cpuinfo = Array.from({ length: CPUS }, (_, cpu) =>
  [
    `processor\t: ${cpu}`,
    "vendor_id\t: GenuineIntel",
    "cpu family\t: 6",
    "model\t\t: 85",
    "model name\t: Intel(R) Xeon(R) Gold 6130 CPU @ 2.10GHz",
    "stepping\t: 4",
    "microcode\t: 0x2007006",
    "cpu MHz\t\t: 2800.000",
    "cache size\t: 22528 KB",
    `physical id\t: ${cpu % 2}`,
    "siblings\t: 32",
    `core id\t\t: ${(cpu >> 1) % 16}`,
    "cpu cores\t: 16",
    `flags\t\t: ${flags}`,
    "bogomips\t: 4200.00",
    "address sizes\t: 46 bits physical, 48 bits virtual",
    "",
    "",
  ].join("\n"),
).join("");

const stat = [
  "cpu  9173321 20113 2811020 1193011220 40112 0 70233 0 0 0",
  ...Array.from({ length: CPUS }, (_, cpu) => `cpu${cpu} 143333 314 43922 18640800 626 0 1097 0 0 0`),
  "intr 3312881022 0 9 0",
  "ctxt 6112007123",
  "btime 1697600000",
  "processes 3112007",
  "procs_running 2",
  "procs_blocked 0",
  "",
].join("\n");

const pci: readonly (readonly [address: string, ids: string, kind: string, driver: string])[] = [
  ["0000:00:00.0", "8086:2020", "060000", ""],
  ["0000:00:04.0", "8086:2021", "088000", "ioatdma"],
  ["0000:00:05.0", "8086:2024", "088000", ""],
  ["0000:00:11.5", "8086:a1d2", "010601", "ahci"],
  ["0000:00:14.0", "8086:a1af", "0c0330", "xhci_hcd"],
  ["0000:00:16.0", "8086:a1ba", "078000", "mei_me"],
  ["0000:00:17.0", "8086:a182", "010601", "ahci"],
  ["0000:00:1c.0", "8086:a190", "060400", "pcieport"],
  ["0000:00:1f.0", "8086:a1c1", "060100", ""],
  ["0000:00:1f.4", "8086:a1a3", "0c0500", "i801_smbus"],
  ["0000:01:00.0", "14e4:165f", "020000", "tg3"],
  ["0000:01:00.1", "14e4:165f", "020000", "tg3"],
  ["0000:02:00.0", "14e4:165f", "020000", "tg3"],
  ["0000:02:00.1", "14e4:165f", "020000", "tg3"],
  ["0000:03:00.0", "102b:0536", "030000", "mgag200"],
  ["0000:18:00.0", "1000:005d", "010400", "megaraid_sas"],
];

const resources = "\t               0".repeat(14);
const pciFiles: Contents = {
  ...Object.fromEntries(
    pci.flatMap(([address, ids, kind]) => {
      const [vendor, device] = ids.split(":");
      const at = `/sys/bus/pci/devices/${address}`;
      return [
        [`${at}/vendor`, `0x${vendor}\n`],
        [`${at}/device`, `0x${device}\n`],
        [`${at}/subsystem_vendor`, "0x1028\n"],
        [`${at}/subsystem_device`, "0x0716\n"],
        [`${at}/class`, `0x${kind}\n`],
      ];
    }),
  ),
  "/proc/bus/pci/devices": pci
    .map(([address, ids, , driver]) => {
      const [bus = 0, slot = 0, part = 0] = address
        .slice(5)
        .split(/[:.]/)
        .map((one) => Number.parseInt(one, 16));
      const place = ((bus << 8) | (slot << 3) | part).toString(16).padStart(4, "0");
      return `${place}\t${ids.replace(":", "")}\t0${resources}\t${driver}\n`;
    })
    .join(""),
};

const card = (name: string, at: string, index: number): Contents => ({
  [`/sys/class/net/${name}/address`]: `4c:d9:8f:6a:2b:1${index - 2}\n`,
  [`/sys/class/net/${name}/ifindex`]: `${index}\n`,
  [`/sys/class/net/${name}/iflink`]: `${index}\n`,
  [`/sys/class/net/${name}/operstate`]: "up\n",
  [`/sys/class/net/${name}/flags`]: "0x1003\n",
  [`/sys/class/net/${name}/device/uevent`]: `DRIVER=tg3\nPCI_CLASS=20000\nPCI_ID=14E4:165F\nPCI_SUBSYS_ID=1028:0716\nPCI_SLOT_NAME=${at}\n`,
  [`/sys/class/net/${name}/device/vendor`]: "0x14e4\n",
});

const network: Contents = {
  ...card("eno1", "0000:01:00.0", 2),
  ...card("eno2", "0000:01:00.1", 3),
  // A bridge for guests that this host runs itself: no card.
  "/sys/class/net/virbr0/address": "52:54:00:7a:01:c3\n",
  "/sys/class/net/lo/address": "00:00:00:00:00:00\n",
  "/proc/net/arp":
    "IP address       HW type     Flags       HW address            Mask     Device\n198.51.100.1     0x1         0x2         00:1b:17:00:01:30     *        eno1\n",
  "/proc/net/route":
    "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\neno1\t00000000\t016433C6\t0003\t0\t0\t0\t00000000\t0\t0\t0\neno1\t006433C6\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n",
};

const disks: Contents = {
  "/sys/block/sda/device/vendor": "DELL    \n",
  "/sys/block/sda/device/model": "PERC H730P Mini \n",
  "/sys/block/sda/device/rev": "4.30\n",
  "/sys/block/sda/device/wwid": "naa.6d0946606d5f8e00241d1e7f0f6c4f7a\n",
  "/sys/block/sda/size": "3749642240\n",
  "/sys/block/sda/queue/rotational": "0\n",
  "/sys/block/loop0/size": "0\n",
  "/proc/scsi/scsi":
    "Attached devices:\nHost: scsi0 Channel: 02 Id: 00 Lun: 00\n  Vendor: DELL     Model: PERC H730P Mini  Rev: 4.30\n  Type:   Direct-Access                    ANSI  SCSI revision: 05\n",
  "/dev/disk/by-id/scsi-36d0946606d5f8e00241d1e7f0f6c4f7a": { link: "../../sda" },
  "/dev/disk/by-id/wwn-0x6d0946606d5f8e00241d1e7f0f6c4f7a": { link: "../../sda" },
  "/run/udev/data/b8:0": "S:disk/by-path/pci-0000:18:00.0-scsi-0:2:0:0\nE:ID_VENDOR=DELL\nE:ID_MODEL=PERC_H730P_Mini\nE:ID_BUS=scsi\n",
  "/run/udev/data/+dmi:id": "E:MEMORY_ARRAY_NUM_DEVICES=24\nE:MEMORY_DEVICE_0_MANUFACTURER=00AD063200AD\n",
};

const nodes =
  "console core cpu disk dri fb0 full hpet input ipmi0 kmsg kvm loop0 mapper mei0 mem net null port ppp ptmx ptp0 ptp1 pts random rtc rtc0 sda sda1 sda2 sg0 shm snapshot stderr stdin stdout tty tty0 tty1 ttyS0 ttyS1 urandom usbmon0 vcs vcs1 vfio vga_arbiter vhost-net vhost-vsock zero";

const modules =
  "tls ipt_REJECT xt_conntrack nft_chain_nat bridge stp llc vhost_net vhost vhost_iotlb tap tun intel_rapl_msr intel_rapl_common skx_edac nfit x86_pkg_temp_thermal intel_powerclamp coretemp kvm_intel kvm irqbypass mgag200 ipmi_ssif ghash_clmulni_intel rapl dcdbas mei_me acpi_ipmi ipmi_si ipmi_devintf ipmi_msghandler acpi_power_meter dm_mod ext4 crc16 mbcache jbd2 sd_mod ses enclosure ahci libahci tg3 megaraid_sas libata scsi_mod usbcore wmi vmw_vsock_virtio_transport_common vsock vhost_vsock";

const devices: Contents = {
  ...Object.fromEntries(nodes.split(" ").map((name) => [`/dev/${name}`, { directory: true as const }])),
  "/proc/modules": modules
    .split(" ")
    .map((name, at) => `${name} ${20480 + at * 4096} 0 - Live 0x0000000000000000\n`)
    .join(""),
  "/sys/bus/usb/devices/usb1/idVendor": "1d6b\n",
  "/sys/bus/usb/devices/usb1/manufacturer": "Linux 6.1.0-13-amd64 xhci-hcd\n",
  "/sys/bus/usb/devices/1-14/idVendor": "1604\n",
  "/sys/bus/usb/devices/1-14/manufacturer": "no manufacturer\n",
  "/proc/bus/input/devices":
    'I: Bus=0019 Vendor=0000 Product=0001 Version=0000\nN: Name="Power Button"\nP: Phys=LNXPWRBN/button/input0\n\nI: Bus=0003 Vendor=0624 Product=0249 Version=0000\nN: Name="Avocent Keyboard/Mouse Function"\n\n',
  "/sys/class/drm/card0/device/uevent": "DRIVER=mgag200\nPCI_CLASS=30000\nPCI_ID=102B:0536\n",
  "/sys/class/drm/version": "drm 1.1.0 20060810\n",
  "/proc/fb": "0 mgag200drmfb\n",
  "/sys/bus/virtio/devices": { directory: true },
  "/sys/class/hwmon/hwmon0/name": "coretemp\n",
  "/sys/class/hwmon/hwmon1/name": "power_meter\n",
  "/sys/class/thermal/thermal_zone0/type": "x86_pkg_temp\n",
  "/sys/class/thermal/cooling_device0/type": "Processor\n",
  "/sys/class/power_supply": { directory: true },
  "/sys/class/ipmi/ipmi0/dev": "242:0\n",
  "/sys/hypervisor": { directory: true },
};

const processors: Contents = {
  "/proc/cpuinfo": cpuinfo,
  "/proc/stat": stat,
  "/sys/devices/system/cpu/online": "0-63\n",
  "/sys/devices/system/cpu/cpu0/cpufreq/scaling_driver": "intel_pstate\n",
  "/sys/devices/system/cpu/cpuidle/current_driver": "intel_idle\n",
  "/sys/devices/system/cpu/vulnerabilities/gather_data_sampling": "Mitigation: Microcode\n",
  "/sys/devices/system/cpu/vulnerabilities/mds": "Mitigation: Clear CPU buffers; SMT vulnerable\n",
  "/sys/devices/system/cpu/vulnerabilities/meltdown": "Mitigation: PTI\n",
  "/sys/devices/system/clocksource/clocksource0/available_clocksource": "tsc hpet acpi_pm \n",
  "/sys/devices/system/clocksource/clocksource0/current_clocksource": "tsc\n",
};

const proc: Contents = {
  "/proc/meminfo":
    "MemTotal:       197748736 kB\nMemFree:        21033412 kB\nMemAvailable:   170112000 kB\nSwapTotal:       8388604 kB\nSwapFree:        8388604 kB\n",
  "/proc/version":
    "Linux version 6.1.0-13-amd64 (debian-kernel@lists.debian.org) (gcc-12 (Debian 12.2.0-14) 12.2.0, GNU ld (GNU Binutils for Debian) 2.40) #1 SMP PREEMPT_DYNAMIC Debian 6.1.55-1 (2023-09-29)\n",
  "/proc/sys/kernel/osrelease": "6.1.0-13-amd64\n",
  "/proc/sys/kernel/hostname": "db2\n",
  "/proc/cmdline": "BOOT_IMAGE=/boot/vmlinuz-6.1.0-13-amd64 root=UUID=1f0c4a16-27c4-4a35-9d4e-6d1c9d6f1a55 ro quiet\n",
  "/proc/uptime": "2400000.11 151200000.50\n",
  "/proc/loadavg": "1.42 1.31 1.18 2/1422 3112006\n",
  "/proc/ioports":
    "0000-0cf7 : PCI Bus 0000:00\n  0000-001f : dma1\n  0020-0021 : pic1\n  0ca8-0ca8 : dmi-ipmi-si\n2000-7fff : PCI Bus 0000:18\n",
  "/proc/iomem": "00000000-00000fff : Reserved\n00001000-0009ffff : System RAM\n92000000-92ffffff : mgag200\nfed00000-fed003ff : HPET 0\n",
  "/proc/interrupts":
    "            CPU0       CPU1       \n   8:          0          1   IO-APIC    8-edge      rtc0\n 120:     911223     120011   PCI-MSI 524288-edge      eno1-tx-0\n NMI:       1120       1110   Non-maskable interrupts\n HYP:          0          0   Hypervisor callback interrupts\n",
  "/proc/1/cgroup": "0::/init.scope\n",
  "/proc/self/cgroup": "0::/user.slice/user-1000.slice/session-12.scope\n",
  "/proc/1/environ": "HOME=/\0init=/sbin/init\0TERM=linux\0",
  "/proc/self/status": "Name:\tbash\nState:\tS (sleeping)\nPid:\t4022\nPPid:\t4021\nTracerPid:\t0\nUid:\t0\t0\t0\t0\n",
  "/proc/self/uid_map": "         0          0 4294967295\n",
  "/proc/self/mountinfo":
    "22 28 0:20 / /sys rw,nosuid,nodev,noexec,relatime shared:7 - sysfs sysfs rw\n23 28 0:21 / /proc rw,nosuid,nodev,noexec,relatime shared:12 - proc proc rw\n28 1 8:2 / / rw,relatime shared:1 - ext4 /dev/sda2 rw,errors=remount-ro\n30 22 0:27 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:9 - cgroup2 cgroup2 rw\n",
  "/proc/mounts": "sysfs /sys sysfs rw 0 0\nproc /proc proc rw 0 0\n/dev/sda2 / ext4 rw,relatime,errors=remount-ro 0 0\n",
  "/sys/fs/cgroup/cgroup.procs": "1\n2\n",
  "/sys/fs/cgroup/cgroup.controllers": "cpuset cpu io memory hugetlb pids rdma misc\n",
};

const processes = processFiles([
  { pid: 1, ppid: 0, name: "systemd", arguments: ["/sbin/init"], startTicks: 3 },
  { pid: 2, ppid: 0, name: "kthreadd", startTicks: 3 },
  { pid: 3, ppid: 2, name: "rcu_gp", state: "I", startTicks: 3 },
  { pid: 15, ppid: 2, name: "ksoftirqd/0", startTicks: 4 },
  { pid: 611, ppid: 1, name: "systemd-journal", arguments: ["/lib/systemd/systemd-journald"], startTicks: 611 },
  { pid: 640, ppid: 1, name: "systemd-udevd", arguments: ["/lib/systemd/systemd-udevd"], startTicks: 640 },
  { pid: 1120, ppid: 1, name: "dbus-daemon", arguments: ["/usr/bin/dbus-daemon", "--system"], uid: 104, startTicks: 1300 },
  { pid: 1135, ppid: 1, name: "cron", arguments: ["/usr/sbin/cron", "-f"], startTicks: 1310 },
  { pid: 1180, ppid: 1, name: "sshd", arguments: ["sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups"], startTicks: 1340 },
  {
    pid: 1312,
    ppid: 1,
    name: "postgres",
    arguments: ["/usr/lib/postgresql/15/bin/postgres", "-D", "/var/lib/postgresql/15/main"],
    uid: 112,
    startTicks: 1420,
  },
  { pid: 4021, ppid: 1180, name: "sshd", arguments: ["sshd: anna@pts/0"], uid: 1000, startTicks: 239_000_000 },
  { pid: 4022, ppid: 4021, name: "bash", arguments: ["-bash"], uid: 1000, startTicks: 239_000_100 },
]);

const system: Contents = {
  "/etc/os-release": 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian GNU/Linux"\nVERSION_ID="12"\nID=debian\n',
  "/etc/debian_version": "12.2\n",
  "/etc/hostname": "db2\n",
  "/etc/hosts": "127.0.0.1\tlocalhost\n127.0.1.1\tdb2.example.org\tdb2\n",
  "/etc/passwd":
    "root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\nmessagebus:x:104:110::/nonexistent:/usr/sbin/nologin\npostgres:x:112:118:PostgreSQL administrator,,,:/var/lib/postgresql:/bin/bash\nanna:x:1000:1000:Anna Berg,,,:/home/anna:/bin/bash\n",
  "/etc/systemd/system/multi-user.target.wants/cron.service": { link: "/lib/systemd/system/cron.service" },
  "/etc/systemd/system/multi-user.target.wants/ssh.service": { link: "/lib/systemd/system/ssh.service" },
  "/opt/dell/srvadmin/bin/omreport": "",
  "/home/anna/.bash_history": "sudo apt update\nsudo apt upgrade\nless /var/log/postgresql/postgresql-15-main.log\ndf -h\n",
};

export const metalKernel: Contents = { ...processors, ...pciFiles, ...network, ...disks, ...devices, ...proc, ...processes, ...system };

export const metalLog: readonly string[] = [
  "Linux version 6.1.0-13-amd64 (debian-kernel@lists.debian.org) (gcc-12 (Debian 12.2.0-14) 12.2.0, GNU ld (GNU Binutils for Debian) 2.40) #1 SMP PREEMPT_DYNAMIC Debian 6.1.55-1 (2023-09-29)",
  "Command line: BOOT_IMAGE=/boot/vmlinuz-6.1.0-13-amd64 root=UUID=1f0c4a16-27c4-4a35-9d4e-6d1c9d6f1a55 ro quiet",
  "SMBIOS 3.2.0 present.",
  "DMI: Dell Inc. PowerEdge R640/0W23H8, BIOS 2.19.1 06/04/2023",
  "tsc: Detected 2100.000 MHz processor",
  "ACPI: RSDP 0x00000000000FE320 000024 (v02 DELL  )",
  "ACPI: DSDT 0x000000006F4EC000 3A3E6B (v02 DELL   PE_SC3   00000003 DELL 00000001)",
  "Booting paravirtualized kernel on bare hardware",
  "clocksource: tsc: mask: 0xffffffffffffffff max_cycles: 0x1e452ea631d, max_idle_ns: 440795244572 ns",
  "scsi 0:2:0:0: Direct-Access     DELL     PERC H730P Mini  4.30 PQ: 0 ANSI: 5",
  "tg3 0000:01:00.0 eth0: Tigon3 [partno(BCM95720) rev 5720000] (PCI Express) MAC address 4c:d9:8f:6a:2b:10",
  "EXT4-fs (sda2): mounted filesystem with ordered data mode. Quota mode: none.",
  "kvm: VM_EXIT_LOAD_IA32_PERF_GLOBAL_CTRL does not work properly. Using workaround",
];
