import { parseOptions } from "../../options.ts";
import type { Execution, Process, Program } from "../../program.ts";
import { currentHostname } from "./uname.ts";

const LONG = {
  alias: "a",
  domain: "d",
  fqdn: "f",
  long: "f",
  "all-fqdns": "A",
  "ip-address": "i",
  "all-ip-addresses": "I",
  short: "s",
  yp: "y",
  nis: "y",
  file: "F",
  boot: "b",
};

export const hostname: Program = {
  name: "hostname",
  *run(process) {
    const options = yield* parseOptions(process, { short: "adfAiIsyF:bv", long: LONG, errorStatus: 255 });
    if (typeof options === "number") return options;
    const file = options.value("F");
    const given = file === undefined ? options.operands[0] : process.fs.readFile(file);
    if (given !== undefined && typeof given !== "string") return yield* process.fail("No such file or directory");
    if (given !== undefined) return yield* setName(process, given.trim());
    const question = [...options.letters].find((letter) => "adfAiIsy".includes(letter));
    return yield* answer(process, question);
  },
};

function* answer(process: Process, question: string | undefined): Execution {
  const { machine } = process.system;
  const name = currentHostname(process);
  const answers: Readonly<Record<string, string>> = {
    a: "",
    d: machine.domain,
    f: machine.domain === "" ? name : `${name}.${machine.domain}`,
    A: `${name} `,
    i: hostsAddress(process, name),
    I: `${addresses(process).join(" ")} `,
    s: name.split(".")[0] ?? name,
  };
  if (question === "y") return yield* process.fail("Local domain name not set");
  yield* process.print(`${question === undefined ? name : (answers[question] ?? name)}\n`);
  return 0;
}

function addresses(process: Process): readonly string[] {
  return process.system.machine.interfaces.filter(({ name }) => name !== "lo").map(({ address }) => address);
}

/** What /etc/hosts says of a name, else the first address. */
function hostsAddress(process: Process, name: string): string {
  const hosts = process.fs.readFile("/etc/hosts");
  const lines = typeof hosts === "string" ? hosts.split("\n") : [];
  const line = lines.map((text) => text.replace(/#.*/, "").split(/\s+/)).find((words) => words.slice(1).includes(name));
  return line?.[0] ?? addresses(process)[0] ?? "127.0.0.1";
}

function* setName(process: Process, name: string): Execution {
  if (process.credentials.uid !== 0) {
    const message = process.flavour === "busybox" ? "sethostname: Operation not permitted" : "you must be root to change the host name";
    return yield* process.fail(message);
  }
  if (!/^[A-Za-z0-9]([A-Za-z0-9.-]{0,62}[A-Za-z0-9])?$/.test(name)) return yield* process.fail("the specified hostname is invalid");
  process.fs.writeFile("/proc/sys/kernel/hostname", `${name}\n`);
  return 0;
}

export const domainname: Program = {
  name: "domainname",
  *run(process) {
    yield* process.print("(none)\n");
    return 0;
  },
};

export const dnsdomainname: Program = {
  name: "dnsdomainname",
  *run(process) {
    const { domain } = process.system.machine;
    if (domain !== "") yield* process.print(`${domain}\n`);
    return 0;
  },
};

/** systemd's view of the same. */
export const hostnamectl: Program = {
  name: "hostnamectl",
  *run(process) {
    const [verb = "status", value = ""] = process.args.filter((arg) => !arg.startsWith("-"));
    if (verb === "hostname" && value === "") return yield* print(process, `${currentHostname(process)}\n`);
    if (verb === "set-hostname" || verb === "hostname") return yield* setByBus(process, value);
    if (verb !== "status") {
      yield* process.write(2, `Unknown command verb ${verb}.\n`);
      return 1;
    }
    return yield* print(process, statusText(process));
  },
};

function* print(process: Process, text: string): Execution {
  yield* process.print(text);
  return 0;
}

function* setByBus(process: Process, name: string): Execution {
  if (process.credentials.uid !== 0) {
    yield* process.write(2, "Could not set static hostname: Interactive authentication required.\n");
    return 1;
  }
  process.fs.writeFile("/etc/hostname", `${name}\n`);
  return yield* setName(process, name);
}

function statusText(process: Process): string {
  const { machine } = process.system;
  const release = process.fs.readFile("/etc/os-release");
  const [, pretty] = typeof release === "string" ? (/^PRETTY_NAME="?([^"\n]*)/m.exec(release) ?? []) : [];
  const vendor = dmi(process, "sys_vendor");
  const rows = [
    ["Static hostname", currentHostname(process)],
    ["Icon name", "computer-vm"],
    ["Chassis", "vm"],
    ["Machine ID", machine.machineId],
    ["Boot ID", machine.boot.replaceAll("-", "")],
    ["Virtualization", "kvm"],
    ["Operating System", pretty ?? machine.distribution],
    ["Kernel", `Linux ${machine.kernelRelease}`],
    ["Architecture", machine.architecture.replace("x86_64", "x86-64")],
    ["Hardware Vendor", vendor],
    ["Hardware Model", dmi(process, "product_name")],
    ["Firmware Version", dmi(process, "bios_version")],
  ];
  return rows.flatMap(([label = "", value = ""]) => (value === "" ? [] : [`${`${label}:`.padStart(17)} ${value}\n`])).join("");
}

function dmi(process: Process, name: string): string {
  const text = process.fs.readFile(`/sys/class/dmi/id/${name}`);
  return typeof text === "string" ? text.trim() : "";
}
