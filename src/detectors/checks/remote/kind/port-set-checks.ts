import type { PortView, RemoteView } from "../../../views/remote-view.ts";
import { conversation, fine, greetingOf, hostCheck, type Opinion, odd, oddIf, type RemoteCheck } from "./opinions.ts";

/** Which ports are open, whatever they say. */
const openTcp = ({ ports }: RemoteView) => ports.filter(({ state, transport }) => state === "open" && transport === "tcp");

interface PortSet {
  readonly product: string;
  readonly ports: readonly number[];
  /** Of those that must be open, at least. */
  readonly least: number;
}

/** Ports that a honeypot opens by default: conf/, *.conf.dist, honeypot.py, compose files of the products. */
const SETS: readonly PortSet[] = [
  { product: "Dionaea", ports: [21, 42, 80, 135, 443, 445, 1433, 1723, 1883, 3306, 5060, 5061, 11211, 27017], least: 10 },
  {
    product: "Nepenthes",
    ports: [
      21, 25, 42, 80, 110, 135, 139, 143, 220, 443, 445, 465, 993, 995, 1023, 1025, 2103, 2105, 2107, 2745, 3127, 3140, 3372, 5000, 5554,
      6129, 10000, 17300, 27347,
    ],
    least: 20,
  },
  {
    product: "Amun",
    ports: [
      21, 23, 25, 42, 80, 105, 110, 135, 139, 143, 443, 445, 554, 587, 617, 1023, 1025, 1080, 1111, 1581, 1900, 2101, 2103, 2105, 2107,
      2380, 2555, 2745, 2954, 2967, 2968, 3127, 3128, 3268, 3372, 3389, 3628, 5000, 5168, 5554, 6070, 6101, 6129, 7144, 7547, 8080, 9999,
      10203, 27347, 38292, 41523,
    ],
    least: 34,
  },
  { product: "Artillery", ports: [22, 1433, 8080, 21, 5060, 5061, 5900, 25, 53, 110, 1723, 1337, 10000, 5800, 44443, 16993], least: 12 },
  { product: "HoneyPy", ports: [7, 8, 23, 24, 2048, 4096, 10007, 10008, 10009, 10010], least: 7 },
  { product: "Conpot", ports: [80, 102, 502, 44818, 21, 47808, 623], least: 5 },
];

const SHARE = 0.7;

function setOpinion(view: RemoteView): Opinion {
  const open = new Set(openTcp(view).map(({ port }) => port));
  if (view.ports.length < 3) return undefined;
  const found = SETS.map(({ product, ports, least }) => ({
    product,
    least,
    ports,
    there: ports.filter((port) => open.has(port)).length,
  })).find(({ there, least, ports }) => there >= least && there / ports.length >= SHARE);
  return found === undefined ? fine("no known set") : odd(`${found.there} of the ${found.ports.length} ports of ${found.product}`);
}

/** Nothing was heard on the port, whatever was said to it. */
const mute = ({ exchanges }: PortView) => exchanges.length >= 3 && exchanges.every(({ turns }) => turns.every(({ from }) => from === "us"));

function closesAtOnce(port: PortView): boolean {
  const exchange = conversation(port, "null");
  return exchange !== undefined && exchange.turns.length === 0 && (exchange.ended === "them" || exchange.ended === "reset");
}

const MANY = 200;

export const portSetChecks: readonly RemoteCheck[] = [
  hostCheck({
    id: "ports.honeypot-set",
    family: "port-set",
    looksAt: "which ports are open",
    reason: "The open ports are those that a known honeypot opens by default.",
    ratio: 15,
    source: "default configurations of Dionaea, Nepenthes, Amun, Artillery, HoneyPy, Conpot",
    opinion: setOpinion,
  }),
  hostCheck({
    id: "ports.too-many",
    family: "port-set",
    looksAt: "how many ports are open",
    reason: "More ports are open than any host has services.",
    ratio: 30,
    source: "ivre: 200 ports; Shodan's score; portspoof",
    opinion: (view) => {
      const open = openTcp(view).length;
      return view.ports.length === 0 ? undefined : oddIf(open >= MANY, `${open} open ports`);
    },
  }),
  hostCheck({
    id: "ports.mute",
    family: "port-set",
    looksAt: "open ports that never answer anything",
    reason: "A crowd of ports takes connections and says nothing to any protocol.",
    ratio: 10,
    source: "ivre, SYN-ACK honeypots; LaBrea",
    opinion: (view) => {
      const open = openTcp(view).filter(({ exchanges }) => exchanges.length >= 3);
      if (open.length === 0) return undefined;
      const silent = open.filter(mute).length;
      return oddIf(silent >= 10 && silent / open.length > 0.6, `${silent} of ${open.length} open ports`);
    },
  }),
  hostCheck({
    id: "ports.close-at-once",
    family: "port-set",
    looksAt: "open ports that close without a word",
    reason: "A crowd of ports takes connections and drops them at once, as a listener does that only counts visitors.",
    ratio: 4,
    source: "OpenCanary portscan, Artillery",
    opinion: (view) => {
      const open = openTcp(view).filter((port) => conversation(port, "null") !== undefined);
      if (open.length === 0) return undefined;
      const closing = open.filter(closesAtOnce).length;
      return oddIf(closing >= 6 && closing / open.length > 0.5, `${closing} of ${open.length} open ports`);
    },
  }),
  hostCheck({
    id: "ports.ssh-crowd",
    family: "port-set",
    looksAt: "ports with an SSH server",
    reason: "SSH servers of different products or versions stand on one host.",
    ratio: 1.8,
    source: "T-Pot and HFish: administration beside the trap",
    opinion: (view) => {
      const idents = openTcp(view).flatMap((port) => /(?:^|\n)(SSH-\d\.\d+-[^\r\n]*)/.exec(greetingOf(port) ?? "")?.[1] ?? []);
      return idents.length === 0 ? undefined : oddIf(new Set(idents).size >= 2, [...new Set(idents)].join(", "));
    },
  }),
];
