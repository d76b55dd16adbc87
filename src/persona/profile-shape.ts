import { list, type Of, object, optional, record, standard, text } from "../shape/shape.ts";
import { lifeShape } from "./life.ts";
import { logsShape } from "./logs.ts";
import { anything } from "./plain.ts";

/** What stands in a profile's persona.yaml, before anything is drawn. */
export const treeShape = object("The files of the system", {
  extends: optional(text("Another profile whose entries this tree begins with")),
  drop: standard(list("Entries of the other tree that are left out, with what is below; * is any run of characters", text("Pattern")), []),
  rename: standard(
    list(
      "Paths of the other tree that have another name here",
      object("A path", { from: text("Beginning of a path"), to: text("What stands here instead") }),
    ),
    [],
  ),
  manifest: optional(text("File in the profile's folder with further entries")),
  entries: standard(text("Further entries, a line each", { maxLength: 200_000 }), ""),
  files: standard(record("Contents by path: a text, or from: a file in the profile's folder", anything("Contents")), {}),
});

export const cpuinfoShape = object("/proc/cpuinfo", {
  head: standard(text("Before the processors"), ""),
  each: text("For each processor; @cpu stands for its number"),
  tail: standard(text("After the processors"), ""),
});

const sourceShape = object("How a value is known: exactly one of the three", {
  verified: optional(text("How it was compared with the real system, and on what version")),
  cited: optional(text("Where it is written")),
  chosen: optional(text("Why it is plausible, for what each site has of its own: only under draws and life")),
});

export const profileShape = object("A profile", {
  summary: text("One sentence: what this host seems to be"),
  life: lifeShape,
  draws: standard(record("Values drawn once for a site, in order; later ones may refer to earlier ones", anything("A draw")), {}),
  machine: record("The machine, as in the contract's machine", anything("A value")),
  users: list("Accounts in the order of /etc/passwd, with their field of /etc/shadow", anything("An account")),
  groups: list("Groups in the order of /etc/group", anything("A group")),
  services: record("Each decoy's part, by its name", anything("A decoy's part")),
  cpuinfo: optional(cpuinfoShape),
  tree: treeShape,
  logs: standard(logsShape, []),
  allows: standard(record("Contradictions that the imitated product itself shows, by rule, with the reason", text("Reason")), {}),
  sources: record("How the values are known, by patterns of their paths: * is any run without a dot, ** any run", sourceShape),
});

export type ProfileSource = Of<typeof profileShape>;
export type TreeSource = Of<typeof treeShape>;
