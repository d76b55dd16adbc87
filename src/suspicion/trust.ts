import type { SuspicionSettings } from "./settings.ts";
import { formatNetwork, holds, type Network } from "./source.ts";
import type { Standing } from "./standing.ts";

/** Somebody who is trusted, and why. */
export interface Trusted {
  readonly network: Network;
  readonly since: number;
  /** Milliseconds since 1970; Infinity for lists. */
  readonly until: number;
  readonly reason: string;
  /** A touched decoy or lure ends it. */
  readonly revocable: boolean;
}

/**
 * Who is trusted: networks on lists, and single addresses from which somebody logged in (whole ones, also in IPv6: a neighbour in the same network
 * hasn't logged in). A login is trusted for a time; when there is no room, no further login is trusted, and nobody loses trust.
 */
export class Trust {
  readonly #settings: SuspicionSettings;
  readonly #logins = new Map<string, Trusted>();
  readonly #allowed = new Map<string, Trusted>();
  readonly #always: readonly Trusted[];

  constructor(settings: SuspicionSettings) {
    this.#settings = settings;
    this.#always = settings.allowAlways.map((network) =>
      listed(network, { since: 0, reason: "it is on the list of those who are always trusted", revocable: false }),
    );
    for (const network of settings.allow) this.allow(listed(network, { since: 0, reason: ON_LIST, revocable: true }));
  }

  get size(): number {
    return this.#logins.size + this.#allowed.size + this.#always.length;
  }

  /** @param standing what else is known of it: trust by a list sleeps while it is revoked */
  of(address: Uint8Array, { revoked }: Standing, now: number): Trusted | undefined {
    const always = this.#always.find(({ network }) => holds(network, address));
    if (always !== undefined) return always;
    const login = this.#logins.get(keyOf(address));
    if (login !== undefined && login.until > now) return login;
    return revoked ? undefined : [...this.#allowed.values()].find(({ network }) => holds(network, address));
  }

  /** Trusts an address after a login, anew or longer. @returns whether it is trusted now */
  login(address: Uint8Array, now: number, reason: string): boolean {
    const key = keyOf(address);
    const before = this.#logins.get(key);
    if (before === undefined && this.#logins.size >= this.#settings.maxTrusted) return false;
    const network = { bytes: Uint8Array.from(address), prefix: address.length * 8 };
    const until = now + this.#settings.trustSeconds * 1000;
    this.#logins.set(key, { network, since: before?.since ?? now, until, reason, revocable: true });
    return true;
  }

  /** Trusts a network, until it is taken back or its time is over. @returns whether there was room */
  allow(trusted: Trusted): boolean {
    const key = formatNetwork(trusted.network);
    if (!this.#allowed.has(key) && this.#allowed.size >= this.#settings.maxTrusted + this.#settings.allow.length) return false;
    this.#allowed.set(key, trusted);
    return true;
  }

  /** Who stands on the lists by just this address or network. */
  entry(source: string): Trusted | undefined {
    return this.#allowed.get(source) ?? this.#logins.get(source);
  }

  /** Whether it is trusted whatever it does. */
  isAlways(network: Network): boolean {
    return this.#always.some(({ network: own }) => own.prefix <= network.prefix && holds(own, network.bytes));
  }

  /** Whether a list or a login within the network is trusted. */
  isTrusting(network: Network): boolean {
    return this.#within(network).length > 0;
  }

  /** Takes a network off the list, and the trust from logins within it. */
  disallow(network: Network): readonly Trusted[] {
    const gone = this.#within(network);
    for (const [key] of gone) {
      this.#allowed.delete(key);
      this.#logins.delete(key);
    }
    return gone.map(([, trusted]) => trusted);
  }

  #within(network: Network): readonly (readonly [string, Trusted])[] {
    return [...this.#allowed, ...this.#logins].filter(
      ([, { network: own }]) => own.bytes.length === network.bytes.length && own.prefix >= network.prefix && holds(network, own.bytes),
    );
  }

  /** Takes the trust from a login. @returns whether there was one */
  revoke(address: Uint8Array): boolean {
    return this.#logins.delete(keyOf(address));
  }

  /** Those whose time is over. */
  expire(now: number): readonly Trusted[] {
    return [
      ...expireIn(this.#logins, { now, reason: "its login is too long ago" }),
      ...expireIn(this.#allowed, { now, reason: "the time for which it was trusted is over" }),
    ];
  }

  list(now: number): readonly Trusted[] {
    return [...this.#always, ...this.#allowed.values(), ...[...this.#logins.values()].filter(({ until }) => until > now)];
  }

  /** What a restart must not forget: logins. */
  logins(): readonly Trusted[] {
    return [...this.#logins.values()];
  }

  /** And what operators trust, beside the configuration's lists. */
  trustedByOperators(): readonly Trusted[] {
    return [...this.#allowed.values()].filter(({ reason }) => reason !== ON_LIST);
  }

  restoreLogin(trusted: Trusted): void {
    if (this.#logins.size < this.#settings.maxTrusted) this.#logins.set(keyOf(trusted.network.bytes), trusted);
  }
}

const ON_LIST = "it is on the allow list";

function expireIn(map: Map<string, Trusted>, { now, reason }: { readonly now: number; readonly reason: string }): readonly Trusted[] {
  const over = [...map].filter(([, { until }]) => until <= now);
  for (const [key] of over) map.delete(key);
  return over.map(([, trusted]) => ({ ...trusted, reason }));
}

function listed(
  network: Network,
  { since, reason, revocable }: { readonly since: number; readonly reason: string; readonly revocable: boolean },
): Trusted {
  return { network, since, until: Number.POSITIVE_INFINITY, reason, revocable };
}

function keyOf(address: Uint8Array): string {
  return formatNetwork({ bytes: address, prefix: address.length * 8 });
}
