import type { Command } from "commander";
import { configOption, folderOption, jsonOption, stateOption } from "./options.ts";

export function addWire(program: Command): void {
  const wire = program.command("wire").description("hostile packets get late nonsense from the kernel, legitimate users notice nothing");
  wire
    .command("up")
    .description("bring it about, for as long as the steward lives and whenever one starts; again with other settings: changes it")
    .option("--interface <name...>", "where, instead of the configuration's; never lo")
    .addOption(configOption())
    .addOption(stateOption())
    .addOption(folderOption())
    .addOption(jsonOption())
    .action(async (options) => (await import("./wire/up.ts")).wireUp(options));
  wire
    .command("down")
    .description("take it away, also what is left of one whose steward died")
    .addOption(folderOption())
    .addOption(jsonOption())
    .action(async (options) => (await import("./wire/down.ts")).wireDown(options));
  wire
    .command("status")
    .description("where it is, what answers, what was seen and done, and what is not as it was asked for")
    .addOption(folderOption())
    .addOption(jsonOption())
    .action(async (options) => (await import("./wire/status.ts")).wireStatus(options));
}
