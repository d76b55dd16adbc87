import type { Command } from "commander";
import { folderOption, jsonOption, wholeNumber } from "./options.ts";

export function addDisguise(program: Command): void {
  const disguise = program.command("disguise").description("make this host look like a trap, or a virtual machine like metal");
  addPlan(disguise);
  addRun(disguise);
  addApply(disguise);
  disguise
    .command("status")
    .description("what is applied, what others have changed of it since, and which processes are under it")
    .addOption(folderOption())
    .addOption(jsonOption())
    .action(async (options) => (await import("./disguise/status.ts")).showStatus(options));
  disguise
    .command("verify")
    .description("asks every detector that is installed, inside each scope, and compares with what was foretold")
    .addOption(folderOption())
    .addOption(jsonOption())
    .action(async (options) => (await import("./disguise/verify.ts")).verifyDisguise(options));
  disguise
    .command("revert")
    .description("takes back what is applied, exactly; what runs under it stays so until it ends")
    .option("--restart", "start the units again that are under it")
    .option("--leave", "leave what others have changed meanwhile as it is now, and forget it")
    .addOption(folderOption())
    .addOption(jsonOption())
    .action(async (options) => (await import("./disguise/revert.ts")).revertDisguise(options));
}

function addPlan(disguise: Command): void {
  disguise
    .command("plan <story>")
    .description("what a story would change here, at which cost and risk, and what each detector would say; changes nothing")
    .option("--budget <n>", BUDGET, wholeNumber(0))
    .option("--seed-file <file>", SEED)
    .option("--from <view>", "plan for a saved view instead of this host")
    .option("--with <clue...>", "clues beside the story's")
    .addOption(folderOption())
    .addOption(jsonOption())
    .action(async (story, options) => (await import("./disguise/plan.ts")).planDisguise(story, options));
}

function addRun(disguise: Command): void {
  disguise
    .command("run <story> <command...>")
    .description("run one command and its children under a story; nothing else on the host is touched: disguise run STORY -- CMD ARGS")
    .option("--budget <n>", BUDGET, wholeNumber(0))
    .option("--seed-file <file>", SEED)
    .option("--with <clue>", "a clue beside the story's; may be given again", onceMore)
    .option("--accept-risk", RISK)
    .addOption(folderOption())
    .action(async (story, command, options) => (await import("./disguise/run.ts")).runDisguised(story, command, options));
}

function addApply(disguise: Command): void {
  disguise
    .command("apply <story>")
    .description("bring a story to services, logins or the whole host, until it is reverted; nothing is started again and no session ends")
    .requiredOption("--scope <scope>", "service:NAME, user:NAME, slice:NAME or host; may be given again", onceMore)
    .option("--restart", "start the units again that come under it only then")
    .option("--accept-risk", RISK)
    .option("--budget <n>", BUDGET, wholeNumber(0))
    .option("--with <clue>", "a clue beside the story's; may be given again", onceMore)
    .option("--seed-file <file>", "a seed of your own; without it the site's, a secret that is made once")
    .addOption(folderOption())
    .addOption(jsonOption())
    .action(async (story, options) => (await import("./disguise/apply.ts")).applyDisguise(story, options));
}

const BUDGET = "sum of the costs to legitimate users; the story's own unless given";
const SEED = "the site's seed; without it the plan is drawn from the steward's, or from this host's own number";
const RISK = "also where malware is known to destroy what it takes for a sandbox";

function onceMore(value: string, sofar: readonly string[] = []): readonly string[] {
  return [...sofar, value];
}
