import type { TreeEntry } from "./features.ts";

/**
 * Entries of a tree that is written down as a profile's manifest (profiles/README.md): `path TAB type TAB mode TAB uid TAB gid TAB size TAB
 * mtime`, times as `+n` since the installation. Whoever looks does so half a year after that.
 */
export function manifestEntries(text: string): readonly TreeEntry[] {
  const lines = text.split("\n").map((line) => line.replaceAll("@{kernel.release}", "6.1.0-18-amd64").split("\t"));
  const kept = lines.filter(([path = "", type = ""]) => path.length > 1 && KINDS[type] !== undefined);
  const company = Map.groupBy(kept, ([path = ""]) => parentOf(path));
  const newest = Math.max(...kept.map(([, , , , , , time = ""]) => (time.startsWith("+") ? 0 : Number(time))));
  return kept.map(([path = "", type = "", mode = "", uid = "", , size = "", time = ""]) => ({
    path,
    kind: KINDS[type] ?? "file",
    mode: Number.parseInt(mode, 8),
    uid: Number(uid),
    size: Number(size),
    age: HALF_A_YEAR + (time.startsWith("+") ? -Number(time) : newest - Number(time)),
    company: company.get(parentOf(path))?.length ?? 1,
  }));
}

const HALF_A_YEAR = 182 * 86_400;
const KINDS: Readonly<Record<string, TreeEntry["kind"]>> = { f: "file", d: "directory", l: "link" };

function parentOf(path: string): string {
  return path.slice(0, Math.max(1, path.lastIndexOf("/")));
}
