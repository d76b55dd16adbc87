import { compareBytes, compareVersions } from "../../compare.ts";
import type { ListHow } from "./how.ts";
import type { Listed } from "./names.ts";

/** In the order that was asked for; equal ones by name. */
export function sortEntries(entries: readonly Listed[], how: ListHow): readonly Listed[] {
  const sorted = how.sort === "none" ? [...entries] : [...entries].sort(comparison(how));
  if (how.reverse && how.sort !== "none") sorted.reverse();
  if (!how.directoriesFirst) return sorted;
  const isDirectory = (entry: Listed) => entry.stat?.kind === "directory" || entry.leadsToDirectory === true;
  return [...sorted.filter(isDirectory), ...sorted.filter((entry) => !isDirectory(entry))];
}

function comparison(how: ListHow): (one: Listed, other: Listed) => number {
  const byName = (one: Listed, other: Listed) => compareBytes(one.name, other.name);
  switch (how.sort) {
    case "size":
      return (one, other) => (other.stat?.size ?? 0) - (one.stat?.size ?? 0) || byName(one, other);
    case "time":
      return (one, other) => timeOf(other, how) - timeOf(one, how) || byName(one, other);
    case "version":
      return (one, other) => compareVersions(one.name, other.name) || byName(one, other);
    case "extension":
      return (one, other) => compareBytes(extension(one.name), extension(other.name)) || byName(one, other);
    default:
      return byName;
  }
}

export function timeOf({ stat }: Listed, how: ListHow): number {
  if (stat === undefined) return 0;
  if (how.time === "access") return stat.accessMs;
  return how.time === "change" ? stat.changeMs : stat.modifyMs;
}

function extension(name: string): string {
  const dot = name.lastIndexOf(".");
  return dot < 0 ? "" : name.slice(dot);
}
