import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { stalePages } from "../../setup/docs.ts";
import { codes } from "../../src/errors/codes.ts";
import { catalogue } from "../../src/events/catalogue.ts";

const ROOT = join(import.meta.dirname, "..", "..");

test("the pages made from the catalogues are what the catalogues say", () => assert.deepEqual(stalePages(), []));

test("docs/errors.md has every code, and no other", () => {
  const documented = [...page("docs/errors.md").matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, code]) => code);
  assert.deepEqual(documented, Object.keys(codes));
});

test("docs/events.md has every kind, and no other", () => {
  const documented = [...page("docs/events.md").matchAll(/^## ([a-z.]+)$/gm)].map(([, kind]) => kind);
  assert.deepEqual(documented, Object.keys(catalogue));
});

test("docs/dependencies.md has a line for every runtime dependency, and no other", () => {
  const manifest: unknown = JSON.parse(page("package.json"));
  const documented = [...page("docs/dependencies.md").matchAll(/^\| `([^`]+)` \|/gm)].map(([, name]) => name);
  assert.deepEqual(documented.sort(), [...names(manifest, "dependencies"), ...names(manifest, "optionalDependencies")].sort());
});

test("README and ARCHITECTURE keep to their length", () => {
  assert.ok(page("README.md").split("\n").length <= 81);
  assert.ok(page("ARCHITECTURE.md").split("\n").length <= 251);
});

function page(file: string): string {
  return readFileSync(join(ROOT, file), "utf8");
}

function names(manifest: unknown, key: string): readonly string[] {
  if (typeof manifest !== "object" || manifest === null) return [];
  const found: unknown = Object.entries(manifest).find(([name]) => name === key)?.[1];
  return typeof found === "object" && found !== null ? Object.keys(found) : [];
}
