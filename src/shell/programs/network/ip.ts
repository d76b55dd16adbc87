import { gatewayMac } from "../../files/proc-network.ts";
import type { Execution, Process, Program } from "../../program.ts";
import { type Link, links, networkOf, uplink } from "./links.ts";
import { isAddress } from "./resolver.ts";

/** ip of iproute2: addresses, links, routes and neighbours as they are; changes are taken from root and forgotten. */
export const ip: Program = {
  name: "ip",
  *run(process) {
    const call = readCall(process.args);
    if ("unknown" in call) return yield* complain(process, `Option "${call.unknown}" is unknown, try "ip -help".`, 255);
    if (call.flags.has("V")) return yield* show(process, "ip utility, iproute2-6.1.0, libbpf 1.1.2\n");
    const [object = "", ...rest] = call.words;
    if (object === "" || object === "help") return yield* complain(process, USAGE, 255);
    const found = OBJECTS.find((one) => one.names.some((name) => name.startsWith(object)));
    if (found === undefined) return yield* complain(process, `Object "${object}" is unknown, try "ip help".`);
    return yield* found.run(process, { flags: call.flags, words: rest });
  },
};

interface Call {
  /** Short names of the global options: 4 6 br o s c d j V. */
  readonly flags: ReadonlySet<string>;
  readonly words: readonly string[];
}

const OPTIONS = [
  "4",
  "6",
  "0",
  "brief",
  "oneline",
  "statistics",
  "stats",
  "color",
  "details",
  "json",
  "pretty",
  "Version",
  "resolve",
  "human-readable",
  "iec",
  "all",
  "timestamp",
  "Numeric",
  "family",
  "netns",
];
const SHORT: Readonly<Record<string, string>> = {
  brief: "br",
  oneline: "o",
  statistics: "s",
  stats: "s",
  color: "c",
  details: "d",
  json: "j",
  pretty: "p",
  Version: "V",
};

function readCall(args: readonly string[]): Call | { readonly unknown: string } {
  const flags = new Set<string>();
  let at = 0;
  for (let arg = args[at]; arg?.startsWith("-") === true; arg = args[at]) {
    const full = optionName(arg);
    if (full === undefined) return { unknown: arg };
    flags.add(SHORT[full] ?? full);
    at += full === "family" || full === "netns" ? 2 : 1;
    if (full === "family") flags.add(args[at - 1] === "inet6" ? "6" : "4");
  }
  return { flags, words: args.slice(at) };
}

function optionName(arg: string): string | undefined {
  const name = arg.replace(/^--?/, "").replace(/=.*/, "");
  if (name === "") return undefined;
  return name === "c" ? "color" : OPTIONS.find((one) => one.startsWith(name));
}

interface IpObject {
  readonly names: readonly string[];
  readonly run: (process: Process, call: Call) => Execution;
}

const OBJECTS: readonly IpObject[] = [
  { names: ["address"], run: (process, call) => addressCommand(process, call) },
  { names: ["link"], run: (process, call) => linkCommand(process, call) },
  { names: ["route"], run: (process, call) => routeCommand(process, call) },
  { names: ["neighbour", "neighbor"], run: (process, call) => neighbourCommand(process, call) },
  {
    names: ["rule"],
    run: (process) => show(process, "0:\tfrom all lookup local\n32766:\tfrom all lookup main\n32767:\tfrom all lookup default\n"),
  },
  {
    names: ["maddress", "mroute", "monitor", "netns", "tunnel", "tuntap", "xfrm", "vrf", "ntable", "token"],
    run: (process) => show(process, ""),
  },
];

const USAGE = `Usage: ip [ OPTIONS ] OBJECT { COMMAND | help }
       ip [ -force ] -batch filename
where  OBJECT := { address | link | maddress | monitor | mroute | neighbour | netns |
                   route | rule | tunnel | tuntap | vrf | xfrm }
       OPTIONS := { -V[ersion] | -s[tatistics] | -d[etails] | -r[esolve] |
                    -h[uman-readable] | -j[son] | -p[retty] | -4 | -6 | -0 |
                    -br[ief] | -o[neline] | -n[etns] name | -c[olor]}`;

function* show(process: Process, text: string): Execution {
  yield* process.print(text);
  return 0;
}

function* complain(process: Process, text: string, status = 1): Execution {
  yield* process.write(2, `${text}\n`);
  return status;
}

