import type { Path, Problem } from "../shape/shape.ts";
import { isRecord } from "./plain.ts";
import type { Profile } from "./profile.ts";
import type { ProfileSource } from "./profile-shape.ts";

/**
 * Every value in a profile says how it is known: compared with the real system, written somewhere, or (only what each site
 * draws of its own) chosen. A value that nothing covers is a mistake, and so is a pattern that covers nothing.
 */
const ownParts = /^(?:summary|life|draws)(?:\.|$)/;

export function checkSources(profile: Profile): readonly Problem[] {
  const { sources, ...parts } = profile.source;
  const written = isRecord(profile.file.value) ? profile.file.value : {};
  const leaves = Object.keys(parts).flatMap((part) => (part === "allows" ? [] : leavesOf(written[part], [part])));
  const patterns = Object.keys(sources).map((pattern) => ({ pattern, covers: expressionOf(pattern) }));
  const covered = (key: string) => patterns.some(({ covers }) => covers.test(key));
  return [
    ...Object.entries(sources).flatMap(([pattern, source]) => sourceProblems(pattern, source)),
    ...leaves.filter((path) => !covered(path.join("."))).map((path) => ({ path, why: "has no entry in sources" })),
    ...patterns
      .filter(({ covers }) => !leaves.some((path) => covers.test(path.join("."))))
      .map(({ pattern }) => ({ path: ["sources", pattern], why: "covers no value" })),
  ];
}

function sourceProblems(pattern: string, source: ProfileSource["sources"][string]): readonly Problem[] {
  const path = ["sources", pattern];
  const told = Object.values(source).filter((text) => text !== undefined);
  if (told.length !== 1) return [{ path, why: "must have exactly one of verified, cited, chosen" }];
  if ((told[0]?.length ?? 0) < 10) return [{ path, why: "must tell how, on what version, or where" }];
  return source.chosen !== undefined && !ownParts.test(pattern)
    ? [{ path, why: "may be chosen only under summary, life and draws: verify it or cite a source" }]
    : [];
}

/** The paths to all values that are neither lists nor sets of keys. */
function leavesOf(value: unknown, path: Path): readonly Path[] {
  if (value === undefined) return [];
  if (Array.isArray(value)) return value.flatMap((item: unknown, index) => leavesOf(item, [...path, index]));
  return isRecord(value) ? Object.entries(value).flatMap(([key, one]) => leavesOf(one, [...path, key])) : [path];
}

function expressionOf(pattern: string): RegExp {
  const parts = pattern.split("**").map((part) => part.split("*").map(RegExp.escape).join("[^.]*"));
  return new RegExp(`^${parts.join(".*")}$`);
}
