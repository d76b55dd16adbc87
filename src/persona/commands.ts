import type { Entry } from "./manifest.ts";
import type { TreeIndex } from "./tree-index.ts";

/** Which commands a system has: the programs in its directories of programs, the first of a name winning. */
const directories = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

export function commandsOf(entries: ReadonlyMap<string, Entry>, index: TreeIndex): Readonly<Record<string, string>> {
  const found = new Map<string, string>();
  const byDirectory = Map.groupBy(entries.keys(), (path) => path.slice(0, path.lastIndexOf("/")));
  for (const directory of directories) {
    for (const path of byDirectory.get(directory) ?? []) {
      const name = path.slice(directory.length + 1);
      if (!found.has(name) && index.isProgram(path)) found.set(name, path);
    }
  }
  return Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}
