import { type HostLimits, STANDARD_LIMITS } from "../host/limits.ts";
import type { WireSettings } from "../steward/wire/wire-settings.ts";
import { defaultSuspicion, type SuspicionSettings } from "../suspicion/settings.ts";

/**
 * All that an operator can set, already checked and complete: the configuration file is turned into this, and nothing else reads it.
 */
export interface Settings {
  /** The sensor's name in every event. */
  readonly sensor: string;
  /** A profile's name, such as debian-12. */
  readonly persona: string;
  /** The folder of all state: journal, index, quarantine, recordings, keys, memory, control socket. */
  readonly state: string;
  /** `unprivileged`: each listener's own port. `standard`: the real services' ports, bound as root before the rights are dropped to `user`. */
  readonly ports: "unprivileged" | "standard";
  readonly listen: readonly Listen[];
  /** Processes that serve visitors. */
  readonly workers: number;
  /** Which accounts the processes run under when started as root. */
  readonly accounts: Accounts;
  readonly limits: HostLimits;
  readonly retention: Retention;
  /** Options of each decoy, by its name; checked against that decoy's shape. */
  readonly decoys: Readonly<Record<string, unknown>>;
  readonly control: Control;
  /** Addresses, CIDR blocks and names that are the owner's: what `detect remote` may look at besides loopback. */
  readonly ownHosts: readonly string[];
  /** Known honeypots that this host shows at ports which nothing else uses; undefined: none. */
  readonly responders?: Responders | undefined;
  /** What `utsusemi wire up` asks the steward for; undefined: nothing on the wire. */
  readonly wire?: WireSettings | undefined;
  readonly suspicion: SuspicionSettings;
}

export interface Responders {
  /** A numeric address. */
  readonly address: string;
  /** Names of sets (`signatures/responders`); the first has a port that several want. */
  readonly sets: readonly string[];
  /** Ports of services that may start later. */
  readonly leaveOut: readonly number[];
}

export interface Listen {
  /** A decoy's name. */
  readonly decoy: string;
  /** A numeric IPv4 or IPv6 address; `::` takes IPv4 too. */
  readonly address: string;
  /** 0: any free port. */
  readonly port: number;
}

export interface Accounts {
  /** Owns the state and accepts connections. */
  readonly sensor: string;
  /** Holds nothing and serves visitors. */
  readonly worker: string;
}

/** What is kept: a series of journal segments ends when its oldest event is over `days` old or it takes more than `bytes`. */
export interface Retention {
  readonly evidence: Keeping;
  readonly traffic: Keeping;
  readonly health: Keeping;
  /** Captured files. */
  readonly files: Keeping;
  readonly recordings: Keeping;
}

export interface Keeping {
  readonly days: number;
  readonly bytes: number;
}

export interface Control {
  /** Path of the Unix socket; empty: `control.sock` in the state folder. */
  readonly socket: string;
  readonly tcp?: ControlTcp;
}

export interface ControlTcp {
  readonly address: string;
  readonly port: number;
  /** A file (0600) with the token. */
  readonly tokenFile: string;
}

const GIB = 2 ** 30;

/** The settings of a sensor that was told nothing but where its state is. */
export function standardSettings(state: string): Settings {
  return {
    sensor: "utsusemi",
    persona: "debian-12",
    state,
    ports: "unprivileged",
    listen: [
      { decoy: "ssh", address: "127.0.0.1", port: 2222 },
      { decoy: "telnet", address: "127.0.0.1", port: 2323 },
    ],
    workers: 1,
    accounts: { sensor: "utsusemi", worker: "utsusemi-worker" },
    limits: STANDARD_LIMITS,
    retention: {
      evidence: { days: 365, bytes: 8 * GIB },
      traffic: { days: 90, bytes: 4 * GIB },
      health: { days: 30, bytes: GIB },
      files: { days: 365, bytes: 4 * GIB },
      recordings: { days: 365, bytes: 4 * GIB },
    },
    decoys: {},
    control: { socket: "" },
    ownHosts: [],
    suspicion: defaultSuspicion,
  };
}
