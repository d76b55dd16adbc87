import { loadSet } from "../../detectors/responders/index.ts";
import { numberOf, shuffled } from "../draw.ts";
import type { Site } from "../effect.ts";
import type { WireWish } from "./wire-wish.ts";

type Drawn = Pick<Site, "seed">;
type WishOf = (site: Drawn) => WireWish;

/** The ports that bots of the last ten years look for first. */
const SOUGHT = ["23", "81", "2323", "2375", "5555", "5984", "6379", "7547", "8291", "11211", "37215", "52869", "60001"];
const HELD = 7;

const said = (...responders: readonly string[]): WishOf => {
  return () => ({ unused: { responders } });
};
const held = (...tarpit: readonly string[]): WishOf => {
  return () => ({ unused: { tarpit } });
};
const talked = (...sensorSets: readonly string[]): WishOf => {
  return () => ({ sensorSets });
};

/** What each clue of the wire asks for, by the clue's id; what differs between sites is drawn. */
export const wireClues: Readonly<Record<string, WishOf>> = {
  "network.telnet-greeting": said("cowrie"),
  "network.ftp-greeting": said("dionaea"),
  "network.mysql-salt": said("dionaea"),
  "network.port-set": () => ({ unused: { tarpit: [...portsOf("dionaea"), "42", "135", "443", "5061"], responders: ["dionaea"] } }),
  "network.two-systems": held("135", "139", "445", "1433", "3389"),
  "network.control-systems": held("102", "502", "2404", "44818"),
  "network.holding-ports": (site) => ({ unused: { tarpit: inOrder(shuffled(site, "holding-ports", SOUGHT).slice(0, HELD)) } }),
  "network.all-ports": held("1-65535"),
  "network.nonsense": () => ({ patterns: true }),
  "network.land": () => ({ land: true }),
  "network.slow-echo": (site) => ({ delayMs: 40 + numberOf(site, "slow-echo", 50) }),
  "network.stack-mismatch": () => ({ stack: { ttl: 128 } }),
  "network.ip-id-counts": () => ({ stack: { ipId: "sequential" } }),
  "network.option-order": () => ({ stack: { options: "mss,nop,wscale,sack,timestamps" } }),
  "network.other-service": () => ({ handOver: [{ port: 22, decoy: "ssh" }] }),
  "network.second-ssh": talked("cowrie"),
  "network.redis-error": talked("tpot"),
  "network.smtp-help": talked("mailoney"),
  "network.elasticsearch-answers": talked("tpot"),
  "network.t-pot-page": talked("tpot"),
  "network.many-pages": talked("web"),
};

export function isWireClue(id: string): boolean {
  return Object.hasOwn(wireClues, id);
}

function portsOf(set: string): readonly string[] {
  return loadSet(set)
    .services.filter(({ transport }) => transport === "tcp")
    .map(({ port }) => String(port));
}

const inOrder = (ports: readonly string[]): readonly string[] => ports.toSorted((one, other) => Number(one) - Number(other));
