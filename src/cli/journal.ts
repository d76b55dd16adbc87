import type { Command } from "commander";
import { controlClient } from "../control/client.ts";
import { OperatorError } from "../errors/operator-error.ts";
import type { HeadExport } from "../store/journal/journal.ts";
import { parseHeadExport } from "../store/journal/parse-head-export.ts";
import type { VerifyReport } from "../store/journal/verify-journal.ts";
import { configOption, jsonOption, stateOption } from "./options.ts";
import { print, printJson, say } from "./output.ts";
import { readNamedFile } from "./read-named-file.ts";
import { controlSocket, type Place, settingsOf, withStore } from "./state.ts";

interface VerifyOptions extends Place {
  readonly json?: boolean;
  readonly heads?: string;
}

export function addJournal(program: Command): void {
  const journal = program.command("journal").description("the journal of events");
  journal
    .command("verify")
    .description("show that nothing in the journal was changed, or name the first byte that was")
    .addOption(jsonOption())
    .option("--heads <file>", "compare with heads that were exported earlier and kept elsewhere")
    .addOption(stateOption())
    .addOption(configOption())
    .action(verify);
  journal
    .command("heads")
    .description("print the signed heads, to be kept on another machine")
    .addOption(stateOption())
    .addOption(configOption())
    .action(exportHeads);
}

async function verify({ json, heads, ...place }: VerifyOptions): Promise<void> {
  await withStore(place, (reader) => {
    const report = reader.verify(heads === undefined ? undefined : readHeads(heads));
    if (json === true) printJson(report);
    else describe(report, heads !== undefined);
    if (report.problems.length > 0)
      throw new OperatorError(
        "journal-altered",
        `${report.problems.length} problems in the journal; the first: ${problemLine(report.problems[0])}.`,
      );
  });
}

/** The running sensor signs them, up to this moment. */
async function exportHeads(place: Place): Promise<void> {
  printJson(await controlClient(controlSocket(settingsOf(place))).json("/v1/journal/heads"));
}

function describe(report: VerifyReport, compared: boolean): void {
  for (const problem of report.problems) say(problemLine(problem));
  for (const torn of report.torn)
    say(`${problemLine(torn)} (unfinished, as a crash or the running sensor leaves it; it was never acknowledged)`);
  if (report.problems.length > 0) return;
  print(`${report.events} events in ${report.segments} segments: every checksum, link and signature is right.`);
  print(
    compared
      ? `${report.heads} exported heads were found in place.`
      : "Without exported heads nobody can tell whether the newest part was cut off: see `utsusemi journal heads`.",
  );
}

function problemLine(problem: { readonly file: string; readonly offset: number; readonly why: string } | undefined): string {
  return problem === undefined ? "" : `${problem.file}, byte ${problem.offset}: ${problem.why}`;
}

function readHeads(file: string): HeadExport {
  const heads = parseHeadExport(readNamedFile(file));
  if (heads === undefined) throw new OperatorError("file-unreadable", `${file} holds no exported heads.`);
  return heads;
}
