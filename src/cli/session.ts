import type { Command } from "commander";
import { narrate } from "../insight/narrative.ts";
import { configOption, jsonOption, stateOption } from "./options.ts";
import { print, printJson } from "./output.ts";
import { findSession, type Place, withStore } from "./state.ts";

export function addSession(program: Command): void {
  program
    .command("session <id>")
    .description("one visit in plain words; the end of an id is enough")
    .addOption(jsonOption())
    .addOption(stateOption())
    .addOption(configOption())
    .action(showSession);
}

async function showSession(given: string, { json, ...place }: Place & { readonly json?: boolean }): Promise<void> {
  await withStore(place, (reader) => {
    const id = findSession(reader, given);
    const events = reader.questions.session(id);
    if (json === true) for (const event of events) printJson(event);
    else print([`Visit ${id}`, ...narrate(events), ...recordings(id, reader.terminals(id))].join("\n"));
  });
}

function recordings(id: string, terminals: readonly number[]): readonly string[] {
  return terminals.length === 0
    ? []
    : [`Recorded: utsusemi replay ${id.slice(-6)}${terminals.length > 1 ? ` --terminal N (${terminals.join(", ")})` : ""}`];
}
