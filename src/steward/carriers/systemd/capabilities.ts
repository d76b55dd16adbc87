/** linux/capability.h: the place of each name is its bit. */
const NAMES = [
  ...["chown", "dac_override", "dac_read_search", "fowner", "fsetid", "kill", "setgid", "setuid", "setpcap", "linux_immutable"],
  ...["net_bind_service", "net_broadcast", "net_admin", "net_raw", "ipc_lock", "ipc_owner", "sys_module", "sys_rawio", "sys_chroot"],
  ...["sys_ptrace", "sys_pacct", "sys_admin", "sys_boot", "sys_nice", "sys_resource", "sys_time", "sys_tty_config", "mknod", "lease"],
  ...["audit_write", "audit_control", "setfcap", "mac_override", "mac_admin", "syslog", "wake_alarm", "block_suspend", "audit_read"],
  ...["perfmon", "bpf", "checkpoint_restore"],
];

/** The sum of the bits of `AmbientCapabilities=` (systemd.exec(5)); undefined: by a name that is not known here, or by what is not to be in it. */
export function ambientCapabilities(values: readonly string[]): bigint | undefined {
  const words = values.slice(values.lastIndexOf("") + 1).flatMap((line) => line.split(/\s+/));
  const bits = new Set(words.map((word) => NAMES.indexOf(word.toLowerCase().replace(/^cap_/, ""))));
  if (bits.has(-1)) return undefined;
  return [...bits].reduce((sum, bit) => sum | (1n << BigInt(bit)), 0n);
}
