import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** Debian's package for each program that tests use beside Node itself. `.ci/run` installs them all. */
export const packages: Readonly<Record<string, string>> = {
  bash: "bash",
  bpftool: "bpftool",
  busybox: "busybox-static",
  curl: "curl",
  mysql: "mariadb-client",
  psql: "postgresql-client",
  "redis-cli": "redis-tools",
  rsync: "rsync",
  perl: "perl",
  "clang-14": "clang-14",
  "clang-format": "clang-format",
  dash: "dash",
  dbclient: "dropbear-bin",
  debootstrap: "debootstrap",
  dmesg: "util-linux",
  dropbear: "dropbear-bin",
  ethtool: "ethtool",
  expect: "expect",
  gcc: "gcc libc6-dev",
  git: "git",
  hping3: "hping3",
  hydra: "hydra",
  ip: "iproute2",
  iperf3: "iperf3",
  "libbpf.so.1": "libbpf1",
  "llvm-strip-14": "llvm-14",
  login: "login",
  make: "make libelf1",
  masscan: "masscan",
  medusa: "medusa",
  ncrack: "ncrack",
  nft: "nftables",
  nmap: "nmap",
  nsenter: "util-linux",
  paramiko: "python3-paramiko",
  ping: "iputils-ping",
  python3: "python3",
  scp: "openssh-client",
  setfacl: "acl",
  setfattr: "attr",
  sftp: "openssh-client",
  setpriv: "util-linux",
  ssh: "openssh-client",
  "ssh-keygen": "openssh-client",
  sshd: "openssh-server",
  sshpass: "sshpass",
  telnet: "inetutils-telnet",
  tcpdump: "tcpdump",
  tmux: "tmux",
  strip: "binutils",
  "systemd-analyze": "systemd",
  "systemd-socket-activate": "systemd",
  ansible: "ansible-core",
  dmidecode: "dmidecode",
  ohai: "ohai",
  "qemu-system-x86_64": "qemu-system-x86",
  "virt-what": "virt-what",
  "vmware-checkvm": "open-vm-tools",
  lscpu: "util-linux",
  "systemd-detect-virt": "systemd",
  unshare: "util-linux",
  chrt: "util-linux",
  mke2fs: "e2fsprogs",
  mmdebstrap: "mmdebstrap",
  apache2: "apache2",
  mariadbd: "mariadb-server",
  nginx: "nginx",
  openssl: "openssl",
  pg_ctlcluster: "postgresql",
  "redis-server": "redis-server",
  smbd: "samba",
  vsftpd: "vsftpd",
  zmap: "zmap",
};

/**
 * Options for a test that needs programs (`packages`) or `root`: `test("...", needs("ssh", "root"), () => ...)`.
 * Where one is missing the test is skipped with the reason and the command that would enable it.
 */
export function needs(...names: readonly string[]): { readonly skip: string | false } {
  const missing = names.filter((name) => !isHere(name));
  if (missing.length === 0) return { skip: false };
  const root = missing.includes("root") ? "run as root; " : "";
  const wanted = missing.filter((name) => name !== "root").map((name) => packages[name] ?? name);
  const install = wanted.length > 0 ? `apt-get install ${wanted.join(" ")}` : "";
  return { skip: `needs ${missing.join(", ")}: ${root}${install}`.replace(/; $/, "") };
}

function isHere(name: string): boolean {
  if (name === "root") return process.getuid?.() === 0;
  if (name === "libbpf.so.1") return ["x86_64", "aarch64"].some((cpu) => exists(`/usr/lib/${cpu}-linux-gnu/libbpf.so.1`));
  if (name === "paramiko") return exists("/usr/lib/python3/dist-packages/paramiko/__init__.py");
  return programPath(name) !== undefined;
}

/** Where a program is, looking also where only root's PATH does. */
export function programPath(name: string): string | undefined {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/sbin"];
  return folders.map((folder) => join(folder, name)).find((path) => exists(path, constants.X_OK));
}

function exists(path: string, how = constants.R_OK): boolean {
  try {
    accessSync(path, how);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error) return false;
    throw error;
  }
}
