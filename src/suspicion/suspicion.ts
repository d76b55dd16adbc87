import type { Deed, Evidence, State, Transition } from "./evidence.ts";
import type { SuspicionSettings } from "./settings.ts";
import { formatNetwork, holds, type Network, parseAddress, sourceNetwork } from "./source.ts";
import { charge, decay, endOf, newStanding, nextState, type Standing, scoreOf } from "./standing.ts";
import { Trust, type Trusted } from "./trust.ts";
import { weigh } from "./weigh.ts";

/**
 * What is thought of each source: evidence in, changes of state out.
 *
 * What must stay true: unproven evidence changes nothing and is remembered nowhere, so packets in another's name cost only themselves; memory is
 * bounded, and no flood drives out who is trusted or hostile; the same evidence at the same times gives the same states. Several hosts behind one
 * address (NAT) are one source: what one of them does, all of them answer for, except that an operator may trust the address.
 */
export class Suspicion {
  readonly #settings: SuspicionSettings;
  readonly #now: () => number;
  readonly #trust: Trust;
  /** The least recently seen first, as maps keep their order. */
  readonly #ordinary = new Map<string, Standing>();
  readonly #suspects = new Map<string, Standing>();
  readonly #hostile = new Map<string, Standing>();
  #unproven = 0;

  /** @param now milliseconds since 1970 */
  constructor(settings: SuspicionSettings, now: () => number) {
    this.#settings = settings;
    this.#now = now;
    this.#trust = new Trust(settings);
  }

  /** How many sources are remembered in each kind of state, and how much evidence had no proof. */
  get size(): {
    readonly ordinary: number;
    readonly suspects: number;
    readonly hostile: number;
    readonly trusted: number;
    readonly unproven: number;
  } {
    return {
      ordinary: this.#ordinary.size,
      suspects: this.#suspects.size,
      hostile: this.#hostile.size,
      trusted: this.#trust.size,
      unproven: this.#unproven,
    };
  }

