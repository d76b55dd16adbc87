import { CLUE_FAMILIES } from "../../src/clues/clue.ts";
import { type CatalogueEntry, catalogue } from "../../src/disguise/catalogue.ts";
import { loadStories } from "../../src/disguise/stories/load-stories.ts";
import type { Story } from "../../src/disguise/stories/story.ts";

/** docs/clues.md: every clue by family, and every story. */
export function cluesPage(): string {
  const built = catalogue.filter((clue) => clue.built).length;
  return [
    "# Clues and stories",
    "",
    "<!-- Made by `npm run docs` from src/clues, src/disguise and signatures/stories. -->",
    "",
    `What can be shown on purpose: ${catalogue.length} clues, ${built} of them built; the others are known, and nothing here makes them yet. Cost is what legitimate users notice: 0 nothing,`,
    "1 an oddity, 2 something works worse, 3 something breaks. Risk is that malware which sees it destroys: 0 not known, 1 possible, 2 seen in the wild. Who",
    "reacts: known detectors by their id, for the network's clues our own checks by theirs too, `human` and `malware` where no tool but somebody looks. Two clues that claim different machines, or give two values to",
    "one thing, exclude each other; `utsusemi clues --json` lists that for each.",
    "",
    ...CLUE_FAMILIES.flatMap((family) =>
      section(
        family,
        catalogue.filter((clue) => clue.family === family),
      ),
    ),
    "## Stories",
    "",
    "A story is a file in `signatures/stories/`. Each site shows what is required and, of the rest, its own choice within the budget.",
    "",
    ...loadStories().flatMap(storyText),
  ].join("\n");
}

function section(family: string, clues: readonly CatalogueEntry[]): readonly string[] {
  const rows = clues.map((clue) => {
    const { id, shows, reacts, mechanisms, scope, cost, risk, noticed, built, source } = clue;
    const cells = [
      shows,
      reacts.join(", "),
      mechanisms.join(", "),
      scope.join(", "),
      cost,
      risk,
      noticed ? "yes" : "no",
      built ? "yes" : "not yet",
      source,
    ];
    return `| \`${id}\` | ${cells.map((value) => cell(String(value))).join(" | ")} |`;
  });
  const head = "| clue | shows | who reacts | mechanisms | scope | cost | risk | looking is noticed | built | source |";
  return [`## ${family.slice(0, 1).toUpperCase()}${family.slice(1)}`, "", head, "|---|---|---|---|---|---|---|---|---|---|", ...rows, ""];
}

function storyText({ name, title, summary, believed, budget, required, optional, wire = [], promises }: Story): readonly string[] {
  const codes = (ids: readonly string[]) => ids.map((id) => `\`${id}\``).join(", ") || "none";
  const promised = Object.entries(promises).map(([id, says]) => `\`${id}\` says \`${says}\``);
  return [
    `### ${title} (\`${name}\`)`,
    "",
    `${summary} To be believed: *${believed}* Budget ${budget}.`,
    "",
    `- Required: ${codes(required)}`,
    `- Optional: ${codes(optional)}`,
    `- On the wire (\`utsusemi wire up --story ${name}\`): ${codes(wire)}`,
    `- Promised: ${promised.join("; ")}`,
    "",
  ];
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("<", "&lt;");
}
