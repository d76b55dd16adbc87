import type { Command } from "commander";
import { configOption, folderOption, jsonOption, positiveNumber, stateOption, wholeNumber } from "./options.ts";

export function addWire(program: Command): void {
  const wire = program.command("wire").description("hostile packets get late nonsense from the kernel, legitimate users notice nothing");
  wire
    .command("up")
    .description("bring it about, for as long as the steward lives and whenever one starts; again with other settings: changes it")
    .option("--interface <name...>", "where, instead of the configuration's; never lo")
    .option("--story <name>", "what this story shows on the wire, beside what is configured")
    .option("--account <name>", "who may ask the steward beside root, where one is started for this; the sensor's account unless given")
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
  wire
    .command("trace")
    .description("what is seen and done, as it happens; ^C ends it")
    .option("--for <seconds>", "end after so long", positiveNumber)
    .option("--count <n>", "end after so many lines", wholeNumber(1))
    .option("--logs", "lines of authentication logs as well")
    .addOption(folderOption())
    .addOption(jsonOption())
    .action(async (options) => (await import("./wire/trace.ts")).wireTrace(options));
}
