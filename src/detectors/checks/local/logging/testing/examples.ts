import type { Example } from "../../../../check.ts";
import { localView } from "../../../../views/build-view.ts";
import type { LocalView } from "../../../../views/local-view.ts";
import type { Contents } from "../../../../views/memory-files.ts";

const answered = (id: string, output: string): LocalView => localView({ commands: { [id]: { status: 0, output } } });
const files = (contents: Contents): LocalView => localView({ files: contents });
const measured = (measurements: LocalView["measurements"]): LocalView => localView({ measurements });

/** A process as /proc shows it. */
function running(pid: number, words: readonly string[], tracer = 0): Contents {
  const name = (words[0] ?? "").replace(/^.*\//, "").slice(0, 15);
  return {
    [`/proc/${pid}/stat`]: `${pid} (${name}) S 1 1 1 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 3 1 1\n`,
    [`/proc/${pid}/status`]: `Name:\t${name}\nPPid:\t1\nTracerPid:\t${tracer}\nUid:\t0\t0\t0\t0\n`,
    [`/proc/${pid}/cmdline`]: words.map((word) => `${word}\0`).join(""),
  };
}

const quiet = files({ ...running(1, ["/sbin/init"]), ...running(613, ["/usr/sbin/sshd", "-D"]) });
const processes = (...words: readonly string[]): Example<LocalView> => ({ shown: files(running(700, words)), clean: quiet });
const ancestors = (name: string): Example<LocalView> => ({
  shown: answered("proc.ancestors", `812 0 sh\n811 0 timeout\n700 0 ${name}\n613 0 sshd\n1 0 systemd\n`),
  clean: answered("proc.ancestors", "812 0 sh\n811 0 timeout\n700 0 bash\n613 0 sshd\n1 0 systemd\n"),
});
const maps = (path: string): LocalView =>
  answered(
    "proc.maps",
    `5625339ab000-5625339af000 r--p 00000000 fe:00 260180   /usr/bin/dash\n7f00-7f01 r-xp 00000000 fe:00 1   ${path}\n`,
  );
const rules = (text: string): LocalView => answered("logging.firewall", text);
const mountinfo = (line: string): LocalView =>
  files({ "/proc/self/mountinfo": `21 28 0:20 / /sys rw,nosuid - sysfs sysfs rw\n22 28 0:21 / /proc rw,nosuid - proc proc rw\n${line}` });

export const examples: Readonly<Record<string, Example<LocalView>>> = {
  "logging.tracer": {
    shown: answered("proc.status", "Name:\tsh\nTracerPid:\t811\n"),
    clean: answered("proc.status", "Name:\tsh\nTracerPid:\t0\n"),
  },
  "logging.tracing-ancestor": ancestors("strace"),
  "logging.tracing-process": processes("/usr/bin/strace", "-f", "-p", "613", "-o", "/var/log/s"),
  "logging.traced-processes": { shown: files(running(613, ["/usr/sbin/sshd", "-D"], 700)), clean: quiet },
  "logging.ptrace-scope": {
    shown: files({ "/proc/sys/kernel/yama/ptrace_scope": "3\n" }),
    clean: files({ "/proc/sys/kernel/yama/ptrace_scope": "1\n" }),
  },
  "logging.preload-file": {
    shown: files({ "/etc/ld.so.preload": "/usr/local/lib/libsnoopy.so\n" }),
    clean: files({ "/etc/ld.so.preload": "/usr/lib/arm-linux-gnueabihf/libarm-mem-v7l.so\n" }),
  },
  "logging.preload-variable": {
    shown: localView({ environment: { LD_PRELOAD: "/usr/lib/libkeys.so" } }),
    clean: localView({ environment: { LD_PRELOAD: "/usr/lib/libjemalloc.so.2" } }),
  },
  "logging.foreign-library": { shown: maps("/usr/local/lib/libsnoopy.so"), clean: maps("/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2") },
  "logging.recorded-ancestor": ancestors("tlog-rec-session"),
  "logging.recorder-process": processes("ttyrec", "/var/log/rec"),
  "logging.recorder-shell": {
    shown: files({ "/etc/passwd": "anna:x:1000:1000::/home/anna:/usr/bin/tlog-rec-session\n" }),
    clean: files({ "/etc/passwd": "anna:x:1000:1000::/home/anna:/bin/bash\n" }),
  },
  "logging.growing-record": {
    shown: answered("logging.growing", "100 /var/log/a.ttyrec\n---\n180 /var/log/a.ttyrec\nend\n"),
    clean: answered("logging.growing", "100 /var/log/a.ttyrec\n---\n100 /var/log/a.ttyrec\nend\n"),
  },
  "logging.recordings": { shown: files({ "/var/log/tlog/tlog.log": "{}" }), clean: files({ "/var/log/syslog": "x" }) },
  "logging.prompt-command": {
    shown: files({ "/etc/profile.d/log.sh": `export PROMPT_COMMAND='logger -p local1.notice "$(history 1)"'\n` }),
    clean: files({ "/etc/bashrc": 'PROMPT_COMMAND=\'printf "\\033]0;%s\\007" "$PWD"\'\n' }),
  },
  "logging.history-withheld": {
    shown: localView({ environment: { HISTFILE: "/dev/null" } }),
    clean: localView({ environment: { HISTFILE: "/root/.bash_history" } }),
  },
  "logging.keystroke-audit": {
    shown: files({ "/etc/pam.d/sshd": "session required pam_tty_audit.so enable=* log_passwd\n" }),
    clean: files({ "/etc/pam.d/sshd": "session required pam_loginuid.so\n" }),
  },
  "logging.forced-command": {
    shown: files({ "/etc/ssh/sshd_config": "Match User *\n  ForceCommand /usr/bin/script -qf /var/log/s.$$\n" }),
    clean: files({ "/etc/ssh/sshd_config": "Match User sync\n  ForceCommand internal-sftp\n" }),
  },
  "logging.sudo-record": {
    shown: files({ "/etc/sudoers": "Defaults log_output\n" }),
    clean: files({ "/etc/sudoers": "Defaults env_reset\n" }),
  },
  "logging.runtime-monitor": processes("/usr/bin/falco", "-o", "x"),
  "logging.audit-agent": processes("/sbin/auditd"),
  "logging.fleet-agent": processes("/opt/osquery/bin/osqueryd"),
  "logging.endpoint-agent": processes("/opt/CrowdStrike/falcon-sensor"),
  "logging.sniffer": processes("/usr/bin/suricata", "-i", "eth0"),
  "logging.promiscuous": {
    shown: files({ "/sys/class/net/eth0/flags": "0x1103\n" }),
    clean: files({ "/sys/class/net/eth0/flags": "0x1003\n", "/sys/class/net/veth1/flags": "0x1103\n" }),
  },
  "logging.packet-socket": {
    shown: files({
      "/proc/net/packet": "sk RefCnt Type Proto Iface R Rmem User Inode\n0000000000000000 3      3    0003   2     1 0      0      4242\n",
    }),
    clean: files({
      "/proc/net/packet": "sk RefCnt Type Proto Iface R Rmem User Inode\n0000000000000000 3      3    0800   2     1 0      0      4242\n",
    }),
  },
  "logging.audit-rules": {
    shown: answered("logging.audit", "enabled 1\n-a always,exit -F arch=b64 -S execve -F key=exec\n"),
    clean: answered("logging.audit", "enabled 1\n-w /etc/passwd -p wa -k identity\n"),
  },
  "logging.kernel-probes": {
    shown: files({ "/sys/kernel/tracing/kprobe_events": "p:kprobes/read vfs_read\n" }),
    clean: files({ "/sys/kernel/tracing/kprobe_events": "" }),
  },
  "logging.pinned-programs": {
    shown: files({ "/sys/fs/bpf/tetragon/x": "" }),
    clean: files({ "/sys/fs/bpf/ip": { directory: true } }),
  },
  "logging.file-watch": { shown: answered("logging.fanotify", "/proc/700/fdinfo/5\nend\n"), clean: answered("logging.fanotify", "end\n") },
  "logging.command-logger": { shown: files({ "/etc/snoopy.ini": "[snoopy]\n" }), clean: files({ "/etc/passwd": "x" }) },
  "logging.process-accounting": { shown: files({ "/var/account/pacct": "x" }), clean: files({ "/etc/passwd": "x" }) },
  "logging.sebek-module": {
    shown: files({ "/proc/modules": "sebek 40960 0 - Live 0x0\n" }),
    clean: files({ "/proc/modules": "ext4 40960 1 - Live 0x0\n" }),
  },
  "logging.hidden-module": {
    shown: files({ "/proc/modules": "ext4 40960 1 - Live 0x0\n", "/sys/module/x_watch/initstate": "live\n" }),
    clean: files({ "/proc/modules": "ext4 40960 1 - Live 0x0\n", "/sys/module/ext4/initstate": "live\n", "/sys/module/kernel/uevent": "" }),
  },
  "logging.sebek-port": {
    shown: files({ "/proc/net/udp": "  sl  local_address rem_address\n  77: 00000000:044D 00000000:0000 07\n" }),
    clean: files({ "/proc/net/udp": "  sl  local_address rem_address\n  77: 00000000:0044 00000000:0000 07\n" }),
  },
  "logging.read-traffic": {
    shown: measured({ "readRate.packetsOut": [900, 1000, 950], "readRate.packetsOutIdle": [2, 0, 1] }),
    clean: measured({ "readRate.packetsOut": [3, 2, 9], "readRate.packetsOutIdle": [2, 0, 1] }),
  },
  "logging.read-cost": {
    shown: measured({ "readRate.nsPerRead": [9000, 9100, 9050, 9000, 9010], "readRate.nsPerWrite": [900, 910, 905, 900, 901] }),
    clean: measured({ "readRate.nsPerRead": [950, 940, 930, 960, 930], "readRate.nsPerWrite": [900, 910, 905, 900, 901] }),
  },
  "logging.outbound-limit": {
    shown: rules("-A OUTPUT -p tcp -m state --state NEW -m limit --limit 20/day -j ACCEPT\n"),
    clean: rules("-A INPUT -p tcp -m limit --limit 5/minute -j LOG\n-A OUTPUT -j ACCEPT\n"),
  },
  "logging.inline-filter": {
    shown: rules("table inet hw {\n chain out {\n  type filter hook output priority 0;\n  queue num 0\n }\n}\n"),
    clean: rules("table inet fw {\n chain in {\n  type filter hook input priority 0;\n  accept\n }\n}\n"),
  },
  "logging.connection-table": {
    shown: files({ "/proc/sys/net/netfilter/nf_conntrack_max": "64\n" }),
    clean: files({ "/proc/sys/net/netfilter/nf_conntrack_max": "262144\n" }),
  },
  "logging.taint": { shown: files({ "/proc/sys/kernel/tainted": "12288\n" }), clean: files({ "/proc/sys/kernel/tainted": "0\n" }) },
  "logging.covered-proc": {
    shown: mountinfo("90 22 8:1 /var/x/cpuinfo /proc/cpuinfo ro - ext4 /dev/sda1 rw\n"),
    clean: mountinfo("90 22 0:5 /null /proc/kcore rw - tmpfs tmpfs rw\n91 22 0:50 / /proc/meminfo rw - fuse.lxcfs lxcfs rw\n"),
  },
};
