import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { clueById } from "../../clues/index.ts";
import { OperatorError } from "../../errors/operator-error.ts";
import { checkYaml, mistakeLine } from "../../shape/checked-yaml.ts";
import { isWireClue } from "../wire/wire-clues.ts";
import { wireContradiction } from "../wire/wire-of-story.ts";
import { forbids, type Story, storyShape } from "./story.ts";

/** Where this checkout keeps its stories, a file each. */
export const storiesFolder = join(import.meta.dirname, "..", "..", "..", "signatures", "stories");

/** All stories by name. @throws OperatorError `story-invalid`, a line for each mistake. */
export function loadStories(folder = storiesFolder): readonly Story[] {
  const names = readdirSync(folder).filter((name) => name.endsWith(".yaml"));
  return names.sort().map((name) => readStory(join(folder, name)));
}

/** @throws OperatorError `story-unknown` */
export function loadStory(name: string, folder = storiesFolder): Story {
  const all = loadStories(folder);
  const found = all.find((one) => one.name === name);
  if (found !== undefined) return found;
  throw new OperatorError("story-unknown", `There is no story ${name}; there are ${all.map((one) => one.name).join(", ")}.`);
}

function readStory(file: string): Story {
  const { value, mistakes } = checkYaml(readFileSync(file, "utf8"), storyShape);
  const lines = mistakes.map((mistake) => mistakeLine(file, mistake));
  const problems = value === undefined ? lines : [...lines, ...problemsOf(value).map((problem) => `${file}: ${problem}`)];
  if (value !== undefined && problems.length === 0) return value;
  throw new OperatorError("story-invalid", problems.join("\n"));
}

/** What a single value cannot show: clues that are not there, stand twice or are forbidden. */
function problemsOf(story: Story): readonly string[] {
  const { wire = [] } = story;
  const carried = [...story.required, ...story.optional];
  const ids = [...carried, ...wire];
  const against = wireContradiction(wire);
  return [
    ...ids.filter((id) => clueById(id) === undefined).map((id) => `there is no clue ${id}`),
    ...ids.filter((id, at) => ids.indexOf(id) !== at).map((id) => `${id} stands twice`),
    ...carried.filter(isWireClue).map((id) => `${id} is a clue of the wire`),
    ...wire.filter((id) => !isWireClue(id)).map((id) => `${id} is no clue of the wire`),
    ...(against === undefined ? [] : [`${against[0]} and ${against[1]} contradict each other`]),
    ...ids.filter((id) => forbids(story, id)).map((id) => `${id} is forbidden by the story itself`),
  ];
}
