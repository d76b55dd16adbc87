import type { Execution, Process } from "../../program.ts";

/**
 * Names to addresses without asking anybody: /etc/hosts first, then an address made from the site's seed and the name, the same at each
 * visit. Nothing leaves this host. Names that no public resolver would know fail, as they would.
 */
export interface Resolved {
  readonly name: string;
  readonly address: string;
}

/** Networks of large hosting companies: addresses that any name may have. */
const NETWORKS = [
  [104, 21],
  [172, 67],
  [185, 199],
  [151, 101],
  [95, 216],
  [65, 109],
  [51, 91],
  [157, 90],
  [138, 201],
  [116, 203],
  [159, 69],
  [167, 99],
  [134, 209],
  [45, 33],
  [139, 162],
] as const;

const UNKNOWN_DOMAINS = /(^|\.)(local|lan|internal|invalid|test|example|localhost|localdomain|home|corp|onion|arpa)$/;

/** The address of a name or of a dotted quad; undefined: no such name. Takes the time of a question to the name server. */
export function* resolve(process: Process, name: string): Execution<Resolved | undefined> {
  const known = knownAddress(process, name);
  if (known !== undefined) return { name, address: known };
  yield* process.sleep(4 + (process.system.seeded(`question ${name}`) % 45));
  const address = publicAddress(process, name);
  return address === undefined ? undefined : { name, address };
}

/** What is known without a name server. */
export function knownAddress(process: Process, name: string): string | undefined {
  if (isAddress(name)) return name;
  if (/^\d+$/.test(name) && Number(name) < 2 ** 32) return quad(Number(name));
  if (name === "localhost") return "127.0.0.1";
  return hostsEntry(process, name.toLowerCase());
}

export function publicAddress(process: Process, name: string): string | undefined {
  const lower = name.toLowerCase().replace(/\.$/, "");
  if (lower.length > 253) return undefined;
  const public_ = /^([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z][a-z0-9-]*[a-z]$/.test(lower) && !UNKNOWN_DOMAINS.test(lower);
  if (!public_ || process.system.machine.nameservers.length === 0) return undefined;
  const { seeded } = process.system;
  const [first, second] = NETWORKS[seeded(`network ${lower}`) % NETWORKS.length] ?? [45, 33];
  return `${first}.${second}.${seeded(`third ${lower}`) % 256}.${1 + (seeded(`fourth ${lower}`) % 254)}`;
}

export function isAddress(text: string): boolean {
  return /^(25[0-5]|2[0-4]\d|1?\d?\d)(\.(25[0-5]|2[0-4]\d|1?\d?\d)){3}$/.test(text);
}

export function isAddress6(text: string): boolean {
  return /^[0-9a-fA-F:]+(\.\d+)*(%\w+)?$/.test(text) && text.includes(":");
}

export function quad(value: number): string {
  return [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255].join(".");
}

export function addressNumber(address: string): number {
  return address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}

function hostsEntry(process: Process, name: string): string | undefined {
  const hosts = process.fs.readFile("/etc/hosts");
  if (typeof hosts !== "string") return name === process.system.machine.hostname.toLowerCase() ? "127.0.1.1" : undefined;
  for (const line of hosts.split("\n")) {
    const [address = "", ...names] = line.replace(/#.*/, "").trim().toLowerCase().split(/\s+/);
    if (names.includes(name) && isAddress(address)) return address;
  }
  return undefined;
}
