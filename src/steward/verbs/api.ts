import type { Viewer } from "../../detectors/views/viewer.ts";
import type { Answer } from "../../patterns/index.ts";
import type { Asked } from "../apply/asked.ts";
import type { LeftoverSaid } from "../apply/audit.ts";
import type { Reload } from "../apply/carriage.ts";
import type { Disguised } from "../apply/processes.ts";
import type { EngineStatus } from "../engine/engine.ts";
import type { EngineEvent } from "../engine/layout.ts";
import type { Conflict } from "../ledger/ledger.ts";
import type { WireSettings } from "../wire/wire-settings.ts";

/** What the steward can be asked, and what it answers, by verb. */
export interface StewardApi {
  readonly "disguise.apply": { readonly asked: ApplyAsked; readonly answer: ApplyAnswer };
  readonly "disguise.status": { readonly asked: Nothing; readonly answer: StatusAnswer };
  readonly "disguise.verify": { readonly asked: Nothing; readonly answer: VerifyAnswer };
  readonly "disguise.revert": { readonly asked: RevertAsked; readonly answer: RevertAnswer };
  readonly "wire.up": { readonly asked: WireSettings; readonly answer: WireUpAnswer };
  readonly "wire.down": { readonly asked: Nothing; readonly answer: WireDownAnswer };
  readonly "wire.status": { readonly asked: Nothing; readonly answer: WireStatus };
  /** Goes on until who asked leaves or the engine goes down: each `Sight` is a line of its own before the answer. */
  readonly "wire.watch": { readonly asked: WatchAsked; readonly answer: Nothing };
  readonly "wire.stand": { readonly asked: StandAsked; readonly answer: StandAnswer };
  readonly "wire.hand-over": { readonly asked: HandOverAsked; readonly answer: Nothing };
  readonly "wire.end-hand-over": { readonly asked: { readonly port: number }; readonly answer: Nothing };
}

export type VerbName = keyof StewardApi;
export type Nothing = Readonly<Record<string, never>>;

export interface ApplyAsked extends Asked {
  /** Whether units that come under the disguise only when they start are started again now. */
  readonly restart: boolean;
  /** Whether clues may be shown on which malware is known to destroy. */
  readonly acceptRisk: boolean;
}

/** What is applied, as it is kept. */
export interface Applied {
  readonly asked: Asked;
  /** ISO 8601. */
  readonly since: string;
  readonly cost: number;
  readonly risk: number;
  readonly clues: readonly { readonly id: string; readonly shows: string; readonly cost: number; readonly risk: number }[];
  /** What the story has and is not shown, each a sentence. */
  readonly leftOut: readonly string[];
  readonly limits: readonly string[];
  /** Units that come under the disguise when they are started again. */
  readonly restarts: readonly string[];
  readonly reloads: readonly Reload[];
  readonly scopes: readonly AppliedScope[];
  /** What the mechanisms show of themselves, and what no revert takes back. */
  readonly traces: readonly (readonly [mechanism: string, shows: string])[];
}

export interface AppliedScope {
  readonly scope: string;
  /** The file by which the guard shows it to a process. */
  readonly planFile?: string;
  /** Who looks inside; undefined: root. */
  readonly viewer?: Viewer;
  /** The guard that the viewer starts without root's rights; undefined: root starts it, and it changes the account. */
  readonly viewersGuard?: string;
  /** What known detectors would say to that viewer before it, by their id. */
  readonly before: Readonly<Record<string, string>>;
  /** And under it. */
  readonly foretold: Readonly<Record<string, string>>;
}

export interface ApplyAnswer {
  /** It was applied before: nothing was done. */
  readonly already: boolean;
  readonly applied: Applied;
  readonly changes: number;
  readonly restarted: readonly Restarted[];
  /** Made since by others, where it was applied before. */
  readonly conflicts: readonly Conflict[];
}

export interface Restarted {
  readonly unit: string;
  /** Why it did not start again; undefined: it runs. */
  readonly failed?: string;
}

export interface StatusAnswer {
  readonly state: "none" | "applied" | "revert-incomplete";
  readonly applied?: Applied;
  /** What is not any more as it was made. */
  readonly conflicts: readonly Conflict[];
  /** What is changed on this host, such as `path /etc/issue`. */
  readonly changed: readonly string[];
  readonly processes: readonly Disguised[];
  /** What is left of former disguises and is in no ledger. */
  readonly leftovers: readonly LeftoverSaid[];
}

