import type { Contents } from "../../detectors/views/memory-files.ts";
import type { HostTree } from "../overlay/host-tree.ts";
import { preloadEnvironment } from "./preload.ts";

/** The library and what it forges as files of a tree, and the environment by which every dynamic program of the tree loads it. */
export interface PreloadInTree {
  readonly contents: Contents;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly limits: readonly string[];
}

export interface PreloadAsked {
  /** Bytes of the library. */
  readonly library: Uint8Array;
  /** What `encodeTracerSpec` gives. */
  readonly spec: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Folders that every account may enter, hold little, and are no program's own (hier(7)). Undefined: this host has none of them. */
const FOLDERS = ["/opt", "/srv", "/mnt", "/media"];
const FOR_OTHERS = 0o001;

export function preloadInTree({ library, spec, environment }: PreloadAsked, host: HostTree): PreloadInTree | undefined {
  const folder = FOLDERS.find((path) => {
    const entry = host.look(path);
    return entry?.kind === "directory" && (entry.mode & FOR_OTHERS) !== 0;
  });
  if (folder === undefined) return undefined;
  const paths = { shared: `${folder}/libprofile.so`, spec: `${folder}/profile` };
  return {
    contents: {
      [paths.shared]: { text: Buffer.from(library).toString("latin1"), look: { mode: 0o755 } },
      [paths.spec]: { text: spec, look: { mode: 0o644 } },
    },
    environment: preloadEnvironment({ library: paths.shared, spec: paths.spec }, environment),
    limits: [
      "Nobody may trace here, so a library that programs load answers for the processor: dynamic programs of glibc only, no set-uid ones, and what they ask before `main` is answered by the true processor.",
      `Whoever looks finds it: LD_PRELOAD, and ${folder}.`,
    ],
  };
}
