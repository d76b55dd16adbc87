import { gatewayMac } from "../../files/proc-network.ts";
import { parseOptions } from "../../options.ts";
import type { Execution, Process, Program } from "../../program.ts";
import { type Link, links, maskOf, networkOf, uplink } from "./links.ts";

/** Interfaces as net-tools 2 shows them; busybox and net-tools 1.60 show them as of old. */
export const ifconfig: Program = {
  name: "ifconfig",
  *run(process) {
    const words = process.args.filter((arg) => !/^-[av]$/.test(arg));
    if (words[0] === "-s") return yield* show(process, shortTable(process));
    const [name, ...changes] = words;
    if (name?.startsWith("-")) return yield* process.failUsage(`option \`${name}' not recognised.`);
    if (name === undefined)
      return yield* show(
        process,
        shownLinks(process)
          .map((link) => block(process, link))
          .join(""),
      );
    const link = links(process).find((one) => one.name === name);
    if (link === undefined) return yield* missing(process, name);
    if (changes.length === 0) return yield* show(process, block(process, link));
    if (process.credentials.uid === 0) return 0;
    yield* process.write(2, `SIOCSIFFLAGS: Operation not permitted\n`);
    return 255;
  },
};

function* show(process: Process, text: string): Execution {
  yield* process.print(text);
  return 0;
}

function* missing(process: Process, name: string): Execution {
  if (process.flavour === "busybox") {
    yield* process.fail(`${name}: error fetching interface information: Device not found`);
    return 1;
  }
  yield* process.write(2, `${name}: error fetching interface information: Device not found\n`);
  return 1;
}

/** Without names in the order of names, lo last. */
function shownLinks(process: Process): readonly Link[] {
  const order = ({ name }: Link) => (name === "lo" ? "\uffff" : name);
  return links(process).toSorted((one, other) => (order(one) < order(other) ? -1 : 1));
}

function isOld(process: Process): boolean {
  return process.flavour === "busybox" || Number.parseInt(process.system.machine.kernelRelease, 10) < 3;
}

function block(process: Process, link: Link): string {
  return isOld(process) ? oldBlock(link) : newBlock(link);
}

function newBlock(link: Link): string {
  const flags = link.loopback ? "flags=73<UP,LOOPBACK,RUNNING>" : "flags=4163<UP,BROADCAST,RUNNING,MULTICAST>";
  const broadcast = link.loopback ? "" : `  broadcast ${link.broadcast}`;
  const ids = { host: "0x10<host>", link: "0x20<link>", global: "0x0<global>" };
  const hardware = link.loopback ? "loop  txqueuelen 1000  (Local Loopback)" : `ether ${link.mac}  txqueuelen 1000  (Ethernet)`;
  const lines = [
    `inet ${link.address}  netmask ${maskOf(link.prefix)}${broadcast}`,
    ...link.address6.map((one) => `inet6 ${one.address}  prefixlen ${one.prefix}  scopeid ${ids[one.scope]}`),
    hardware,
    `RX packets ${link.received.packets}  bytes ${link.received.bytes} (${sizeText(link.received.bytes)})`,
    "RX errors 0  dropped 0  overruns 0  frame 0",
    `TX packets ${link.sent.packets}  bytes ${link.sent.bytes} (${sizeText(link.sent.bytes)})`,
    "TX errors 0  dropped 0 overruns 0  carrier 0  collisions 0",
  ];
  return `${link.name}: ${flags}  mtu ${link.mtu}\n${lines.map((line) => `        ${line}\n`).join("")}\n`;
}

function oldBlock(link: Link): string {
  const hardware = link.loopback ? "Local Loopback  " : `Ethernet  HWaddr ${link.mac.toUpperCase()}  `;
  const broadcast = link.loopback ? "" : `  Bcast:${link.broadcast}`;
  const scopes = { host: "Host", link: "Link", global: "Global" };
  const lines = [
    `inet addr:${link.address}${broadcast}  Mask:${maskOf(link.prefix)}`,
    ...link.address6.map((one) => `inet6 addr: ${one.address}/${one.prefix} Scope:${scopes[one.scope]}`),
    `${link.loopback ? "UP LOOPBACK RUNNING" : "UP BROADCAST RUNNING MULTICAST"}  MTU:${link.mtu}  Metric:1`,
    `RX packets:${link.received.packets} errors:0 dropped:0 overruns:0 frame:0`,
    `TX packets:${link.sent.packets} errors:0 dropped:0 overruns:0 carrier:0`,
    "collisions:0 txqueuelen:1000 ",
    `RX bytes:${link.received.bytes} (${sizeText(link.received.bytes)})  TX bytes:${link.sent.bytes} (${sizeText(link.sent.bytes)})`,
  ];
  return `${link.name.padEnd(9)} Link encap:${hardware}\n${lines.map((line) => `          ${line}\n`).join("")}\n`;
}