export interface RevertAsked {
  readonly restart: boolean;
  /** Whether what others have changed is left as it is now, and forgotten. */
  readonly leave: boolean;
}

export interface RevertAnswer {
  readonly story: string;
  readonly undone: number;
  /** What stays as it is, and why. */
  readonly conflicts: readonly Conflict[];
  /** Whether what stays is forgotten. */
  readonly left: boolean;
  /** Processes that stay under the disguise until they end. */
  readonly pending: readonly Disguised[];
  /** What cannot be undone, each a sentence. */
  readonly stays: readonly string[];
  readonly restarts: readonly string[];
  readonly restarted: readonly Restarted[];
  /** What could not be told to running programs, each a sentence. */
  readonly failures: readonly string[];
  /** What is left and is in no ledger, and could be more than ours. */
  readonly leftovers: readonly LeftoverSaid[];
}

export interface VerifyAnswer {
  readonly story: string;
  readonly rows: readonly Verified[];
}

export interface Verified {
  readonly scope: string;
  /** A known detector's id. */
  readonly detector: string;
  readonly foretold: string;
  readonly answered?: string;
  readonly result: "equal" | "differs" | "not-installed" | "cannot-run";
  /** Why it cannot be run. */
  readonly why?: string;
}

/** How the wire disguise is on this host. */
export interface WireStatus {
  readonly state: "down" | "up";
  /** What was asked for. Where it is there and the state is down, the steward that held it has ended. */
  readonly settings?: WireSettings;
  /** ISO 8601. */
  readonly since?: string;
  readonly engine?: EngineStatus;
  /** Patterns that are matched. */
  readonly patterns: number;
  /** How suspects are delayed here. */
  readonly delay: "none" | "fq" | "queue" | "decoys" | "absent";
  /** Decoys outside the sensor that suspects reach now. */
  readonly elsewhere?: readonly { readonly port: number; readonly address: string; readonly addressPort: number }[];
  /** What was asked for and is not so, each a sentence. */
  readonly leftOut: readonly string[];
  /** Sensors that watch: without one nobody becomes suspect. */
  readonly watchers: number;
}

export interface WireUpAnswer extends WireStatus {
  /** `patterns`: other patterns are matched now, and nothing was dropped meanwhile. */
  readonly did: "raised" | "changed" | "patterns" | "nothing";
}

export interface WireDownAnswer {
  /** False: nothing was up and nothing was left. */
  readonly wasUp: boolean;
  /** Interfaces from which something was taken away. */
  readonly interfaces: readonly string[];
  /** What else was taken away, such as `table inet utsusemi`. */
  readonly removed: readonly string[];
}

export interface WatchAsked {
  /** Files whose lines are told as well, such as /var/log/auth.log; only those that the steward knows as authentication logs. */
  readonly logs: boolean;
}

/** What the steward sees for who watches. */
export type Sight = SeenPacket | SeenLog | SeenTooMuch;

/** A line of an authentication log: of a file as syslog writes it, or an entry of the journal as JSON. */
export interface SeenLog {
  readonly sight: "log";
  readonly text: string;
  /** The file's path, or `journal`, which vouches for the writer. */
  readonly from?: string;
}

export interface SeenPacket {
  readonly sight: "packet";
  readonly event: Omit<EngineEvent, "at"> & { readonly atNs: string };
  /** What it matched, and how much suspicion that raises: 0 to 100. */
  readonly pattern?: string;
  readonly weight?: number;
  /** What it got, which may be less than the pattern says. */
  readonly answer?: Answer;
}

/** So many sights did not reach who watches, who reads too slowly. */
export interface SeenTooMuch {
  readonly sight: "lost";
  readonly count: number;
}

export interface StandAsked {
  /** Applied in order. `unknown` forgets the source. */
  readonly standings: readonly {
    readonly network: string;
    readonly state: "trusted" | "known" | "unknown" | "suspect" | "hostile";
    readonly forMs: number;
  }[];
}

export interface StandAnswer {
  /** Networks for which there was no room, and suspects that the operator trusts. */
  readonly refused: readonly string[];
}

/** The listening socket of who asks: by the number that it has there. */
export interface HandOverAsked {
  readonly port: number;
  readonly descriptor: number;
}
