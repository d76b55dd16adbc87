import { integer, list, type Of, object, type Shape, standard, text } from "../shape/shape.ts";
import { type Network, parseNetwork } from "./source.ts";

/** How much is too much. Points add up, halve with time, and make a source suspect or hostile. */
const seconds = (summary: string, value: number) => standard(integer(`${summary}, in seconds`, 1, 31_536_000), value);
const points = (summary: string, value: number) => standard(integer(`Points for ${summary}`, 0, 1000), value);
const count = (summary: string, value: number) => standard(integer(summary, 1, 1_000_000), value);

const networkShape: Shape<Network> = {
  summary: "An address or a network",
  allowed: "an address, or a network such as 192.0.2.0/24",
  optional: false,
  standard: undefined,
  check: (value, path, problems) => {
    const network = typeof value === "string" ? parseNetwork(value) : undefined;
    if (network === undefined) problems.push({ path, why: "must be an address, or a network such as 192.0.2.0/24" });
    return network;
  },
};

const scanShape = object("Scans", {
  windowSeconds: seconds("Over which time contacts are counted", 60),
  freePorts: count("Ports that anybody may ask for", 4),
  perPort: points("each further port", 5),
  freeHosts: count("Hosts that anybody may ask for", 4),
  perHost: points("each further host", 5),
  halfOpenFrom: count("From how many contacts on the half-open share counts", 6),
  halfOpenPercent: standard(integer("Which share of half-open contacts is a scan", 1, 100), 80),
  halfOpen: points("a half-open scan", 15),
});

const loginShape = object("Failed logins", {
  windowSeconds: seconds("Over which time they are counted", 600),
  perFailure: points("each", 3),
  manyFrom: count("How many are brute force", 8),
  many: points("brute force", 40),
  usersFrom: count("How many names are spraying", 4),
  users: points("spraying", 20),
});

export const suspicionShape = object("When a source is suspect", {
  suspectAt: standard(integer("Points from which on a source is suspect", 1, 1000), 30),
  hostileAt: standard(integer("Points from which on a source is hostile", 1, 1000), 80),
  halfLifeSeconds: seconds("After which time points are halved", 1800),
  trustSeconds: seconds("How long a login is trusted", 43_200),
  knownSeconds: seconds("How long a clean conversation is remembered", 86_400),
  trustServices: standard(list("Services whose accepted logins are trusted", text("A service", { maxLength: 64 }), 16), ["sshd"]),
  allow: standard(list("Who is trusted until it touches a decoy or a lure", networkShape, 1000), []),
  allowAlways: standard(
    list("Who is trusted whatever it does, such as own scanners, or an address that many share (NAT)", networkShape, 1000),
    [],
  ),
  ipv6Prefix: standard(
    integer("Bits of an IPv6 address that are one source; of IPv4 it is a whole address, however many share it", 32, 128),
    64,
  ),
  scan: standard(scanShape, defaultsOf(scanShape)),
  logins: standard(loginShape, defaultsOf(loginShape)),
  odd: points("odd headers", 10),
  decoy: points("a touched decoy", 60),
  lure: points("a touched lure", 80),
  maxSources: standard(integer("Unknown and known sources that are remembered", 16, 1_000_000), 65_536),
  maxSuspects: standard(integer("Suspect sources that are remembered, and as many hostile ones", 16, 1_000_000), 65_536),
  maxTrusted: standard(integer("Logins that are trusted at a time", 1, 65_536), 4096),
});

export type SuspicionSettings = Of<typeof suspicionShape>;

/** What stands where nothing is configured. */
export const defaultSuspicion: SuspicionSettings = defaultsOf(suspicionShape);

function defaultsOf<T>(shape: Shape<T>): T {
  const value = shape.check({}, [], []);
  if (value === undefined) throw new TypeError(`${shape.summary} has no defaults`);
  return value;
}
