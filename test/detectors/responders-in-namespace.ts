import { spawnSync } from "node:child_process";
import { type Fingerprint, loadFingerprints } from "../../src/detectors/fingerprints/index.ts";
import { knownRemoteDetectors } from "../../src/detectors/known/remote/index.ts";
import { fired } from "../../src/detectors/known/remote/nuclei-honeypots.ts";
import { pages } from "../../src/detectors/known/remote/nuclei-pages.ts";
import { type Template, templates } from "../../src/detectors/known/remote/nuclei-templates.ts";
import { takeRemoteView } from "../../src/detectors/probes/remote/take-remote-view.ts";
import { remoteStimuli } from "../../src/detectors/remote-detectors.ts";
import { drawResponders, rowsFor, type SaidService, whyNot } from "../../src/detectors/responders/index.ts";
import type { RemoteView } from "../../src/detectors/views/remote-view.ts";
import { runClient } from "../clients/run-client.ts";
import { Site, UpCommand } from "../rig/command.ts";

/**
 * Run in a network namespace of its own: real sensors whose responders say what nmap and nuclei's templates look for, on two addresses of
 * each family, since two products want the same port; and what is found there, by family. Prints it as one line of JSON.
 */
export interface Found {
  /** Ids of nuclei's templates whose conditions hold, those that can never fire by what they meant. */
  readonly nuclei: readonly string[];
  /** How many fire at the one web port. */
  readonly onOnePort: number;
  readonly says: Readonly<Record<string, string>>;
  /** nmap's lines for open ports. */
  readonly nmap: readonly string[];
}

const PREFIXES = { ipv4: "127.0.0.", ipv6: "fd91::" } as const;
const WEB_PORT = 8080;
/** Hosts with what nuclei looks for, and hosts with what nmap looks for. */
const FOR_NUCLEI = [1, 2];
const FOR_NMAP = [3, 4, 5, 6, 7, 8];

const known = loadFingerprints();
const able = known.all.filter((entry) => whyNot(entry) === undefined);
const forNuclei = able.filter(({ fires }) => fires.some((tool) => tool.startsWith("nuclei:")));
const forNmap = able.filter(({ fires }) => fires.some((tool) => /^nmap( netbus-version)?$/.test(tool)));

/** nmap begins with the questions that belong to a port: at another one it would ask for a minute before the right one comes. */
const SOONER: Readonly<Record<string, number>> = { "dionaea.http.options": 5060 };

type Placed = ReadonlyMap<number, readonly SaidService[]>;

/** Each group at its own port, on the first of the hosts where that is free. */
function placed(hosts: readonly number[], groups: Iterable<readonly Fingerprint[]>, before: readonly SaidService[] = []): Placed {
  const made = new Map<number, SaidService[]>(hosts.map((host) => [host, []]));
  made.get(hosts[0] ?? 0)?.push(...before);
  for (const group of groups) {
    const port = SOONER[group[0]?.id ?? ""] ?? group[0]?.ports[0] ?? 0;
    const services = [...made.values()].find((some) => !some.some((one) => one.port === port));
    if (services === undefined) throw new Error(`no host has port ${port} free`);
    services.push({ port, rows: rowsFor(sortedOut(group), known) });
  }
  return made;
}

/** Two ways to say the same: only one of them can answer. */
function sortedOut(group: readonly Fingerprint[]): readonly Fingerprint[] {
  return group.filter(({ id }) => id !== "cowrie.bad-version" && id !== "snare.server");
}

const web = drawResponders({ sets: ["web"], seed: "a site", leaveOut: [] }, known).services;
const nucleiHosts = placed(FOR_NUCLEI, Map.groupBy(forNuclei, ({ product, ports }) => `${product} ${ports[0]}`).values(), web);
const nmapHosts = placed(
  FOR_NMAP,
  forNmap.map((entry) => [entry]),
);

async function found(prefix: string): Promise<Found> {
  const [{ out }, views] = await Promise.all([scanned(prefix), viewed(prefix)]);
  const hits = (template: Template) => views.flatMap((view) => fired(view, { ...template, has: template.meant ?? template.has }));
  const atWeb = [...templates, ...pages].filter((template) => views[0] !== undefined && firesAt(views[0], template, WEB_PORT));
  return {
    nuclei: templates.filter((template) => hits(template).length > 0).map(({ id }) => id),
    onOnePort: atWeb.length,
    says: Object.fromEntries(
      knownRemoteDetectors.map(({ id, judge }) => [id, views.flatMap((view) => judge(view).says.split("\n").toSorted()).join("\n")]),
    ),
    nmap: out.split("\n").filter((line) => /^\d+\/tcp +open/.test(line)),
  };
}

async function viewed(prefix: string): Promise<readonly RemoteView[]> {
  const asked = new Set([...templates, ...pages].map((template) => template.asked));
  const stimuli = remoteStimuli().filter(({ id }) => asked.has(id));
  return Promise.all(
    [...nucleiHosts].map(([host, services]) => {
      const address = `${prefix}${host}`;
      return takeRemoteView(address, { address, ports: services.map(({ port }) => port), stimuli, trials: false });
    }),
  );
}

function scanned(prefix: string): ReturnType<typeof runClient> {
  const ports = new Set([...nmapHosts.values()].flat().map(({ port }) => port));
  const hosts = FOR_NMAP.map((host) => `${prefix}${host}`);
  const family = prefix.includes(":") ? ["-6"] : [];
  return runClient("nmap", ["-n", "-Pn", "-sT", "-sV", ...family, "-p", [...ports].join(","), ...hosts], { withinMs: 500_000 });
}

function firesAt(view: RemoteView, template: Template, port: number): boolean {
  return fired(view, template).some((hit) => hit.port === port);
}

function siteOf(host: number, services: readonly SaidService[]): Site {
  const addresses = Object.values(PREFIXES).map((prefix) => `${prefix}${host}`);
  const listen = services.flatMap(({ port }) => addresses.map((address) => ({ decoy: "responder", address, port })));
  return new Site(JSON.stringify({ listen, decoys: { responder: { services } } }));
}

async function main(): Promise<void> {
  const hosts = [...nucleiHosts, ...nmapHosts].filter(([, services]) => services.length > 0);
  spawnSync("ip", ["link", "set", "lo", "up"]);
  for (const [host] of hosts) spawnSync("ip", ["address", "add", `${PREFIXES.ipv6}${host}/128`, "dev", "lo", "nodad"]);
  await using stack = new AsyncDisposableStack();
  // One after the other: on a busy machine all at once would keep each other from starting.
  for (const [host, services] of hosts) await stack.use(new UpCommand(stack.use(siteOf(host, services)))).ready();
  const [ipv4, ipv6] = await Promise.all([found(PREFIXES.ipv4), found(PREFIXES.ipv6)]);
  process.stdout.write(`${JSON.stringify({ ipv4, ipv6 })}\n`);
}

await main();
