import { catalogue } from "../../disguise/catalogue.ts";
import { loadStories, loadStory } from "../../disguise/stories/load-stories.ts";
import { print, printJson, table } from "../output.ts";

interface Options {
  readonly json?: boolean;
}

export function listStories({ json }: Options): void {
  const stories = loadStories();
  if (json === true) for (const story of stories) printJson(story);
  else print(table([["STORY", "BUDGET", "SUMMARY"], ...stories.map(({ name, budget, summary }) => [name, String(budget), summary])]));
}

export function showStory(name: string, { json }: Options): void {
  const story = loadStory(name);
  if (json === true) return printJson(story);
  const rows = (ids: readonly string[], kind: string) =>
    catalogue.filter(({ id }) => ids.includes(id)).map(({ id, cost, risk, shows }) => [id, kind, String(cost), String(risk), shows]);
  const promises = Object.entries(story.promises).map(([id, says]) => [id, says]);
  print(
    [
      `${story.title}: ${story.summary}`,
      `To be believed: ${story.believed}`,
      `Budget: ${story.budget}`,
      ...(story.distance === undefined ? [] : [`Files: at most ${story.distance} bits from an ordinary tree`]),
      "",
      table([
        ["CLUE", "", "COST", "RISK", "SHOWS"],
        ...rows(story.required, "required"),
        ...rows(story.optional, "optional"),
        ...rows(story.wire ?? [], "on the wire"),
      ]),
      "",
      table([["ON METAL", "SAYS"], ...promises]),
    ].join("\n"),
  );
}
