import { clean, type Judgement, shown, unknown } from "../../../check.ts";
import { exists, isAbsence, lineOf, textOf } from "../../../views/files.ts";
import type { LocalView } from "../../../views/local-view.ts";
import { type CheckRow, localFamily } from "../check-row.ts";
import { processesOf, programOf } from "../processes.ts";

/**
 * What watches the whole host: agents, kernel probes, sniffers, Sebek, limits on what may leave. Watched servers are common and honeypots
 * are not, so that an agent's name is worth very little here; what ordinary servers don't have is worth more.
 */
const rows: readonly CheckRow[] = [
  {
    name: "runtime-monitor",
    looksAt: "running processes",
    reason: "Falco, Sysdig, Tracee or Tetragon see every system call of the visitor.",
    ratio: 1.6,
    judge: agents(/^(?:falco|sysdig|csysdig|tracee(?:-ebpf)?|tetragon|scap|sysmon|kunai|inspektor-gadget)$/),
  },
  {
    name: "audit-agent",
    looksAt: "running processes",
    reason: "The kernel's audit is written down by a daemon.",
    ratio: 1.2,
    judge: agents(/^(?:auditd|audisp\w*|auditbeat|go-audit|laurel)$/),
  },
  {
    name: "fleet-agent",
    looksAt: "running processes",
    reason: "An inventory agent such as osquery or Wazuh reports on the host.",
    ratio: 1.2,
    judge: agents(/^(?:osqueryd|wazuh-\w+|ossec-\w+|filebeat|packetbeat|velociraptor\w*|rphcp|orbital)$/),
  },
  {
    name: "endpoint-agent",
    looksAt: "running processes",
    reason: "A commercial endpoint agent is installed.",
    ratio: 1.1,
    judge: agents(
      /^(?:falcon-sensor\w*|wdavdaemon|mdatp|cbagentd|cbdaemon|s1-agent|sentinelone-agent|elastic-endpoint|elastic-agent|ds_agent|esets_daemon|savd|sophos\w*|xagt|cylancesvc|traps_pmd)$/,
    ),
  },
  {
    name: "sniffer",
    looksAt: "running processes",
    reason: "A sniffer or an intrusion detection system runs on the host itself.",
    ratio: 1.8,
    judge: agents(
      /^(?:tcpdump|dumpcap|tshark|snort|suricata(?:-main)?|zeek|bro|ngrep|p0f|daemonlogger|netsniff-ng|argus|arkime\w*|hflowd)$/i,
    ),
  },
  {
    name: "promiscuous",
    looksAt: "flags of the network interfaces",
    reason: "A network card listens to everybody's packets.",
    ratio: 1.8,
    judge: promiscuous,
  },
  {
    name: "packet-socket",
    looksAt: "/proc/net/packet",
    reason: "A program holds a socket that gets all packets of all protocols.",
    ratio: 1.5,
    judge: packetSocket,
  },
  {
    name: "audit-rules",
    looksAt: "auditctl -l",
    reason: "Every command that is executed goes to the audit log.",
    ratio: 1.5,
    judge: auditRules,
  },
  {
    name: "kernel-probes",
    looksAt: "kprobe_events, uprobe_events, enabled_functions",
    reason: "Probes are set on functions of the kernel or of programs.",
    ratio: 1.8,
    judge: kernelProbes,
  },
  {
    name: "pinned-programs",
    looksAt: "/sys/fs/bpf",
    reason: "BPF programs are pinned that belong to a tracer.",
    ratio: 1.4,
    judge: pinnedPrograms,
  },
  {
    name: "file-watch",
    looksAt: "fanotify marks in /proc/*/fdinfo",
    reason: "A program is told of every file that is opened.",
    ratio: 1.4,
    judge: fileWatch,
  },
  {
    name: "command-logger",
    looksAt: "/etc/snoopy.ini, libsnoopy and their like",
    reason: "Snoopy or its like is installed to log each execution.",
    ratio: 2,
    judge: commandLogger,
  },
  {
    name: "process-accounting",
    looksAt: "/var/log/account/pacct, /var/account/pacct",
    reason: "The kernel accounts for every process that ended.",
    ratio: 1.2,
    judge: processAccounting,
  },
  {
    name: "taint",
    looksAt: "/proc/sys/kernel/tainted",
    reason: "An unsigned module, or one from outside the kernel's sources, was loaded.",
    ratio: 1.2,
    judge: taint,
  },
  {
    name: "covered-proc",
    looksAt: "mounts over single files of /proc and /sys",
    reason: "Single files of /proc or /sys were covered with others: somebody shows another machine.",
    ratio: 5,
    judge: coveredProc,
  },
];

