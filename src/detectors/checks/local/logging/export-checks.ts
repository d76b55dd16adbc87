import { clean, type Judgement, shown, unknown } from "../../../check.ts";
import { isAbsence, lineOf, textOf } from "../../../views/files.ts";
import type { LocalView } from "../../../views/local-view.ts";
import { type CheckRow, localFamily } from "../check-row.ts";

/**
 * Sebek and the Honeywall: a kernel module that exports what is read, hidden from the list of modules, and a bridge that lets little out. Both
 * are gone from most networks; what they leave is still looked for, and what works the same way is found the same way.
 */
const rows: readonly CheckRow[] = [
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
];

export const exportChecks = localFamily(rows, {
  prefix: "logging",
  class: "logging",
  family: "exported-data",
  source: "The Honeynet Project, Know Your Enemy: Sebek, and Honeywall CDROM Roo; proc(5), nft(8)",
});

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

function firewallRules({ commands }: LocalView): string | undefined {
  const answer = Object.hasOwn(commands, "logging.firewall") ? commands["logging.firewall"] : undefined;
  return answer?.status === 0 ? answer.output : undefined;
}

/** The lines of nftables' chains through which packets leave. */
function leavingRules(rules: string): readonly string[] {
  return rules.split("}").flatMap((chain) => {
    const at = chain.search(/hook (?:output|forward)\b/);
    return at < 0 ? [] : chain.slice(at).split("\n").slice(1);
  });
}

function outboundLimit(view: LocalView): Judgement {
  const rules = firewallRules(view);
  if (rules === undefined) return unknown("no firewall's rules can be read");
  const perDay = rules
    .split("\n")
    .find((line) => /^-A (?:OUTPUT|FORWARD)\b/.test(line) && /\d\/(?:hour|day)\b|--connlimit-above/.test(line));
  const found = perDay ?? leavingRules(rules).find((line) => /\blimit rate (?:over )?\d+\/(?:hour|day)\b/.test(line));
  return found === undefined ? clean("nothing that leaves is counted by the hour or day") : shown(found.trim().slice(0, 120));
}

function inlineFilter(view: LocalView): Judgement {
  const rules = firewallRules(view);
  if (rules === undefined) return unknown("no firewall's rules can be read");
  const queued = rules.split("\n").find((line) => /^-A (?:OUTPUT|FORWARD)\b/.test(line) && /-j (?:NF)?QUEUE\b/.test(line));
  const found = queued ?? leavingRules(rules).find((line) => /\bqueue\b/.test(line));
  return found === undefined ? clean("nothing that leaves is queued") : shown(found.trim().slice(0, 120));
}

function connectionTable({ files }: LocalView): Judgement {
  const most = Number(lineOf(files, "/proc/sys/net/netfilter/nf_conntrack_max") ?? "x");
  if (Number.isNaN(most)) return unknown("connections are not tracked, or the limit was not read");
  return most > 0 && most < 1024 ? shown(`${most} connections`) : clean(`${most} connections`);
}
