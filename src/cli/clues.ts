import type { Command } from "commander";
import { jsonOption } from "./options.ts";

export function addClues(program: Command): void {
  program
    .command("clues")
    .description("the catalogue of clues: what shows a honeypot, a sandbox or a virtual machine, and what it takes here")
    .addOption(jsonOption())
    .action(async (options) => (await import("./disguise/show-clues.ts")).showClues(options));
}