export const monitorChecks = localFamily(rows, {
  prefix: "logging",
  class: "logging",
  family: "watched-host",
  source: "proc(5), sysfs, nft(8), auditctl(8); The Honeynet Project, Know Your Enemy: Sebek",
});

function agents(pattern: RegExp): CheckRow["judge"] {
  return ({ files }) => {
    const processes = processesOf(files);
    if (typeof processes === "string" || processes.length === 0) return unknown("processes were not looked at");
    const found = processes.find((one) => pattern.test(programOf(one)) || pattern.test(one.name));
    return found === undefined ? clean(`none of ${processes.length}`) : shown(`${found.name} (${found.pid})`);
  };
}

/** Ports of bridges, and the ends of virtual cables, listen to all by their nature. */
function promiscuous({ files }: LocalView): Judgement {
  const names = files.list("/sys/class/net");
  if (isAbsence(names)) return unknown("the interfaces were not listed");
  const flags = names.slice(0, 256).map((name) => ({ name, flags: Number(lineOf(files, `/sys/class/net/${name}/flags`) ?? "x") }));
  if (flags.every((one) => Number.isNaN(one.flags))) return unknown("no interface tells its flags");
  const found = flags.find(
    (one) =>
      (one.flags & 0x100) !== 0 &&
      !/^(?:veth|tap|vnet|br-|docker|virbr|fwpr|fwln|cali|cilium|ovs)/.test(one.name) &&
      exists(files, `/sys/class/net/${one.name}/brport`) !== true &&
      exists(files, `/sys/class/net/${one.name}/master`) !== true,
  );
  return found === undefined ? clean(`none of ${names.length}`) : shown(found.name);
}

/** `sk RefCnt Type Proto Iface ...`: type 3 is SOCK_RAW, protocol 0003 ETH_P_ALL. */
function packetSocket({ files }: LocalView): Judgement {
  const text = textOf(files, "/proc/net/packet");
  if (text === undefined) return unknown("/proc/net/packet was not read");
  const sockets = text
    .split("\n")
    .slice(1, 1000)
    .filter((line) => /^\S+ +\d+ +3 +0003 /.test(line));
  return sockets.length === 0 ? clean("none") : shown(`${sockets.length} sockets`);
}

function outputOf(view: LocalView, id: string): string | undefined {
  const answer = Object.hasOwn(view.commands, id) ? view.commands[id] : undefined;
  return answer?.status === 0 ? answer.output : undefined;
}

function auditRules(view: LocalView): Judgement {
  const rules = outputOf(view, "logging.audit");
  if (rules === undefined) return unknown("the audit rules may not be read");
  const found = /^-a .*-S (?:\S*,)?execve\S*.*$/m.exec(rules)?.[0];
  return found === undefined ? clean("executions are not audited") : shown(found.slice(0, 120));
}

function kernelProbes({ files }: LocalView): Judgement {
  const folders = ["/sys/kernel/tracing", "/sys/kernel/debug/tracing"];
  const texts = folders.flatMap((folder) => ["kprobe_events", "uprobe_events"].map((name) => textOf(files, `${folder}/${name}`)));
  const told = texts.filter((text) => text !== undefined);
  if (told.length === 0) return unknown("the tracing folder may not be read");
  const probes = new Set(told.flatMap((text) => text.split("\n").filter((line) => line !== ""))).size;
  return probes === 0 ? clean("no probes") : shown(`${probes} probes`);
}