  /** Weighs what was seen. @returns the changes that follow: none, or a few */
  take({ source, proof, deed }: Evidence): readonly Transition[] {
    const address = parseAddress(source);
    if (address === undefined) return [];
    if (proof === "none") {
      this.#unproven += 1;
      return [];
    }
    const now = this.#now();
    const standing = this.#find(address) ?? newStanding(sourceNetwork(address, this.#settings.ipv6Prefix), now);
    decay(standing, now, this.#settings);
    const trusted = this.#trust.of(address, standing, now);
    if (trusted === undefined) return this.#charge(address, standing, deed);
    return this.#takeOfTrusted(address, { standing, deed, revocable: trusted.revocable });
  }

  /** What is thought of an address now. */
  stateOf(source: string): Opinion | undefined {
    const address = parseAddress(source);
    if (address === undefined) return undefined;
    const now = this.#now();
    const standing = this.#find(address) ?? newStanding(sourceNetwork(address, this.#settings.ipv6Prefix), now);
    decay(standing, now, this.#settings);
    const trusted = this.#trust.of(address, standing, now);
    if (trusted !== undefined) return trustedOpinion(trusted);
    return { ...this.#opinionOf(standing), state: nextState(standing, now, this.#settings) };
  }

  /** What is thought of a source that is suspect or hostile, by the text that changes and lists have. */
  badOpinion(source: string): Opinion | undefined {
    const standing = this.#hostile.get(source) ?? this.#suspects.get(source);
    return standing === undefined ? undefined : this.#opinionOf(standing);
  }

  /** Whether anything was seen of an address that is not forgotten. */
  remembers(source: string): boolean {
    const address = parseAddress(source);
    return address !== undefined && this.#find(address) !== undefined;
  }

  /** All sources of which more is thought than nothing. */
  list(): readonly Opinion[] {
    const trusted = this.#trust.list(this.#now()).map(trustedOpinion);
    return [...trusted, ...[...this.standings()].filter(({ state }) => state !== "unknown").map((standing) => this.#opinionOf(standing))];
  }

  /** Lets time work: points halve, trust ends. To be called every few seconds. */
  sweep(): readonly Transition[] {
    const now = this.#now();
    const ended = this.#trust.expire(now).map(
      ({ network, reason }): Transition => ({
        source: formatNetwork(network),
        from: "trusted",
        to: "unknown",
        ...{ at: now, until: now, reason, score: 0 },
      }),
    );
    const moved = [...this.#hostile, ...this.#suspects].flatMap(([, standing]) => {
      decay(standing, now, this.#settings);
      const same = nextState(standing, now, this.#settings) === standing.state;
      return same ? [] : this.#move(standing, now, "nothing more was seen of it for some time");
    });
    return [...ended, ...moved];
  }

  /** An operator forgets what was seen of a source. */
  forgive(source: string, by = "the operator"): readonly Transition[] {
    const address = parseAddress(source);
    const standing = address === undefined ? undefined : this.#find(address);
    if (standing === undefined) return [];
    Object.assign(standing, { deeds: 0, scan: 0, revoked: false, contacts: undefined, logins: undefined });
    return this.#move(standing, this.#now(), `${by} forgave it`);
  }

  /**
   * An operator trusts a network; it is revoked like the allow list.
   *
   * @param until milliseconds since 1970; Infinity: until further notice
   * @returns undefined where no more can be trusted
   */
  trust(network: Network, { by = "the operator", until = Number.POSITIVE_INFINITY } = {}): readonly Transition[] | undefined {
    const now = this.#now();
    const reason = `${by} trusts it`;
    if (!this.#trust.allow({ network, since: now, until, reason, revocable: true })) return undefined;
    const changed = [...this.standings()]
      .filter(({ network: own }) => own.prefix >= network.prefix && holds(network, own.bytes))
      .flatMap((standing) => this.forgive(formatAddress(standing), by));
    return [...changed, { source: formatNetwork(network), from: "unknown", to: "trusted", at: now, until, reason, score: 0 }];
  }

  /** An operator takes trust back, from logins too. */
  distrust(network: Network, by = "the operator"): readonly Transition[] {
    const now = this.#now();
    return this.#trust.disallow(network).map(({ network: own }) => ({
      source: formatNetwork(own),
      from: "trusted",
      to: "unknown",
      ...{ at: now, until: now, reason: `${by} took the trust back`, score: 0 },
    }));
  }

  /** Every source that is remembered and not trusted. */
  *standings(): Iterable<Standing> {
    yield* this.#hostile.values();
    yield* this.#suspects.values();
    yield* this.#ordinary.values();
  }

  /** What was trusted by logins and operators, for a snapshot. */
  get trusted(): Trust {
    return this.#trust;
  }

  /** Puts a standing back that a snapshot held; one that is already there stays. */
  restore(standing: Standing): void {
    const key = formatNetwork(standing.network);
    if (this.#mapOf(standing.state).has(key)) return;
    this.#put(standing);
  }

  /** A trusted source can lose its trust by a touched decoy or lure, and by nothing else; a login renews it. */
  #takeOfTrusted(
    address: Uint8Array,
    { standing, deed, revocable }: { readonly standing: Standing; readonly deed: Deed; readonly revocable: boolean },
  ): readonly Transition[] {
    const now = this.#now();
    if (this.#isTrustedLogin(deed)) this.#trust.login(address, now, loginReason(deed));
    if ((deed.kind !== "decoy" && deed.kind !== "lure") || !revocable) return [];
    const hadLogin = this.#trust.revoke(address);
    standing.revoked = true;
    const changes = this.#charge(address, standing, deed);
    const [login, own] = [formatAll(address), formatNetwork(standing.network)];
    const until = endOf(standing, this.#settings);
    const lost = {
      from: "trusted",
      to: standing.state,
      at: now,
      until,
      reason: `touched a ${deed.kind}`,
      score: scoreOf(standing),
    } as const;
    // In IPv6 a login is one address of the network that is the source.
    const ofLogin = hadLogin && login !== own ? [{ ...lost, source: login }] : [];
    if (ofLogin.length > 0) return [...ofLogin, ...changes];
    if (changes.some(({ source }) => source === own))
      return changes.map((change) => (change.source === own ? { ...change, from: "trusted" as const } : change));
    return [{ ...lost, source: own }, ...changes];
  }

  #charge(address: Uint8Array, standing: Standing, deed: Deed): readonly Transition[] {
    const now = this.#now();
    const weights = weigh(standing, deed, { now, settings: this.#settings });
    for (const { kind, points } of weights) charge(standing, kind, points);
    const reason = weights.at(-1)?.reason ?? "ended a conversation as it should";
    if (deed.kind === "session") standing.knownUntil = now + this.#settings.knownSeconds * 1000;
    const changes = this.#move(standing, now, reason);
    const bad = standing.state === "suspect" || standing.state === "hostile";
    return this.#isTrustedLogin(deed) && !bad ? [...changes, ...this.#trustLogin(address, standing, deed)] : changes;
  }

  /** An accepted login of a source that is suspect is no reason to trust it: passwords are guessed. */
  #trustLogin(address: Uint8Array, standing: Standing, deed: Deed): readonly Transition[] {
    const now = this.#now();
    if (!this.#trust.login(address, now, loginReason(deed))) return [];
    const from = standing.state;
    standing.logins = undefined;
    standing.deeds = 0;
    const until = now + this.#settings.trustSeconds * 1000;
    return [{ source: formatAll(address), from, to: "trusted", at: now, until, reason: loginReason(deed), score: 0 }];
  }

  #isTrustedLogin(deed: Deed): deed is Extract<Deed, { readonly kind: "login" }> {
    return deed.kind === "login" && deed.accepted && deed.verified && this.#settings.trustServices.includes(deed.service);
  }

  /** Gives a standing the state that follows from its points. */
  #move(standing: Standing, now: number, reason: string): readonly Transition[] {
    const from = standing.state;
    const to = nextState(standing, now, this.#settings);
    this.#mapOf(from).delete(formatNetwork(standing.network));
    standing.state = to;
    if (to === "suspect" || to === "hostile") standing.knownUntil = 0;
    if (from !== to) {
      standing.since = now;
      standing.reason = reason;
    }
    const pushedOut = this.#put(standing);
    if (from === to) return pushedOut;
    const until = endOf(standing, this.#settings);
    return [{ source: formatNetwork(standing.network), from, to, at: now, until, reason, score: scoreOf(standing) }, ...pushedOut];
  }

  /** Puts a standing behind all others of its kind; where there is no room, the first of them goes. */
  #put(standing: Standing): readonly Transition[] {
    const { maxSources, maxSuspects } = this.#settings;
    const map = this.#mapOf(standing.state);
    map.set(formatNetwork(standing.network), standing);
    if (map.size <= (map === this.#ordinary ? maxSources : maxSuspects)) return [];
    const [oldest] = map;
    if (oldest === undefined) return [];
    const [key, gone] = oldest;
    map.delete(key);
    const isOrdinary = map === this.#ordinary;
    return isOrdinary
      ? []
      : [
          {
            source: key,
            from: gone.state,
            to: "unknown",
            ...{ at: this.#now(), until: this.#now(), reason: "there was no room to remember it", score: scoreOf(gone) },
          },
        ];
  }

  #opinionOf(standing: Standing): Opinion {
    const { network, state, since, reason } = standing;
    return { source: formatNetwork(network), state, since, reason, score: scoreOf(standing), until: endOf(standing, this.#settings) };
  }

  #mapOf(state: Standing["state"]): Map<string, Standing> {
    return state === "hostile" ? this.#hostile : state === "suspect" ? this.#suspects : this.#ordinary;
  }

  #find(address: Uint8Array): Standing | undefined {
    const key = formatNetwork(sourceNetwork(address, this.#settings.ipv6Prefix));
    return this.#hostile.get(key) ?? this.#suspects.get(key) ?? this.#ordinary.get(key);
  }
}

/** What is thought of a source, for people. */
export interface Opinion {
  readonly source: string;
  readonly state: State;
  readonly since: number;
  /** Until when it holds if nothing more is seen; Infinity: until further notice. */
  readonly until: number;
  readonly reason: string;
  readonly score: number;
}

function trustedOpinion({ network, since, until, reason }: Trusted): Opinion {
  return { source: formatNetwork(network), state: "trusted", since, until, reason, score: 0 };
}

function formatAddress({ network: { bytes } }: Standing): string {
  return formatAll(bytes);
}

function formatAll(address: Uint8Array): string {
  return formatNetwork({ bytes: address, prefix: address.length * 8 });
}

function loginReason(deed: Deed): string {
  return deed.kind === "login" ? `logged in to ${deed.service}` : "";
}
