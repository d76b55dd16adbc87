import { type Check, clean, type Judgement, shown, unknown } from "../../../check.ts";
import { exists, isAbsence, lineOf, textOf } from "../../../views/files.ts";
import type { LocalView } from "../../../views/local-view.ts";
import { processesOf, programOf } from "../processes.ts";

/**
 * What watches the whole host: agents, kernel probes, sniffers, Sebek, limits on what may leave. Watched servers are common and honeypots
 * are not, so that an agent's name is worth very little here; what ordinary servers don't have is worth more.
 */
interface Row {
  readonly name: string;
  readonly looksAt: string;
  readonly reason: string;
  readonly ratio: number;
  readonly judge: (view: LocalView) => Judgement;
}

const rows: readonly Row[] = [
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
    name: "sebek-module",
    looksAt: "/proc/modules, /sys/module",
    reason: "Sebek's kernel module, or its later kin, is loaded under its own name.",
    ratio: 150,
    judge: sebekModule,
  },
  {
    name: "hidden-module",
    looksAt: "/sys/module against /proc/modules",
    reason: "A loadable module is in /sys and not in the list, as Sebek's cleaner left it.",
    ratio: 8,
    judge: hiddenModule,
  },
  {
    name: "sebek-port",
    looksAt: "/proc/net/udp",
    reason: "UDP port 1101 is where Sebek's packets go by default.",
    ratio: 3,
    judge: sebekPort,
  },
  {
    name: "read-traffic",
    looksAt: "packets sent while reading against packets sent at rest",
    reason: "Reading files makes packets leave the host: what is read is exported, as Sebek does.",
    ratio: 12,
    judge: readTraffic,
  },
  {
    name: "read-cost",
    looksAt: "time of a read against a write of the same size",
    reason: "read() is far slower than write() on a device that does nothing: somebody reads along.",
    ratio: 3,
    judge: readCost,
  },
  {
    name: "outbound-limit",
    looksAt: "rules of nftables and iptables for what leaves",
    reason: "What leaves the host is counted and cut off, as a Honeywall does.",
    ratio: 4,
    judge: outboundLimit,
  },
  {
    name: "inline-filter",
    looksAt: "rules of nftables and iptables that queue packets",
    reason: "What leaves the host goes through a program that can change it, as Snort inline does.",
    ratio: 2,
    judge: inlineFilter,
  },
  {
    name: "connection-table",
    looksAt: "/proc/sys/net/netfilter/nf_conntrack_max",
    reason: "The host may have so few connections that it can attack nobody.",
    ratio: 2,
    judge: connectionTable,
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

export const monitorChecks: readonly Check<LocalView>[] = rows.map(({ name, ...row }) => ({
  ...row,
  id: `logging.${name}`,
  class: "logging",
  side: "local",
  family: "watched-host",
  source: "proc(5), sysfs, nft(8), auditctl(8); The Honeynet Project, Know Your Enemy: Sebek",
}));

function agents(pattern: RegExp): Row["judge"] {
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

function modulesIn(view: LocalView): ReadonlySet<string> | undefined {
  const text = textOf(view.files, "/proc/modules");
  return text === undefined ? undefined : new Set(text.split("\n").map((line) => line.split(" ")[0] ?? ""));
}

function sebekModule(view: LocalView): Judgement {
  const listed = modulesIn(view);
  const inSys = view.files.list("/sys/module");
  if (listed === undefined && isAbsence(inSys)) return unknown("the modules were not listed");
  const names = [...(listed ?? []), ...(isAbsence(inSys) ? [] : inSys)];
  const found = names.find((name) => /^(?:sebek\w*|sbk\w*|qebek\w*|xebek\w*|honeyd_mon|uberlogger|kprobe_logger)$/.test(name));
  return found === undefined ? clean(`none of ${names.length}`) : shown(found);
}

/** A module that was loaded has `initstate`; one that is built in has not. */
function hiddenModule(view: LocalView): Judgement {
  const listed = modulesIn(view);
  const inSys = view.files.list("/sys/module");
  if (listed === undefined || isAbsence(inSys)) return unknown("one of the two lists is missing");
  const hidden = inSys.slice(0, 2000).filter((name) => !listed.has(name) && lineOf(view.files, `/sys/module/${name}/initstate`) === "live");
  return hidden.length === 0 ? clean(`${listed.size} modules in both`) : shown(hidden.slice(0, 4).join(", "));
}

function sebekPort({ files }: LocalView): Judgement {
  const text = textOf(files, "/proc/net/udp");
  if (text === undefined) return unknown("/proc/net/udp was not read");
  return /^ *\d+: [0-9A-F]+:044D |^ *\d+: [0-9A-F]+:[0-9A-F]+ [0-9A-F]+:044D /m.test(text)
    ? shown("UDP 1101 is in use")
    : clean("UDP 1101 is not in use");
}

function measured(view: LocalView, name: string): readonly number[] {
  const samples = Object.hasOwn(view.measurements, name) ? view.measurements[name] : undefined;
  return (samples ?? []).filter((sample) => Number.isFinite(sample) && sample >= 0);
}

function middle(samples: readonly number[]): number {
  return samples.toSorted((one, other) => one - other)[Math.floor(samples.length / 2)] ?? 0;
}

/** Sebek sends a packet for each read; ordinary hosts send now and then, reading or not. */
function readTraffic(view: LocalView): Judgement {
  const [reading, idle] = [measured(view, "readRate.packetsOut"), measured(view, "readRate.packetsOutIdle")];
  if (reading.length < 2 || idle.length < 2) return unknown("the packets were not counted");
  const seen = `${Math.min(...reading)} to ${Math.max(...reading)} packets while reading, at most ${Math.max(...idle)} at rest`;
  return Math.min(...reading) > 20 * (Math.max(...idle) + 5) ? shown(seen) : clean(seen);
}

function readCost(view: LocalView): Judgement {
  const [read, write] = [measured(view, "readRate.nsPerRead"), measured(view, "readRate.nsPerWrite")];
  if (read.length < 5 || write.length < 5) return unknown("reads were not measured against writes");
  const times = middle(read) / Math.max(1, middle(write));
  const seen = `${Math.round(middle(read))} ns a read, ${Math.round(middle(write))} ns a write`;
  return times > 4 && middle(read) - middle(write) > 3000 ? shown(seen) : clean(seen);
}

function outboundLimit(view: LocalView): Judgement {
  const rules = outputOf(view, "logging.firewall");
  if (rules === undefined) return unknown("no firewall's rules can be read");
  const perDay = /^-A (?:OUTPUT|FORWARD)\b.*-m (?:limit|hashlimit|connlimit)\b.*(?:\/(?:hour|day)|--connlimit-above).*$/m.exec(rules)?.[0];
  const inNft = /hook (?:output|forward)[^}]*?(limit rate (?:over )?\d+\/(?:hour|day)[^\n]*)/.exec(rules)?.[1];
  const found = perDay ?? inNft;
  return found === undefined ? clean("nothing that leaves is counted by the hour or day") : shown(found.slice(0, 120));
}

function inlineFilter(view: LocalView): Judgement {
  const rules = outputOf(view, "logging.firewall");
  if (rules === undefined) return unknown("no firewall's rules can be read");
  const found =
    /^-A (?:OUTPUT|FORWARD)\b.*-j N?F?QUEUE.*$/m.exec(rules)?.[0] ?? /hook (?:output|forward)[^}]*?(\bqueue\b[^\n]*)/.exec(rules)?.[1];
  return found === undefined ? clean("nothing that leaves is queued") : shown(found.slice(0, 120));
}

function connectionTable({ files }: LocalView): Judgement {
  const most = Number(lineOf(files, "/proc/sys/net/netfilter/nf_conntrack_max") ?? "x");
  if (Number.isNaN(most)) return unknown("connections are not tracked, or the limit was not read");
  return most > 0 && most < 1024 ? shown(`${most} connections`) : clean(`${most} connections`);
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