/** 667.5 MiB. */
function sizeText(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let power = 0;
  let amount = bytes;
  while (amount >= 1024 && power < units.length - 1) {
    amount /= 1024;
    power += 1;
  }
  return `${(Math.floor(amount * 10) / 10).toFixed(1)} ${units[power]}`;
}

function shortTable(process: Process): string {
  const cell = (value: number, width: number) => String(value).padStart(width);
  const rows = shownLinks(process).map(
    (link) =>
      `${link.name.padEnd(16)} ${cell(link.mtu, 4)} ${cell(link.received.packets, 8)}      0      0 0      ${cell(link.sent.packets, 8)}      0      0      0 ${link.loopback ? "LRU" : "BMRU"}\n`,
  );
  return `Iface      MTU    RX-OK RX-ERR RX-DRP RX-OVR    TX-OK TX-ERR TX-DRP TX-OVR Flg\n${rows.join("")}`;
}

export const route: Program = {
  name: "route",
  *run(process) {
    const options = yield* parseOptions(process, { short: "nveFCA:46", long: { numeric: "n" }, errorStatus: 4 });
    if (typeof options === "number") return options;
    if (options.operands.length === 0) return yield* show(process, routeTable(process, { numeric: options.has("n"), netstat: false }));
    if (process.credentials.uid === 0) return 0;
    yield* process.write(2, "SIOCADDRT: Operation not permitted\n");
    return 7;
  },
};

/** The kernel's routes, as route and netstat -r show them. */
export function routeTable(process: Process, how: { readonly numeric: boolean; readonly netstat: boolean }): string {
  const { gateway } = process.system.machine;
  const out = uplink(process);
  const small = process.flavour === "busybox";
  const tail = how.netstat ? "     0 0          0" : "0      0        0";
  const row = (cells: readonly [string, string, string, string, string]) => {
    const [to, via, mask, flags, name] = cells;
    return `${to.padEnd(15)} ${via.padEnd(15)} ${mask.padEnd(15)} ${flags.padEnd(how.netstat ? 4 : 5)} ${tail} ${name}\n`;
  };
  const any = how.numeric ? "0.0.0.0" : small ? "*" : "0.0.0.0";
  const first = out === undefined ? "" : row([how.numeric ? "0.0.0.0" : "default", gateway, "0.0.0.0", "UG", out.name]);
  const rest = links(process)
    .filter(({ loopback }) => !loopback)
    .map((link) => row([networkOf(link.address, link.prefix), any, maskOf(link.prefix), "U", link.name]));
  const columns = how.netstat ? "Flags   MSS Window  irtt Iface" : "Flags Metric Ref    Use Iface";
  return `Kernel IP routing table\nDestination     Gateway         Genmask         ${columns}\n${first}${rest.join("")}`;
}

export const arp: Program = {
  name: "arp",
  *run(process) {
    const options = yield* parseOptions(process, { short: "anevDsdi:H:t:", long: { numeric: "n", all: "a" } });
    if (typeof options === "number") return options;
    if (options.has("s") || options.has("d"))
      return process.credentials.uid === 0 ? 0 : yield* process.fail("SIOCSARP: Operation not permitted", 255);
    const { gateway } = process.system.machine;
    const [host] = options.operands;
    if (host !== undefined && host !== gateway) return yield* show(process, `${host} (${host}) -- no entry\n`);
    return yield* show(process, arpTable(process, options.has("a") || process.flavour === "busybox"));
  },
};

function arpTable(process: Process, terse: boolean): string {
  const { gateway } = process.system.machine;
  const [mac, device] = [gatewayMac(process.system), uplink(process)?.name ?? "eth0"];
  if (terse) return `? (${gateway}) at ${mac} [ether]${process.flavour === "busybox" ? "  " : " "}on ${device}\n`;
  const head = "Address                  HWtype  HWaddress           Flags Mask            Iface\n";
  return `${head}${gateway.padEnd(24)} ether   ${mac}   C                     ${device}\n`;
}
