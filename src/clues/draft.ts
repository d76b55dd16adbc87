import type { Clue, ClueFamily } from "./clue.ts";

/**
 * How a family writes down its clues: a row each, with what most of the family share stated once. Contradictions are not written by hand but
 * follow from what a clue claims: two clues that claim different machines, or two values of one thing, exclude each other.
 */
export interface Draft extends Omit<Clue, "excludes"> {
  /** The machine that it claims to be. */
  readonly machine?: Machine;
  /** What it gives a value to, where there can only be one: `host-name`. */
  readonly slot?: string;
}

export type Machine = "vmware" | "virtualbox" | "qemu" | "kvm" | "hyper-v" | "xen" | "bhyve" | "uml" | "wsl" | "metal";

/** Machines that are met together: VirtualBox and QEMU run on KVM's interface. */
const TOGETHER: readonly (readonly [Machine, Machine])[] = [
  ["virtualbox", "kvm"],
  ["qemu", "kvm"],
];

type Shared = Omit<Draft, "id" | "family" | "shows" | "reacts">;
/** Name within the family, what it shows, who reacts (ids with spaces between), and what differs from the family. */
export type Row = readonly [name: string, shows: string, reacts: string, differs?: Partial<Shared>];

export function drafts(family: ClueFamily, shared: Shared, rows: readonly Row[]): readonly Draft[] {
  return rows.map(([name, shows, reacts, differs]) => ({
    ...shared,
    ...differs,
    id: `${family}.${name}`,
    family,
    shows,
    reacts: reacts.split(" "),
  }));
}

/** The clues of all drafts, each with those that contradict it. */
export function withExcludes(all: readonly Draft[]): readonly Clue[] {
  return all.map((one) => {
    const { machine: _machine, slot: _slot, ...clue } = one;
    return { ...clue, excludes: all.filter((other) => contradict(one, other)).map(({ id }) => id) };
  });
}

function contradict(one: Draft, other: Draft): boolean {
  if (one.id === other.id) return false;
  if (one.slot !== undefined && one.slot === other.slot) return true;
  const [here, there] = [one.machine, other.machine];
  if (here === undefined || there === undefined || here === there) return false;
  return !TOGETHER.some((pair) => pair.includes(here) && pair.includes(there));
}
