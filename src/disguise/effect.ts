import type { Registers } from "../detectors/views/local-view.ts";
import type { Contents } from "../detectors/views/memory-files.ts";

/**
 * What a clue changes, as data: the same effect is predicted by putting it over a view, and made by the mechanisms. So what `plan` foretells
 * and what `apply` does can't drift apart.
 */
export interface Effect {
  /** Files that read otherwise, by their real path. `absence: "absent"` hides one. */
  readonly files?: Contents;
  /** CPUID leaves by `leaf.subleaf` in hexadecimal: whole registers, or single bits of them. */
  readonly cpuid?: Readonly<Record<string, LeafChange>>;
  /** Answers of the VMware port by command number; `others`: what every other command gets. */
  readonly vmwarePort?: Readonly<Record<string, Registers>>;
  readonly hostName?: string;
  /** Environment of process 1 of the tree: what container checks read. */
  readonly initEnvironment?: Readonly<Record<string, string>>;
  /** Names of processes that run in the background, with their arguments and program. */
  readonly processes?: readonly DecoyProcess[];
  /** Path of the tree's cgroup, such as `/docker/<64 digits>`. */
  readonly cgroup?: string;
  /** Modules of the distribution's kernel that are loaded. */
  readonly modules?: readonly string[];
  /** Hardware address and name of the first interface. */
  readonly network?: { readonly address?: string; readonly name?: string };
}

export interface LeafChange {
  readonly set?: Partial<Registers>;
  readonly clear?: Partial<Registers>;
  /** Replaces the whole leaf. */
  readonly to?: Registers;
}

export interface DecoyProcess {
  readonly name: string;
  readonly arguments: readonly string[];
  readonly program: string;
}

/** What differs between sites and hosts: the same site always gets the same clues. */
export interface Site {
  /** Secret of the site; everything that is drawn is drawn from it. */
  readonly seed: string;
  /** True memory in MiB, processors and clock of the host, so that answers fit it. */
  readonly memoryMiB: number;
  readonly processors: number;
  readonly megahertz: number;
}
