/**
 * Counts the ordinary tree that `disguise plan` compares a story's files with, from a profile's tree, and writes the counts where they belong:
 *
 *   node setup/ordinary-tree.ts
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { countsOf } from "../src/disguise/implausibility/distance.ts";
import { manifestEntries } from "../src/disguise/implausibility/manifest-entries.ts";

const root = join(import.meta.dirname, "..");
const entries = manifestEntries(readFileSync(join(root, "profiles", "debian-12", "tree.tsv"), "utf8"));
const counts = Object.entries(countsOf(entries)).map(([feature, bins]) => {
  const lines = Object.entries(bins).map(([bin, count]) => `    ${/^[a-z]+$/.test(bin) ? bin : JSON.stringify(bin)}: ${count},`);
  return `  ${feature}: {\n${lines.join("\n")}\n  },`;
});
const text = `import type { FeatureName } from "./features.ts";

/** How often each bin of each feature is met in a fresh Debian 12 server; \`node setup/ordinary-tree.ts\` counts it in profiles/debian-12/tree.tsv. */
export const ordinaryTree: Readonly<Record<FeatureName, Readonly<Record<string, number>>>> = {
${counts.join("\n")}
};
`;
writeFileSync(join(root, "src", "disguise", "implausibility", "ordinary-tree.ts"), text);
