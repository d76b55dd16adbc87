import type { Execution, Process, Program } from "../../program.ts";

/**
 * iptables, nft and ufw: root's rules are kept in a file under /run, so that they are listed again, and filter nothing.
 * A rule is kept as one line: table, chain and the words behind it.
 */
const PATH = "/run/xtables.lock";

interface Rule {
  readonly table: string;
  readonly chain: string;
  readonly words: readonly string[];
}

const CHAINS: Readonly<Record<string, readonly string[]>> = {
  filter: ["INPUT", "FORWARD", "OUTPUT"],
  nat: ["PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"],
  mangle: ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"],
  raw: ["PREROUTING", "OUTPUT"],
};

function readRules(process: Process): readonly Rule[] {
  const text = process.fs.readFile(PATH);
  const lines = typeof text === "string" ? text.split("\n").filter((line) => line !== "") : [];
  return lines.map((line) => {
    const [table = "filter", chain = "INPUT", ...words] = line.split(" ");
    return { table, chain, words };
  });
}

function writeRules(process: Process, rules: readonly Rule[]): void {
  process.fs.writeFile(PATH, rules.map(({ table, chain, words }) => `${[table, chain, ...words].join(" ")}\n`).join(""), { mode: 0o600 });
}

export const iptables: Program = { name: "iptables", run: tables };
export const ip6tables: Program = { name: "ip6tables", run: tables };
export const iptablesSave: Program = {
  name: "iptables-save",
  *run(process) {
    const rules = readRules(process).filter(({ table }) => table === "filter");
    const chains = (CHAINS["filter"] ?? []).map((chain) => `:${chain} ACCEPT [0:0]\n`).join("");
    yield* process.print(`*filter\n${chains}${rules.map(ruleText).join("")}COMMIT\n`);
    return 0;
  },
};
export const iptablesRestore: Program = {
  name: "iptables-restore",
  *run(process) {
    yield* process.readAll(0);
    return process.credentials.uid === 0 ? 0 : yield* process.fail("Permission denied (you must be root)", 4);
  },
};

function ruleText({ chain, words }: Rule): string {
  return `-A ${chain} ${words.join(" ")}\n`;
}

interface Call {
  readonly table: string;
  readonly command: string;
  readonly chain: string | undefined;
  readonly words: readonly string[];
}

const COMMANDS: Readonly<Record<string, string>> = {
  "--append": "-A",
  "--delete": "-D",
  "--insert": "-I",
  "--list": "-L",
  "--list-rules": "-S",
  "--flush": "-F",
  "--zero": "-Z",
  "--new-chain": "-N",
  "--delete-chain": "-X",
  "--policy": "-P",
  "--check": "-C",
  "--version": "-V",
  "--replace": "-R",
};

function readCall(args: readonly string[]): Call {
  const words = args.flatMap((arg) =>
    /^-[nvxw]+$|^--(numeric|verbose|wait|line-numbers)$/.test(arg)
      ? []
      : /^-[LSF][nvx]+$/.test(arg)
        ? [arg.slice(0, 2)]
        : /^-[nvx]+L$/.test(arg)
          ? ["-L"]
          : [COMMANDS[arg] ?? arg],
  );
  const at = words.findIndex((word) => word === "-t" || word === "--table");
  const table = at < 0 ? "filter" : (words[at + 1] ?? "filter");
  const rest = at < 0 ? words : words.toSpliced(at, 2);
  const place = rest.findIndex((word) => /^-[ADILSFZNXPCVR]$/.test(word));
  const command = place < 0 ? "" : (rest[place] ?? "");
  const [chain, ...tail] = rest.slice(place + 1);
  return { table, command, chain, words: tail };
}

function* tables(process: Process): Execution {
  const call = readCall(process.args);
  if (call.command === "-V") return yield* print(process, "iptables v1.8.9 (nf_tables)\n");
  if (call.command === "") {
    yield* process.write(
      2,
      `${process.name} v1.8.9 (nf_tables): no command specified\nTry \`${process.name} -h' or '${process.name} --help' for more information.\n`,
    );
    return 2;
  }
  if (process.credentials.uid !== 0) {
    yield* process.write(
      2,
      `${process.name} v1.8.9 (nf_tables): Could not fetch rule set generation id: Permission denied (you must be root)\n`,
    );
    return 4;
  }
  if (CHAINS[call.table] === undefined) {
    yield* process.write(
      2,
      `${process.name} v1.8.9 (nf_tables): table '${call.table}' does not exist\nPerhaps iptables or your kernel needs to be upgraded.\n`,
    );
    return 3;
  }
  return yield* operate(process, call);
}

function* print(process: Process, text: string): Execution {
  yield* process.print(text);
  return 0;
}

function* operate(process: Process, call: Call): Execution {
  const { table, chain, command, words } = call;
  const rules = readRules(process);
  const others = rules.filter((rule) => rule.table !== table || (chain !== undefined && rule.chain !== chain));
  switch (command) {
    case "-L":
      return yield* print(process, listing(rules, call, process.args.some((arg) => /^-\w*n/.test(arg)) ? "0.0.0.0/0" : "anywhere"));
    case "-S":
      return yield* print(
        process,
        `${(CHAINS[table] ?? []).map((one) => `-P ${one} ACCEPT\n`).join("")}${rules
          .filter((rule) => rule.table === table)
          .map(ruleText)
          .join("")}`,
      );
    case "-F":
      writeRules(process, others);
      return 0;
    case "-A":
      writeRules(process, [...rules, { table, chain: chain ?? "INPUT", words }].slice(-MAX_RULES));
      return 0;
    case "-I":
      writeRules(
        process,
        [{ table, chain: chain ?? "INPUT", words: words.filter((word, at) => at > 0 || !/^\d+$/.test(word)) }, ...rules].slice(
          0,
          MAX_RULES,
        ),
      );
      return 0;
    case "-D":
    case "-C":
      return yield* withRule(process, call, rules);
    default:
      return 0;
  }
}