function pinnedPrograms({ files }: LocalView): Judgement {
  const names = files.list("/sys/fs/bpf");
  if (isAbsence(names)) return unknown("/sys/fs/bpf was not listed");
  const found = names.find((name) => /falco|tracee|tetragon|sysmon|datadog|pixie|kprobe|trace|audit|monitor/i.test(name));
  return found === undefined ? clean(`${names.length} entries`) : shown(found);
}

function fileWatch(view: LocalView): Judgement {
  const output = outputOf(view, "logging.fanotify");
  if (output === undefined) return unknown("other processes' descriptors may not be read");
  const found = /^\/proc\/(\d+)\//.exec(output)?.[1];
  return found === undefined ? clean("no marks") : shown(`by process ${found}`);
}

function firstThere(view: LocalView, paths: readonly string[]): Judgement {
  const answers = paths.map((path) => ({ path, there: exists(view.files, path) }));
  const found = answers.find(({ there }) => there === true);
  if (found !== undefined) return shown(found.path);
  return answers.every(({ there }) => there === undefined) ? unknown("none of the places was looked at") : clean("not there");
}

function commandLogger(view: LocalView): Judgement {
  return firstThere(view, [
    "/etc/snoopy.ini",
    "/usr/local/lib/libsnoopy.so",
    "/usr/lib/libsnoopy.so",
    "/lib/libsnoopy.so",
    "/etc/sebek",
    "/usr/local/sbin/sbk_install.sh",
  ]);
}

function processAccounting(view: LocalView): Judgement {
  return firstThere(view, ["/var/log/account/pacct", "/var/account/pacct"]);
}

/** Documentation/admin-guide/tainted-kernels: bit 12 out of tree, bit 13 unsigned, bit 1 forced. */
function taint({ files }: LocalView): Judgement {
  const bits = Number(lineOf(files, "/proc/sys/kernel/tainted") ?? "x");
  if (!Number.isInteger(bits)) return unknown("the taint was not read");
  const marks = [bits & 0x2 ? "forced" : "", bits & 0x1000 ? "out of tree" : "", bits & 0x2000 ? "unsigned" : ""].filter(
    (mark) => mark !== "",
  );
  return marks.length === 0 ? clean(String(bits)) : shown(`${bits}: ${marks.join(", ")}`);
}

/** What container runtimes, systemd and lxcfs cover by themselves. */
const COVERED_BY_RUNTIMES =
  /^\/proc\/(?:acpi|asound|bus|fs|irq|interrupts|kcore|keys|key-users|latency_stats|timer_list|timer_stats|sched_debug|scsi|sys|sysrq-trigger|kallsyms|kmsg|config\.gz|self\/.*|sys\/.*)$|^\/sys\/(?:firmware|fs\/.*|kernel\/.*|devices\/virtual\/(?:powercap|net)|devices\/system\/cpu\/.*thermal_throttle|dev\/block|block)$/;

function coveredProc({ files }: LocalView): Judgement {
  const text = textOf(files, "/proc/self/mountinfo");
  if (text === undefined) return unknown("/proc/self/mountinfo was not read");
  const mounts = text.split("\n", 5000).map((line) => line.split(" "));
  const covering = mounts.filter(([, , , , point = "", , ...rest]) => {
    const type = rest[rest.indexOf("-") + 1] ?? "";
    return (
      /^\/(?:proc|sys)\/./.test(point) &&
      !COVERED_BY_RUNTIMES.test(point) &&
      !/^(?:fuse\.lxcfs|lxcfs|proc|sysfs|cgroup2?|securityfs|debugfs|tracefs|bpf|pstore|configfs|fusectl|efivarfs|autofs|binfmt_misc|nfsd|rpc_pipefs|selinuxfs|resctrl|mqueue)$/.test(
        type,
      )
    );
  });
  return covering.length === 0
    ? clean(`none of ${mounts.length} mounts`)
    : shown(
        covering
          .map(([, , , , point]) => point)
          .slice(0, 4)
          .join(", "),
      );
}
