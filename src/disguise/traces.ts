import type { Mechanism, Need } from "../clues/clue.ts";
import type { LocalView } from "../detectors/views/local-view.ts";
import type { Plan } from "./plan.ts";
import { needsIn, type Presence } from "./plan-needs.ts";

/** What each mechanism shows of itself to somebody who looks for it, and what it leaves behind: no prediction has it, so a plan says it. */
export const TRACES: Readonly<Record<Mechanism, string>> = {
  module:
    "The kernel lists one more module, its taint has the bits of unsigned and out-of-tree ones until the next boot, and its log keeps their lines.",
  tracer: "TracerPid is not zero inside, debuggers cannot attach, and CPUID takes tens of microseconds.",
  preload: "LD_PRELOAD is in the environment and the library in the memory map; static programs see the real machine.",
  overlay: "/proc/self/mountinfo lists what covers files of /proc and /sys.",
  namespace: "Numbers of namespaces differ from those of the host.",
  files: "Folders in which files were made keep their new change times; inode numbers are never the same again.",
  process: "The processes are listed for everybody, the owner's own monitoring included.",
  "in-tree-module": "Modules add devices and attack surface to the whole host, and their lines stay in the kernel's log.",
  engine: "Root of this host sees programs and maps with bpftool, filters with tc; from outside there is only what it shows.",
  responder: "Listening sockets and the sensor's processes are listed for everybody on this host.",
  address: "Neighbours remember the address for minutes; leases and licences may hang on it.",
};

/** The first mechanism of each clue of a plan, each once, with what it shows. */
export function tracesOf({ shown }: Plan): readonly (readonly [Mechanism, string])[] {
  const used = new Set(shown.flatMap(({ clue }) => clue.mechanisms.slice(0, 1)));
  return [...used].map((mechanism) => [mechanism, TRACES[mechanism]]);
}

/** What all clues of a plan need, and whether it is there. */
export function needsOfPlan(view: LocalView, { shown }: Plan): Readonly<Partial<Record<Need, Presence>>> {
  const here = needsIn(view);
  const needs = new Set(shown.flatMap(({ clue }) => clue.needs));
  return Object.fromEntries([...needs].map((need) => [need, here[need]]));
}