const MAX_RULES = 500;

function* withRule(process: Process, call: Call, rules: readonly Rule[]): Execution {
  const text = call.words.join(" ");
  const at = rules.findIndex((rule) => rule.table === call.table && rule.chain === call.chain && rule.words.join(" ") === text);
  if (at < 0) {
    yield* process.write(2, `${process.name}: Bad rule (does a matching rule exist in that chain?).\n`);
    return 1;
  }
  if (call.command === "-D") writeRules(process, rules.toSpliced(at, 1));
  return 0;
}

function listing(rules: readonly Rule[], { table, chain }: Call, anywhere: string): string {
  const chains = chain === undefined ? (CHAINS[table] ?? []) : [chain];
  return chains
    .map((one) => {
      const rows = rules.filter((rule) => rule.table === table && rule.chain === one).map((rule) => ruleRow(rule, anywhere));
      return `Chain ${one} (policy ACCEPT)\ntarget     prot opt source               destination         \n${rows.join("")}`;
    })
    .join("\n");
}

function ruleRow({ words }: Rule, anywhere: string): string {
  const after = (...names: readonly string[]) => words[words.findIndex((word) => names.includes(word)) + 1];
  const has = (...names: readonly string[]) => words.some((word) => names.includes(word));
  const protocol = has("-p", "--protocol") ? (after("-p", "--protocol") ?? "all") : "all";
  const source = has("-s", "--source") ? (after("-s", "--source") ?? anywhere) : anywhere;
  const to = has("-d", "--destination") ? (after("-d", "--destination") ?? anywhere) : anywhere;
  const port = has("--dport", "--destination-port") ? `${protocol} dpt:${after("--dport", "--destination-port")}` : "";
  return `${(has("-j", "--jump") ? (after("-j", "--jump") ?? "") : "").padEnd(10)} ${protocol.padEnd(4)} --  ${source.padEnd(20)} ${to.padEnd(20)} ${port}\n`;
}

export const nft: Program = {
  name: "nft",
  *run(process) {
    if (process.credentials.uid !== 0) {
      yield* process.write(
        2,
        "Operation not permitted (you must be root)\nnetlink: Error: cache initialization failed: Operation not permitted\n",
      );
      return 1;
    }
    return 0;
  },
};

export const ufw: Program = {
  name: "ufw",
  *run(process) {
    if (process.credentials.uid !== 0) {
      yield* process.write(2, "ERROR: You need to be root to run this script\n");
      return 1;
    }
    const [verb] = process.args;
    if (verb === "status") return yield* print(process, "Status: inactive\n");
    if (verb === "disable") return yield* print(process, "Firewall stopped and disabled on system startup\n");
    if (verb === undefined) return yield* process.fail("not enough args");
    return yield* print(process, "Rules updated\nRules updated (v6)\n");
  },
};

export const ethtool: Program = {
  name: "ethtool",
  *run(process) {
    const name = process.args.find((arg) => !arg.startsWith("-"));
    const link = process.system.machine.interfaces.find((one) => one.name === name);
    if (name === undefined) return yield* process.fail("bad command line argument(s)\nFor more information run ethtool -h");
    if (link === undefined) {
      yield* process.write(2, `netlink error: no device matches name (offset 24)\nnetlink error: No such device\n`);
      return 75;
    }
    return yield* print(
      process,
      `Settings for ${name}:\n\tSupported ports: [  ]\n\tSupported link modes:   Not reported\n\tSpeed: Unknown!\n\tDuplex: Unknown! (255)\n\tAuto-negotiation: off\n\tPort: Other\n\tPHYAD: 0\n\tTransceiver: internal\n\tLink detected: yes\n`,
    );
  },
};

export const iwconfig: Program = {
  name: "iwconfig",
  *run(process) {
    for (const { name } of process.system.machine.interfaces) yield* process.write(2, `${name.padEnd(9)} no wireless extensions.\n\n`);
    return 0;
  },
};

export const tcpdump: Program = {
  name: "tcpdump",
  *run(process) {
    const device = process.system.machine.interfaces.find(({ name }) => name !== "lo")?.name ?? "eth0";
    if (process.credentials.uid !== 0) {
      yield* process.fail(`${device}: You don't have permission to perform this capture on that device\n(socket: Operation not permitted)`);
      return 1;
    }
    yield* process.write(
      2,
      `tcpdump: verbose output suppressed, use -v[v]... for full protocol decode\nlistening on ${device}, link-type EN10MB (Ethernet), snapshot length 262144 bytes\n`,
    );
    process.onSignal("INT", "catch");
    yield* process.sleep(3_600_000);
    yield* process.write(2, "\n0 packets captured\n0 packets received by filter\n0 packets dropped by kernel\n");
    return 0;
  },
};
