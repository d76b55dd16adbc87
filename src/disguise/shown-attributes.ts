import { type FileLook, type Files, isAbsence } from "../detectors/views/files.ts";
import type { Contents, Entry } from "../detectors/views/memory-files.ts";
import { attributesOf, bytesOf } from "./overlay/attributes.ts";
import { parentOf } from "./overlay/follow.ts";
import type { HostEntry } from "./overlay/host-tree.ts";
import { realPath } from "./real-path.ts";

/** Generated files as the mounts show them: with the mode, owner and time of what they cover, or what is usual there (overlay/attributes.ts). */
export function withShownAttributes(contents: Contents, below: Files): Contents {
  return Object.fromEntries(Object.entries(contents).map(([path, entry]) => [path, shown(path, entry, below)]));
}

function shown(path: string, entry: Entry, below: Files): Entry {
  if (typeof entry === "object" && !(entry instanceof Uint8Array) && !("text" in entry)) return entry;
  const real = realPath(below, path);
  const attributes = attributesOf(real, entry, { there: entryAt(below, real), folder: entryAt(below, parentOf(real)) });
  const look = typeof entry === "object" && "look" in entry ? entry.look : {};
  return { text: Buffer.from(bytesOf(entry)).toString("latin1"), look: { ...attributes, ...look } };
}

function entryAt(files: Files, path: string): HostEntry | undefined {
  const look = files.look(path);
  if (isAbsence(look)) return undefined;
  const { mode, uid, gid, modified, target } = look;
  return { kind: KINDS[look.kind], mode, uid, gid, modified, ...(target === undefined ? {} : { target }) };
}

const KINDS: Readonly<Record<FileLook["kind"], HostEntry["kind"]>> = {
  file: "file",
  directory: "directory",
  link: "link",
  device: "other",
  other: "other",
};