const SHOW = ["show", "list", "ls"];
const CHANGES = ["add", "change", "replace", "delete", "flush", "set", "append", "prepend", "restore"];

/** What a visitor would change: refused to users, taken from root. */
function* change(process: Process, object: string, words: readonly string[]): Execution<number | undefined> {
  const [verb = ""] = words;
  if (!CHANGES.some((one) => one.startsWith(verb)))
    return yield* complain(process, `Command "${verb}" is unknown, try "ip ${object} help".`, 255);
  if (object === "address" && !words.includes("dev"))
    return yield* complain(process, 'Not enough information: "dev" argument is required.', 255);
  const device = words[words.indexOf("dev") + 1];
  if (words.includes("dev") && !links(process).some(({ name }) => name === device))
    return yield* complain(process, `Cannot find device "${device}"`);
  if (process.credentials.uid === 0) return 0;
  return yield* complain(process, "RTNETLINK answers: Operation not permitted", 2);
}

function isShow(verb: string | undefined): boolean {
  return verb === undefined || SHOW.some((one) => one.startsWith(verb));
}

/** `show`, `show eth0`, `show dev eth0`; undefined after a complaint. */
function* chosen(process: Process, words: readonly string[]): Execution<readonly Link[] | undefined> {
  const names = words.slice(1).filter((word) => !["dev", "up", "scope", "global", "permanent", "dynamic"].includes(word));
  const all = links(process);
  const [name] = names;
  if (name === undefined) return all;
  const found = all.filter((link) => link.name === name);
  if (found.length > 0) return found;
  yield* complain(process, `Device "${name}" does not exist.`);
  return undefined;
}

function* addressCommand(process: Process, { flags, words }: Call): Execution {
  if (!isShow(words[0])) return (yield* change(process, "address", words)) ?? 0;
  const shown = yield* chosen(process, words);
  if (shown === undefined) return 1;
  const only = flags.has("4") ? 4 : flags.has("6") ? 6 : undefined;
  const text = shown.map((link) =>
    flags.has("br")
      ? briefAddress(link, only)
      : flags.has("o")
        ? onelineAddress(link, only)
        : fullAddress(link, { only, statistics: flags.has("s") }),
  );
  return yield* show(process, text.join(""));
}

function flagsText(link: Link): string {
  return link.loopback ? "<LOOPBACK,UP,LOWER_UP>" : "<BROADCAST,MULTICAST,UP,LOWER_UP>";
}

function stateOf(link: Link): string {
  return link.loopback ? "UNKNOWN" : "UP";
}

function queue(link: Link): string {
  return link.loopback || link.name.startsWith("br") || link.name.includes(".") ? "noqueue" : "fq_codel";
}

function headLine(link: Link, mode: string): string {
  return `${link.index}: ${link.name}: ${flagsText(link)} mtu ${link.mtu} qdisc ${queue(link)} state ${stateOf(link)} ${mode}group default qlen 1000\n`;
}

function linkLine(link: Link): string {
  const broadcast = link.loopback ? "00:00:00:00:00:00" : "ff:ff:ff:ff:ff:ff";
  return `    link/${link.loopback ? "loopback" : "ether"} ${link.mac} brd ${broadcast}\n`;
}

/** The address lines without what leads them in. */
function addressTexts(link: Link, only: 4 | 6 | undefined): readonly string[] {
  const scope = link.loopback ? "host" : "global";
  const broadcast = link.loopback ? "" : ` brd ${link.broadcast}`;
  const four = only === 6 ? [] : [`inet ${link.address}/${link.prefix}${broadcast} scope ${scope} ${link.name}`];
  const six = only === 4 ? [] : link.address6.map((one) => `inet6 ${one.address}/${one.prefix} scope ${one.scope} `);
  return [...four, ...six];
}

const LIFETIME = "valid_lft forever preferred_lft forever";

function fullAddress(link: Link, how: { readonly only: 4 | 6 | undefined; readonly statistics: boolean }): string {
  const addresses = addressTexts(link, how.only);
  if (how.only !== undefined && addresses.length === 0) return "";
  const head =
    how.only === 6
      ? `${link.index}: ${link.name}: ${flagsText(link)} mtu ${link.mtu} state ${stateOf(link)} qlen 1000\n`
      : headLine(link, "");
  const hardware = how.only === undefined ? linkLine(link) : "";
  return head + hardware + addresses.map((text) => `    ${text}\n       ${LIFETIME}\n`).join("") + (how.statistics ? statistics(link) : "");
}

