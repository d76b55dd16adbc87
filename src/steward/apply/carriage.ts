import type { Viewer } from "../../detectors/views/viewer.ts";
import type { Effect } from "../../disguise/effect.ts";
import type { Plan } from "../../disguise/plan.ts";
import type { Change } from "../ledger/change.ts";
import type { Scope } from "./scope.ts";

/**
 * How a plan's effects come into a scope. A carrier (`src/steward/carriers/`) only says what has to be changed: the ledger makes and undoes
 * it, so nothing of the host is touched here, and the same host and plan always give the same carriage.
 */
export type Carrier = (asked: CarryAsked) => Carriage;

export interface CarryAsked {
  readonly scope: Scope;
  readonly plan: Plan;
  /** Where generated files may lie, such as plans for the guard: a folder of root's that is there already. */
  readonly folder: string;
  /** A number of this site's that marks the mounts of the tree: how `status` finds who is still under the disguise. */
  readonly mark: number;
  /** Clues that the operator named beside the story's: what is never brought to a whole host unasked. */
  readonly also?: readonly string[];
  readonly host: CarrierHost;
}

/** What a carrier may ask of the host; it changes nothing. */
export interface CarrierHost {
  /** Undefined: it is not there, or no file. */
  read(path: string): string | undefined;
  /** Names in a directory; empty where there is none. */
  list(path: string): readonly string[];
  /** Standard output of a program that only answers, such as `systemctl cat`; undefined: it failed or is not there. */
  ask(program: string, ...words: readonly string[]): string | undefined;
}

export interface Carriage {
  /** For the ledger, in their order. */
  readonly changes: readonly Change[];
  /** Told to running programs when all changes are made, and again when they are undone. Never a restart. */
  readonly reloads: readonly Reload[];
  /** Units that come under the disguise only when they are started again, which `--restart` does. */
  readonly restarts: readonly string[];
  /** What cannot be shown in this scope, each a sentence. */
  readonly leftOut: readonly string[];
  /** What is different for who works inside, each a sentence. */
  readonly limits: readonly string[];
  /** The file by which the guard shows all this to a process: `verify` looks through it. */
  readonly planFile?: string;
  /** What of the plan's effect is seen inside, for what `verify` compares with; all of it where this is not given. */
  readonly seen?: Effect;
  /** Who looks inside; undefined: root. */
  readonly viewer?: Viewer;
  /** The guard that the viewer starts without root's rights; undefined: root starts it, and it changes the account. */
  readonly viewersGuard?: string;
  /** Asked before the first change of any scope is made. */
  readonly trials?: readonly Trial[];
}

/** Tries what would be, without changing anything: given all changes of all scopes, it answers why they must not be made, a sentence. */
export type Trial = (changes: readonly Change[]) => Promise<string | undefined>;

/** `systemd`: read the units again; `sshd`: read the configuration again, running sessions stay. */
export type Reload = "systemd" | "sshd";
