import { type Command, Option } from "commander";
import { folderOption, jsonOption, wholeNumber } from "./options.ts";

export function addSteward(program: Command): void {
  program
    .command("steward")
    .description("run the one process that changes this host, as root, for those who ask it; without it each command starts one of its own")
    .addOption(folderOption())
    .option("--socket <path>", "where it listens; the standard place unless given")
    .option("--account <name>", "an account that may ask it beside root")
    .option("--idle <seconds>", "end after so long without a question", wholeNumber(1))
    .addOption(jsonOption())
    .addOption(new Option("--one-request", "answer what comes on descriptor 3, and end").hideHelp())
    .addOption(new Option("--locked", "descriptor 4 holds the folder's lock").hideHelp())
    .action(async (options) => (await import("./steward/run-steward.ts")).runSteward(options));
}
