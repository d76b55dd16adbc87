import type { Contents, Entry } from "../../../detectors/views/memory-files.ts";
import { mayOpen, type Viewer } from "../../../detectors/views/viewer.ts";
import { attributesOf, bytesOf, isFile } from "../../../disguise/overlay/attributes.ts";
import type { HostTree } from "../../../disguise/overlay/host-tree.ts";

/**
 * Generated files for a user namespace, in which all of them belong to the user: what is not for the user's eyes is closed to everybody there, whose
 * owner would else read what only root may.
 */
export function closedFiles(files: Contents, viewer: Viewer, host: HostTree): Contents {
  return Object.fromEntries(
    Object.entries(files).map(([path, entry]) => [path, isFor(viewer, { path, entry, host }) ? entry : closed(entry)]),
  );
}

interface Generated {
  readonly path: string;
  readonly entry: Entry;
  readonly host: HostTree;
}

function isFor(viewer: Viewer, { path, entry, host }: Generated): boolean {
  if (!isFile(entry) || (typeof entry === "object" && "absence" in entry)) return true;
  return mayOpen(viewer, { kind: "file", ...attributesOf(path, entry, { there: host.look(path), folder: undefined }) }, "read");
}

function closed(entry: Entry): Entry {
  const look = typeof entry === "object" && "look" in entry ? entry.look : {};
  return { text: Buffer.from(bytesOf(entry)).toString("latin1"), look: { ...look, mode: 0 } };
}
