/** The same places for both versions of IP: who is where in the laboratory, and as whom. */
export interface FamilyPlaces {
  readonly family: "ipv4" | "ipv6";
  /** nmap's word for it. */
  readonly nmap: readonly string[];
  readonly attacker: string;
  /** The host, as the attacker's neighbour. */
  readonly host: string;
  /** Behind the router. */
  readonly user: string;
  readonly trusted: string;
  /** The host, for those behind the router. */
  readonly hostBehind: string;
}

export const FAMILIES: readonly FamilyPlaces[] = [
  {
    family: "ipv4",
    nmap: [],
    attacker: "192.0.2.2",
    host: "192.0.2.1",
    user: "203.0.113.2",
    trusted: "203.0.113.3",
    hostBehind: "198.51.100.1",
  },
  {
    family: "ipv6",
    nmap: ["-6"],
    attacker: "2001:db8:1::2",
    host: "2001:db8:1::1",
    user: "2001:db8:3::2",
    trusted: "2001:db8:3::3",
    hostBehind: "2001:db8:2::1",
  },
];
