import { integer, list, object, optional, record, type Shape, text } from "../../shape/shape.ts";

/** What a host is made to look like, as data: clues that belong together, and what detectors are promised to say of a host on metal. */
export interface Story {
  readonly name: string;
  readonly title: string;
  readonly summary: string;
  /** What somebody who looks around is to believe. */
  readonly believed: string;
  /** Sum of the costs to legitimate users that it may have unless the operator says otherwise. */
  readonly budget: number;
  /** Bits an entry that the files it adds may be from an ordinary tree (src/disguise/implausibility); as far as it comes unless given. */
  readonly distance?: number | undefined;
  /** Always shown, where the host allows it. */
  readonly required: readonly string[];
  /** Of these each site shows some. */
  readonly optional: readonly string[];
  /** Shown by the wire disguise, all of them. */
  readonly wire?: readonly string[] | undefined;
  /** Ids that must never be added; `firmware.*` stands for a beginning. */
  readonly forbidden: readonly string[];
  /** Beginnings of what known detectors say, by their id; `assessment`: our own verdict. */
  readonly promises: Readonly<Record<string, string>>;
}

const clueId = text("a clue", { pattern: /^[a-z]+(?:\.[a-z0-9-]+)+$/, allowed: "a clue's id, such as files.cowrie" });
const clueIds = text("clues", { pattern: /^[a-z]+(?:\.[a-z0-9-]+)*(?:\.\*)?$/, allowed: "a clue's id, or a beginning such as firmware.*" });

export const storyShape: Shape<Story> = object("a story", {
  name: text("name", { pattern: /^[a-z][a-z0-9-]{1,40}$/, allowed: "lower-case letters, digits and dashes" }),
  title: text("title", { maxLength: 60 }),
  summary: text("what it looks like", { maxLength: 300 }),
  believed: text("what is to be believed", { maxLength: 300 }),
  budget: integer("budget", 0, 100),
  distance: optional(integer("distance from an ordinary tree, in bits an entry", 0, 100)),
  required: list("required clues", clueId, 200),
  optional: list("optional clues", clueId, 200),
  wire: optional(list("clues of the wire", clueId, 50)),
  forbidden: list("forbidden clues", clueIds, 200),
  promises: record("promised answers", text("an answer's beginning", { maxLength: 200 })),
});

export function forbids({ forbidden }: Story, id: string): boolean {
  return forbidden.some((one) => (one.endsWith(".*") ? id.startsWith(one.slice(0, -1)) : id === one));
}
