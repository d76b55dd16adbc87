import { encodeUtf8 } from "../bytes.ts";
import type { Table } from "./generated-tree.ts";

/** A generated tree with what the profile gives in its place: the profile's own /proc/cpuinfo or /sys/class/dmi win over ours. */
export function withGiven(table: Table, root: string, files: Readonly<Record<string, string>>): Table {
  const given = Object.keys(files).filter((path) => path.startsWith(`${root}/`));
  return given.reduce((tree, path) => inserted(tree, path.slice(root.length + 1).split("/"), () => encodeUtf8(files[path] ?? "")), table);
}

function inserted(table: Table, [name = "", ...rest]: readonly string[], content: () => string): Table {
  if (rest.length === 0) return { ...table, [name]: content };
  const below = table[name];
  return { ...table, [name]: inserted(typeof below === "object" ? below : {}, rest, content) };
}
