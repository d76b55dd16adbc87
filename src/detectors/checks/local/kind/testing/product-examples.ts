import type { Example } from "../../../../check.ts";
import { localView } from "../../../../views/build-view.ts";
import type { LocalView } from "../../../../views/local-view.ts";
import { productChecks } from "../product-checks.ts";
import { ordinaryAnswers } from "./ordinary-answers.ts";

const debian = {
  system: "Linux",
  node: "web1",
  release: "6.1.0-40-amd64",
  version: "#1 SMP PREEMPT_DYNAMIC Debian 6.1.153-1 (2025-09-20)",
  machine: "x86_64",
};

/** An ordinary server, as far as the products' checks look at it. */
const ordinary: LocalView = localView({
  uname: debian,
  environment: { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" },
  kernelLog: ["Linux version 6.1.0-40-amd64 (debian-kernel@lists.debian.org)"],
  commands: Object.fromEntries(Object.entries(ordinaryAnswers).map(([id, output]) => [id, { status: 0, output }])),
  files: {
    "/etc/passwd": "root:x:0:0:root:/root:/bin/bash\nanna:x:1000:1000:Anna:/home/anna:/bin/bash\n",
    "/etc/shadow": "root:$y$j9T$abc$def:19000:0:99999:7:::\n",
    "/etc/hosts": "127.0.0.1 localhost\n127.0.1.1 web1\n",
    "/proc/cpuinfo": "processor\t: 0\nmodel name\t: Intel(R) Xeon(R) CPU\n",
    "/proc/meminfo": "MemTotal:        4021024 kB\nMemFree:         2711732 kB\n",
    "/proc/mounts": "/dev/sda1 / ext4 rw,relatime 0 0\n",
    "/proc/uptime": "1000000.00 1900000.00\n",
    "/proc/1/stat": "1 (systemd) S 0 1 1 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 3 1 1\n",
    "/proc/1/cmdline": "/sbin/init\0",
  },
});

const withFile = (path: string, text: string): LocalView => localView({ files: { [path]: text } });
const withAnswer = (id: string, output: string): LocalView => localView({ commands: { [id]: { status: 0, output } } });
const withKernel = (release: string, version: string): LocalView => localView({ uname: { ...debian, release, version } });

const JUNE = Array.from(
  { length: 24 },
  (_, at) => `root      ${1000 + at}  0.0  0.0      0     0 ?        S    Jun22   0:00 [kworker/${at}]`,
).join("\n");

const shown: Readonly<Record<string, LocalView>> = {
  "cowrie-user": withFile("/etc/passwd", "root:x:0:0:root:/root:/bin/bash\nphil:x:1000:1000:Phil California,,,:/home/phil:/bin/bash\n"),
  "standard-host-name": withFile("/etc/hosts", "127.0.0.1\tlocalhost\n127.0.1.1\tnas3\n"),
  "cowrie-2-kernel": withKernel("3.2.0-4-amd64", "#1 SMP Debian 3.2.68-1+deb7u1"),
  "cowrie-3-kernel": withKernel("6.1.0-21-amd64", "#1 SMP PREEMPT_DYNAMIC Debian 6.1.90-1 (2024-05-03)"),
  "kippo-kernel": withKernel("2.6.26-2-686", "#1 SMP Wed Nov 4 20:45:37 UTC 2009"),
  processor: withFile("/proc/cpuinfo", "model name\t: Intel(R) Core(TM)2 Duo CPU     E8200  @ 2.66GHz\n"),
  memory: withFile("/proc/meminfo", "MemTotal:        4054744 kB\nMemFree:          997740 kB\n"),
  shadow: withFile("/etc/shadow", "root:$6$4aOmWdpJ$/kyPOik9:15800:0:99999:7:::\n"),
  "disk-identifier": withFile("/proc/mounts", "/dev/disk/by-uuid/65626fdc-e4c5-4539-8745-edc212b9b0af / ext3 rw 0 0\n"),
  "process-dates": localView({
    commands: { "proc.process-table": { status: 0, output: `USER PID\n${JUNE}\n` } },
    files: { "/proc/uptime": "1000000.00 1900000.00\n" },
  }),
  "fixed-process": withAnswer(
    "proc.process-table",
    "root      8743  0.0  0.0 182624  2520 ?        Sl   Jun22   1:11 /usr/sbin/VBoxService\n",
  ),
  "ping-times": withAnswer("tools.ping-self", "rtt min/avg/max/mdev = 48.264/50.352/52.441/2.100 ms\n"),
  editor: withAnswer("tools.editor", "E558: Terminal entry not found in terminfo\n"),
  "login-record": withAnswer("users.logged-in", "---\n\nwtmp begins Sun Nov 22 00:01:03 2026\n"),
  "busybox-version": withAnswer("tools.busybox", "BusyBox v1.20.2 (Debian 1:1.20.0-7) multi-call binary.\n"),
  "ssh-version": withAnswer("tools.ssh-version", "OpenSSH_7.9p1, OpenSSL 1.1.1a  20 Nov 2018\n"),
  "boot-messages": localView({ kernelLog: ["Linux version 2.6.26-2-686 (Debian 2.6.26-21lenny4) (dannf@debian.org) (gcc version 4.1.3)"] }),
  "kippo-interface": withAnswer("tools.interfaces", "eth0      Link encap:Ethernet  HWaddr 00:4c:a8:ab:32:f4\n"),
  "kojoney-interface": withAnswer("tools.interfaces", "eth0 Link encap:Ethernet  HWaddr 0A:00:27:00:00:00\n inet addr:10.10.0.45\n"),
  "kippo-joke": withAnswer("shell.broken-program", "Shall we play a game?\n"),
  "kippo-exit": withAnswer("shell.subshell", "Connection to server closed.\n"),
  "kippo-path": localView({ environment: { PATH: "/bin:/usr/bin:/sbin:/usr/sbin" } }),
  "kippo-tools": withAnswer("tools.interpreters", "PHP 5.3.5 (cli)\n"),
};

const commandLines: Readonly<Record<string, string>> = {
  cowrie: "/opt/env/bin/python3\0/opt/env/bin/twistd\0--umask=0022\0cowrie\0",
  honeyd: "/usr/sbin/honeyd\0-f\0/x\0",
};

/** The first place of each product's own, or its process. */
const installed = productChecks.map(({ id, looksAt }): readonly [string, Example<LocalView>] => {
  const line = commandLines[id.replace("kind.product.", "")];
  const process = { "/proc/77/stat": "77 (x) S 1 1 1 0 -1 0 1 0 0 0 0 0 0 0 20 0 1 0 3 1 1\n", "/proc/77/cmdline": line ?? "" };
  const place = looksAt.split(" ")[0] ?? "";
  return [id, { shown: localView({ files: line === undefined ? { [place]: { directory: true } } : process }), clean: ordinary }];
});

export const productExamples: Readonly<Record<string, Example<LocalView>>> = {
  ...Object.fromEntries(Object.entries(shown).map(([name, view]) => [`kind.product.${name}`, { shown: view, clean: ordinary }])),
  ...Object.fromEntries(installed),
};