function onelineAddress(link: Link, only: 4 | 6 | undefined): string {
  return addressTexts(link, only)
    .map((text) => `${link.index}: ${link.name}    ${text}\\       ${LIFETIME}\n`)
    .join("");
}

function briefAddress(link: Link, only: 4 | 6 | undefined): string {
  const addresses = addressTexts(link, only).map((text) => text.split(" ")[1] ?? "");
  return `${link.name.padEnd(16)} ${stateOf(link).padEnd(14)} ${addresses.map((one) => `${one} `).join("")}\n`;
}

function statistics({ received, sent }: Link): string {
  const row = (bytes: number, packets: number) =>
    `    ${String(bytes).padStart(10)} ${String(packets).padStart(7)} ${["0", "0", "0", "0"].map((zero) => zero.padStart(7)).join(" ")} \n`;
  return `    RX:  bytes packets errors dropped  missed   mcast           \n${row(received.bytes, received.packets)}    TX:  bytes packets errors dropped carrier collsns           \n${row(sent.bytes, sent.packets)}`;
}

function* linkCommand(process: Process, { flags, words }: Call): Execution {
  if (!isShow(words[0])) return (yield* change(process, "link", words)) ?? 0;
  const shown = yield* chosen(process, words);
  if (shown === undefined) return 1;
  const text = shown.map((link) => {
    if (flags.has("br")) return `${link.name.padEnd(16)} ${stateOf(link).padEnd(14)} ${link.mac} ${flagsText(link)} \n`;
    const lines = headLine(link, "mode DEFAULT ") + linkLine(link) + (flags.has("s") ? statistics(link) : "");
    return flags.has("o") ? `${lines.trimEnd().replaceAll("\n", "\\")}\n` : lines;
  });
  return yield* show(process, text.join(""));
}

function* routeCommand(process: Process, { flags, words }: Call): Execution {
  const [verb, target = ""] = words;
  if (verb === "get") return yield* routeGet(process, target);
  if (!isShow(verb)) return (yield* change(process, "route", words)) ?? 0;
  const out = uplink(process);
  if (flags.has("6")) return yield* show(process, sixRoutes(process));
  const dhcp = process.system.processes().some(({ command }) => command.includes(`NetworkManager`)) ? "proto dhcp " : "";
  const first = out === undefined ? "" : `default via ${process.system.machine.gateway} dev ${out.name} ${dhcp}\n`;
  const rows = links(process).filter(({ loopback }) => !loopback);
  return yield* show(
    process,
    first +
      rows
        .map(
          (link) =>
            `${networkOf(link.address, link.prefix)}/${link.prefix} dev ${link.name} proto kernel scope link src ${link.address} \n`,
        )
        .join(""),
  );
}

function sixRoutes(process: Process): string {
  const rows = links(process).filter(({ loopback, address6 }) => !loopback && address6.length > 0);
  return `::1 dev lo proto kernel metric 256 pref medium\n${rows.map((link) => `fe80::/64 dev ${link.name} proto kernel metric 256 pref medium\n`).join("")}`;
}

function* routeGet(process: Process, target: string): Execution {
  if (!isAddress(target))
    return yield* complain(
      process,
      target === "" ? "need at least a destination address" : `Error: any valid prefix is expected rather than "${target}".`,
    );
  const own = links(process).find(({ address }) => address === target);
  if (own !== undefined || target.startsWith("127."))
    return yield* show(
      process,
      `local ${target} dev lo src ${target.startsWith("127.") ? "127.0.0.1" : target} uid ${process.credentials.uid} \n    cache <local> \n`,
    );
  const near = links(process).find((link) => !link.loopback && networkOf(link.address, link.prefix) === networkOf(target, link.prefix));
  const out = near ?? uplink(process);
  if (out === undefined) return yield* complain(process, "RTNETLINK answers: Network is unreachable", 2);
  const via = near === undefined ? `via ${process.system.machine.gateway} ` : "";
  return yield* show(process, `${target} ${via}dev ${out.name} src ${out.address} uid ${process.credentials.uid} \n    cache \n`);
}

function* neighbourCommand(process: Process, { words }: Call): Execution {
  if (!isShow(words[0])) return (yield* change(process, "neighbour", words)) ?? 0;
  const out = uplink(process);
  return yield* show(
    process,
    out === undefined ? "" : `${process.system.machine.gateway} dev ${out.name} lladdr ${gatewayMac(process.system)} REACHABLE \n`,
  );
}
