import type { Command } from "commander";
import { jsonOption } from "./options.ts";

export function addStory(program: Command): void {
  const story = program.command("story").description("what a host can be made to look like");
  story
    .command("list")
    .description("every story")
    .addOption(jsonOption())
    .action(async (options) => (await import("./disguise/show-story.ts")).listStories(options));
  story
    .command("show <name>")
    .description("one story: its clues, what they cost, what detectors are promised to say")
    .addOption(jsonOption())
    .action(async (name, options) => (await import("./disguise/show-story.ts")).showStory(name, options));
}
