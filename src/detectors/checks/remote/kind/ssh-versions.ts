import { readFileSync } from "node:fs";
import { checkYaml, mistakeLine } from "../../../../shape/checked-yaml.ts";
import { flag, integer, list, type Of, object, optional, record, text } from "../../../../shape/shape.ts";

/** The table of `signatures/ssh-versions.yaml`: which product and version can offer which algorithm names. Read once, when first asked. */
const version = () => text("a version", { maxLength: 12 });
const algorithm = object("since when a name is known", {
  since: version(),
  backport: optional(version()),
  gone: optional(version()),
  default: optional(list("first and last version that offers it by itself", version(), 2)),
});
const names = (summary: string) => record(summary, algorithm);
const product = object("an SSH product", {
  ident: text("pattern of its identification, with its version as group 1", { maxLength: 200 }),
  vendors: list("patterns of names that others patch into it", text("a pattern", { maxLength: 200 })),
  kex: names("key exchanges"),
  hostKeys: names("host key algorithms"),
  ciphers: names("ciphers"),
  macs: names("message authentication codes"),
  compression: names("compression"),
  firstCompression: optional(text("first name of the compression list, which no option changes", { maxLength: 40 })),
  guesses: flag("whether it guesses the first packet, or names languages"),
});
const shape = object("SSH versions", {
  products: record("products by name", product),
  hands: list(
    "lists that are one library's own",
    object("one list", {
      product: text("whose", { maxLength: 40 }),
      list: text("which list", { maxLength: 20 }),
      names: list("names in order", text("an algorithm", { maxLength: 80 })),
    }),
  ),
  releases: record("year of each release", integer("a year", 1999, 2100)),
  comments: list(
    "comments of distributions",
    object("a comment", { comment: text("pattern", { maxLength: 120 }), versions: list("versions", version()) }),
  ),
});

export type SshVersions = Of<typeof shape>;
export type Product = Of<typeof product>;
export type Algorithm = Of<typeof algorithm>;

const FILE = new URL("../../../../../signatures/ssh-versions.yaml", import.meta.url);
let table: SshVersions | undefined;

export function sshVersions(): SshVersions {
  table ??= load();
  return table;
}

function load(): SshVersions {
  const { value, mistakes } = checkYaml(readFileSync(FILE, "utf8"), shape);
  if (value === undefined || mistakes.length > 0) throw new Error(mistakes.map((one) => mistakeLine("ssh-versions.yaml", one)).join("\n"));
  return value;
}

/** Negative: `a` is older than `b`. Number by number; what is missing is zero. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((one) => one.split(".").map(Number));
  for (let at = 0; at < 4; at += 1) {
    const difference = (left?.[at] ?? 0) - (right?.[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
