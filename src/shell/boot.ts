import type { Peer } from "../decoy/peer.ts";
import { fromBytes } from "./bytes.ts";
import { baseTree } from "./files/base-tree.ts";
import { Namespace } from "./files/namespace.ts";
import type { LiveNode } from "./files/node.ts";
import { generatedMounts } from "./files/proc.ts";
import { Quota } from "./files/quota.ts";
import { VirtualFileSystem } from "./files/virtual-file-system.ts";
import { Computer, type LoadedProgram } from "./kernel/computer.ts";
import { Kernel } from "./kernel/kernel.ts";
import { shellPrograms } from "./language/start-shell.ts";
import type { Login } from "./program.ts";
import { programs } from "./programs/index.ts";
import { hash32 } from "./seed.ts";
import type { System } from "./system.ts";
import { systemView } from "./system-view.ts";
import { Visit } from "./visit.ts";

/** All programs by name; the shells last, so that no command takes a shell's name. */
const registry: ReadonlyMap<string, LoadedProgram> = new Map(
  [...programs, ...shellPrograms].map((program) => [program.name, program] as const),
);
const programNames: readonly string[] = [...registry.keys()].sort();

/** Bytes and entries that one source may add to the file system. */
const MAX_BYTES = 24 << 20;
const MAX_ENTRIES = 20_000;

/** The machine behind one connection. Cheap until something is started: the persona's tree is shared, the rest is made when used. */
export function bootSystem(peer: Peer): System {
  const kernel = new Kernel(peer, firstPid(peer));
  const visits = new Set<Visit>();
  const logins = (): readonly Login[] => [...visits].flatMap((visit) => visit.login() ?? []);
  const view = systemView({ peer, kernel, programNames: () => programNames, logins, destination: peer.local });
  const space = new Namespace(
    baseTree(peer.persona),
    generatedMounts(() => computer),
  );
  const quota = new Quota(MAX_BYTES, MAX_ENTRIES);
  const random = (size: number) => fromBytes(peer.random(size));
  const fs = new VirtualFileSystem(space, {
    persona: peer.persona,
    nowMs: () => peer.now().wallMs,
    random,
    quota,
    capture: (node, path) => offer(peer, { node, path }),
  });
  const computer: Computer = new Computer({ peer, kernel, fs, programs: registry, view });
  return {
    fs,
    start: (request, output) => {
      const visit: Visit = new Visit(computer, { request, output, ended: () => visits.delete(visit), earlier: undefined });
      visits.add(visit);
      visit.begin();
      return visit;
    },
    close: () => {
      for (const visit of visits) visit.end();
      kernel.close();
    },
  };
}

/** A file that the visitor changed and closed goes to quarantine. */
function offer(peer: Peer, file: { node: LiveNode; path: string }): void {
  const { node, path } = file;
  if (node.content === undefined || node.changedBy === undefined || node.changedBy === "history" || node.content.size === 0) return;
  const capture = peer.capture({ name: path, way: node.changedBy });
  capture.write(new Uint8Array(node.content.view()));
  capture.close();
  node.changedBy = undefined;
}

/** Process ids go on where the system's own ended. */
function firstPid(peer: Peer): number {
  const highest = peer.persona.machine.processes.reduce((top, { pid }) => Math.max(top, pid), 300);
  return highest + 5 + (hash32(`${peer.persona.seed} ${Math.floor(peer.now().wallMs / 60_000)} pid`) % 40);
}
