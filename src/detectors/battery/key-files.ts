/** What the transcript of a host without Node holds beside the answers: texts, names in folders, and what is there at all. */

/** Read whole, at most 64 KiB of each. */
export const keyFiles: readonly string[] = [
  ...["cpuinfo", "meminfo", "version", "mounts", "uptime", "loadavg", "stat", "modules", "filesystems", "devices", "interrupts", "ioports"],
  ...["iomem", "cmdline", "cgroups", "partitions", "swaps", "misc", "bus/pci/devices", "bus/input/devices", "scsi/scsi", "net/dev"],
  ...["net/route", "net/arp", "net/tcp", "net/udp", "net/packet", "self/status", "self/mountinfo", "1/cgroup", "1/environ"],
  ...["1/mountinfo", "sys/kernel/osrelease", "sys/kernel/hostname", "sys/kernel/tainted", "sys/kernel/yama/ptrace_scope"],
  ...["sys/kernel/random/boot_id", "sys/net/netfilter/nf_conntrack_max", "sys/kernel/ostype", "sys/kernel/version"],
].map((name) => `/proc/${name}`);

export const keyConfigurations: readonly string[] = [
  ...[
    "passwd",
    "shadow",
    "group",
    "hosts",
    "hostname",
    "resolv.conf",
    "os-release",
    "debian_version",
    "redhat-release",
    "issue",
    "issue.net",
  ],
  ...["motd", "ld.so.preload", "shells", "profile", "bash.bashrc", "bashrc", "machine-id", "fstab", "snoopy.ini", "hosts.equiv", "exports"],
  ...["ssh/sshd_config", "sudoers", "pam.d/sshd", "pam.d/login", "pam.d/common-session", "pam.d/system-auth", "pam.d/password-auth"],
].map((name) => `/etc/${name}`);

export const keyHardware: readonly string[] = [
  ...["sys_vendor", "product_name", "product_version", "bios_vendor", "bios_version", "bios_date", "board_vendor", "board_name"],
  ...["chassis_vendor", "chassis_asset_tag", "chassis_type", "product_serial", "product_uuid", "modalias"],
]
  .map((name) => `/sys/class/dmi/id/${name}`)
  .concat("/sys/hypervisor/type", "/sys/hypervisor/uuid", "/sys/devices/system/clocksource/clocksource0/current_clocksource");

/** Listed: their names. */
export const keyFolders: readonly string[] = [
  ...["/", "/home", "/root", "/opt", "/srv", "/tmp", "/var/tmp", "/var/log", "/etc/profile.d", "/etc/cron.d", "/dev", "/boot"],
  ...["/sys/class/net", "/sys/block", "/sys/module", "/sys/fs/bpf", "/usr/share/man/man1", "/var/lib/dpkg/info", "/proc/xen", "/proc/vz"],
];

/** Every interface's own files and every process's, found by the script itself. */
export const keyPatterns: readonly string[] = [
  "/sys/class/net/*/address",
  "/sys/class/net/*/flags",
  "/sys/block/*/device/model",
  "/sys/block/*/device/vendor",
  "/home/*/.bash_history",
  "/etc/profile.d/*.sh",
];
export const processFiles: readonly string[] = ["stat", "status", "cmdline"];

/** Only whether they are there. */
export const keyPaths: readonly string[] = ["/.dockerenv", "/run/.containerenv", "/.dockerinit", "/run/systemd/container"];
