import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";

/**
 * Files that may break a limit stand by name in `biome.json`, in overrides that set a rule to "off". The list only shrinks: a file that keeps
 * the limit must be taken off it, and no file may break a limit without standing there.
 */
const ROOT = join(import.meta.dirname, "..", "..");
const LIMITS = ["noExcessiveCognitiveComplexity", "useMaxParams", "noExcessiveLinesPerFunction", "noExcessiveLinesPerFile"];

const exceptions = exceptionsByRule();

for (const limit of LIMITS) {
  test(`every exception from ${limit} is needed, and is one of those listed`, () => {
    const listed = exceptions.get(limit) ?? [];
    const broken = breakers(limit);
    assert.deepEqual(broken, [...listed].sort());
  });
}

/** The files named one by one; what is set for whole folders of tests is no exception but another rule. */
function exceptionsByRule(): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const { includes, rules } of overrides()) {
    if (includes.some((pattern) => pattern.includes("*"))) continue;
    for (const limit of LIMITS) if (rules.includes(`"${limit}":"off"`)) found.set(limit, [...(found.get(limit) ?? []), ...includes]);
  }
  return found;
}

function overrides(): readonly { readonly includes: readonly string[]; readonly rules: string }[] {
  const configuration: unknown = JSON.parse(readFileSync(join(ROOT, "biome.json"), "utf8"));
  const list: unknown = Object(configuration).overrides;
  assert.ok(Array.isArray(list));
  return list.map((one: unknown) => ({ includes: Object(one).includes, rules: JSON.stringify(Object(one).linter ?? {}) }));
}

let counted: ReadonlyMap<string, ReadonlySet<string>> | undefined;

/** The files that break a limit when no exception is made for them. */
function breakers(limit: string): readonly string[] {
  counted ??= lintWithoutExceptions();
  return [...(counted.get(limit) ?? [])].sort();
}

function lintWithoutExceptions(): ReadonlyMap<string, ReadonlySet<string>> {
  const folder = mkdtempSync(join(tmpdir(), "utsusemi-limits-"));
  const configuration: unknown = JSON.parse(readFileSync(join(ROOT, "biome.json"), "utf8"));
  const kept = Object(configuration).overrides.filter((one: unknown) =>
    Object(one).includes.some((pattern: string) => pattern.includes("*")),
  );
  writeFileSync(join(folder, "biome.json"), JSON.stringify({ ...Object(configuration), plugins: [], overrides: kept }));
  for (const part of ["src", "test", "bench", "setup"]) cpSync(join(ROOT, part), join(folder, part), { recursive: true });
  const args = [
    "lint",
    "--vcs-enabled=false",
    "--reporter=github",
    "--max-diagnostics=none",
    ...LIMITS.map((limit) => `--only=${limit}`),
    ".",
  ];
  const { stdout } = spawnSync(join(ROOT, "node_modules", ".bin", "biome"), args, { cwd: folder, encoding: "utf8", maxBuffer: 1 << 28 });
  const found = new Map<string, Set<string>>();
  for (const [, rule = "", file = ""] of stdout.matchAll(/^::error title=lint\/\w+\/(\w+),file=([^,]+)/gm)) {
    found.set(rule, (found.get(rule) ?? new Set()).add(file.slice(file.search(/(src|test|bench|setup)\//))));
  }
  return found;
}
