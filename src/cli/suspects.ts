import { type Command, Option } from "commander";
import { configOption, jsonOption, stateOption, wholeNumber } from "./options.ts";

export function addSuspects(program: Command): void {
  const suspects = program
    .command("suspects")
    .description("what the sensor thinks of sources, and why; an address is one source, however many hosts are behind it")
    .addOption(jsonOption())
    .addOption(new Option("--only <state>", "only these").choices(["suspect", "hostile", "trusted", "known", "all"]).default("all"))
    .addOption(stateOption())
    .addOption(configOption())
    .action(async (options) => (await import("./suspects/list.ts")).listSuspects(options));
  addChange(suspects, "forgive <address>", "forget what was seen of a source");
  addChange(suspects, "trust <network>", "never answer or suspect these, until they touch a decoy").option(
    "--for <days>",
    "until so many days from now; until further notice unless given",
    wholeNumber(1),
  );
  addChange(suspects, "distrust <network>", "take the trust back from lists and logins, until the configuration or a login gives it again");
}

function addChange(suspects: Command, usage: string, description: string): Command {
  const [name = ""] = usage.split(" ");
  return suspects
    .command(usage)
    .description(description)
    .addOption(jsonOption())
    .addOption(stateOption())
    .addOption(configOption())
    .action(async (given, _options, command: Command) => {
      // Options that a command and the one above it both have are the upper one's.
      await (await import("./suspects/change.ts")).changeSuspects(name, given, command.optsWithGlobals());
    });
}
