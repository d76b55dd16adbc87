import type { Command } from "commander";
import { jsonOption, wholeNumber } from "./options.ts";

export function addDisguise(program: Command): void {
  const disguise = program.command("disguise").description("make this host look like a trap, or a virtual machine like metal");
  disguise
    .command("plan <story>")
    .description("what a story would change here, at which cost and risk, and what each detector would say; changes nothing")
    .option("--budget <n>", "sum of the costs to legitimate users; the story's own unless given", wholeNumber(0))
    .option("--seed-file <file>", "the site's seed; without it the plan is drawn from this host's own number")
    .option("--from <view>", "plan for a saved view instead of this host")
    .option("--with <clue...>", "clues beside the story's")
    .addOption(jsonOption())
    .action(async (story, options) => (await import("./disguise/plan.ts")).planDisguise(story, options));
  disguise
    .command("run <story> <command...>")
    .description("run one command and its children under a story; nothing else on the host is touched: disguise run STORY -- CMD ARGS")
    .option("--budget <n>", "sum of the costs to legitimate users; the story's own unless given", wholeNumber(0))
    .option("--seed-file <file>", "the site's seed; without it the plan is drawn from this host's own number")
    .option("--with <clue>", "a clue beside the story's; may be given again", (clue: string, sofar: readonly string[] = []) => [
      ...sofar,
      clue,
    ])
    .option("--accept-risk", "also where malware is known to destroy what it takes for a sandbox")
    .action(async (story, command, options) => (await import("./disguise/run.ts")).runDisguised(story, command, options));
}
