import type { State } from "./evidence.ts";
import type { SuspicionSettings } from "./settings.ts";
import type { Network } from "./source.ts";

/** What is remembered of one source that is not trusted. */
export interface Standing {
  readonly network: Network;
  state: Exclude<State, "trusted">;
  /** Milliseconds since 1970, as all times here. */
  since: number;
  /** Why it is in its state, for people. */
  reason: string;
  /** Points for deeds, as of `at`. */
  deeds: number;
  /** Points for the shape of its contacts alone: they don't count against who is known. */
  scan: number;
  at: number;
  /** Until when it is known; 0: it is not. */
  knownUntil: number;
  /** It was on the allow list and touched a decoy: trusted again only when nothing is left. */
  revoked: boolean;
  contacts: Contacts | undefined;
  logins: Logins | undefined;
}

/** Contacts within one window of time. */
export interface Contacts {
  readonly from: number;
  readonly ports: Set<number>;
  readonly hosts: Set<string>;
  total: number;
  halfOpen: number;
  halfOpenSaid: boolean;
}

/** Failed logins within one window of time. */
export interface Logins {
  readonly from: number;
  readonly users: Set<string>;
  failures: number;
  manySaid: boolean;
  usersSaid: boolean;
}

/** More distinct ports, hosts or names are not remembered one by one. */
export const MAX_DISTINCT = 64;
/** However much somebody does: after ten half-lives nothing of it is left. */
const MAX_POINTS = 1000;
/** What is below is nothing. */
const NOTHING = 1;

export function newStanding(network: Network, now: number): Standing {
  const nothing = { contacts: undefined, logins: undefined, revoked: false, knownUntil: 0, deeds: 0, scan: 0 };
  return { network, state: "unknown", since: now, reason: "nothing is known of it", at: now, ...nothing };
}

/** Brings the points to `now`. A clock that goes back makes nothing younger. */
export function decay(standing: Standing, now: number, { halfLifeSeconds }: SuspicionSettings): void {
  const elapsed = Math.max(0, now - standing.at);
  const left = 0.5 ** (elapsed / (halfLifeSeconds * 1000));
  standing.deeds *= left;
  standing.scan *= left;
  standing.at = Math.max(standing.at, now);
  if (standing.deeds + standing.scan < NOTHING) standing.revoked = false;
}

export function charge(standing: Standing, kind: "deeds" | "scan", points: number): void {
  standing[kind] = Math.min(MAX_POINTS, standing[kind] + points);
}

export function scoreOf({ deeds, scan }: Standing): number {
  return Math.round(deeds + scan);
}

/** The state that follows from the points: who is in a bad one leaves it only when half of what led there is left. */
export function nextState(standing: Standing, now: number, settings: SuspicionSettings): Standing["state"] {
  const { suspectAt, hostileAt } = settings;
  const known = standing.knownUntil > now;
  const score = known && standing.state === "known" && standing.deeds < NOTHING ? 0 : standing.deeds + standing.scan;
  if (score >= (standing.state === "hostile" ? hostileAt / 2 : hostileAt)) return "hostile";
  const isBad = standing.state === "suspect" || standing.state === "hostile";
  if (score >= (isBad ? suspectAt / 2 : suspectAt)) return "suspect";
  return known ? "known" : "unknown";
}

/** Until when it stays in its state or a worse one if nothing more is seen. */
export function endOf({ state, at, knownUntil, deeds, scan }: Standing, { suspectAt, halfLifeSeconds }: SuspicionSettings): number {
  if (state === "known") return knownUntil;
  if (state === "unknown") return at;
  return at + Math.ceil(halfLifeSeconds * 1000 * Math.max(0, Math.log2((deeds + scan) / (suspectAt / 2))));
}
