import type { Peer } from "../decoy/peer.ts";
import { fromBytes, toBytes } from "./bytes.ts";
import { type BaseTree, baseTree } from "./files/base-tree.ts";
import { decodeChanges, encodeChanges } from "./files/keeping.ts";
import { Namespace } from "./files/namespace.ts";
import { generatedMounts } from "./files/proc.ts";
import { Quarantine } from "./files/quarantine.ts";
import { Quota } from "./files/quota.ts";
import { VirtualFileSystem } from "./files/virtual-file-system.ts";
import { Computer, type LoadedProgram } from "./kernel/computer.ts";
import { Kernel } from "./kernel/kernel.ts";
import { shellPrograms } from "./language/start-shell.ts";
import type { EarlierLogin } from "./login-messages.ts";
import { readSection, writeSection } from "./memory-box.ts";
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
  const tree = baseTree(peer.persona);
  const space = new Namespace(
    tree,
    generatedMounts(() => computer),
  );
  const quarantine = new Quarantine(peer);
  const quota = new Quota(MAX_BYTES, MAX_ENTRIES);
  const random = (size: number) => fromBytes(peer.random(size));
  const fs = new VirtualFileSystem(space, {
    persona: peer.persona,
    nowMs: () => peer.now().wallMs,
    random,
    quota,
    quarantine,
  });
  const earlier = restore(peer, { space, tree, quota });
  const computer: Computer = new Computer({ peer, kernel, fs, programs: registry, view });
  return {
    fs,
    start: (request, output) => {
      const visit: Visit = new Visit(computer, { request, output, ended: () => visits.delete(visit), earlier });
      visits.add(visit);
      visit.begin();
      return visit;
    },
    close: () => {
      for (const visit of visits) visit.end();
      kernel.close();
      quarantine.flush();
      keep(peer, space);
    },
  };
}

/** Sections of the source's memory. */
const FILES = "files";
const LOGIN = "login";

function restore(peer: Peer, into: { space: Namespace; tree: BaseTree; quota: Quota }): EarlierLogin | undefined {
  const files = readSection(peer.memory, FILES);
  if (files !== undefined) decodeChanges(files, into);
  const login = readSection(peer.memory, LOGIN);
  if (login === undefined) return undefined;
  const [wallMs, from] = fromBytes(login).split(" ");
  return { wallMs: Number(wallMs), from: from ?? "" };
}

function keep(peer: Peer, space: Namespace): void {
  writeSection(peer.memory, LOGIN, toBytes(`${Math.floor(peer.now().wallMs)} ${peer.visitor.address}`));
  for (let maxBytes = peer.memory.maxBytes - RESERVED_BYTES; maxBytes > 1024; maxBytes = Math.floor(maxBytes / 2)) {
    if (writeSection(peer.memory, FILES, encodeChanges(space, maxBytes))) return;
  }
}

/** Of the memory, left to its other users. */
const RESERVED_BYTES = 16_384;

/** Process ids go on where the system's own ended. */
function firstPid(peer: Peer): number {
  const highest = peer.persona.machine.processes.reduce((top, { pid }) => Math.max(top, pid), 300);
  return highest + 5 + (hash32(`${peer.persona.seed} ${Math.floor(peer.now().wallMs / 60_000)} pid`) % 40);
}
