import type { Command } from "commander";
import type { StoredFile } from "../store/index/index-reader.ts";
import { visible } from "../wire/visible.ts";
import { configOption, jsonOption, stateOption, wholeNumber } from "./options.ts";
import { print, printJson, table } from "./output.ts";
import { type Place, withStore } from "./state.ts";

export function addFiles(program: Command): void {
  program
    .command("files")
    .description("what visitors brought; it lies in quarantine")
    .addOption(jsonOption())
    .option("--limit <n>", "the newest n", wholeNumber(1), 100)
    .addOption(stateOption())
    .addOption(configOption())
    .action(showFiles);
}

async function showFiles({ json, limit, ...place }: Place & { readonly json?: boolean; readonly limit: number }): Promise<void> {
  await withStore(place, (reader) => {
    const found = reader.questions.files(limit);
    if (json === true) for (const file of found) printJson({ ...file, path: reader.filePath(file.sha256) ?? null });
    else
      print(
        found.length === 0 ? "No files." : table([["sha256", "size", "times", "visits", "last seen", "way", "name"], ...found.map(row)]),
      );
  });
}

function row(file: StoredFile): readonly string[] {
  const visits = file.sessions.map((id) => id.slice(-6));
  return [
    file.sha256,
    String(file.size),
    String(file.times),
    visits.length > 3 ? `${visits.slice(0, 3).join(",")} +${visits.length - 3}` : visits.join(","),
    file.last.slice(0, 19).replace("T", " "),
    visible(file.way),
    visible(file.name),
  ];
}
