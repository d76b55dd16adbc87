import type { Command } from "commander";
import { sensorAnswers } from "../control/client.ts";
import { type Finding, findings } from "./doctor/findings.ts";
import { configOption, folderOption, jsonOption, stateOption } from "./options.ts";
import { print, printJson } from "./output.ts";
import { controlSocket, type Place, settingsOf } from "./state.ts";

export function addDoctor(program: Command): void {
  program
    .command("doctor")
    .description("what works here, what is missing, and the command that mends it")
    .addOption(jsonOption())
    .addOption(stateOption())
    .addOption(configOption())
    .addOption(folderOption())
    .action(examine);
}

/** present: it works; absent: it does not, and `mend` says what helps; unknown: it could not be tried. */
async function examine({ json, folder, ...place }: Place & { readonly json?: boolean; readonly folder: string }): Promise<void> {
  const settings = settingsOf(place);
  const running = await sensorAnswers(controlSocket(settings));
  const { detectFindings } = await import("./doctor/detect-findings.ts");
  const { disguiseFindings } = await import("./doctor/disguise-findings.ts");
  const { wireFindings } = await import("./doctor/wire-findings.ts");
  for (const part of [findings(settings, running), detectFindings(), disguiseFindings(), wireFindings(folder)])
    for await (const finding of part) show(finding, json === true);
}

function show(finding: Finding, json: boolean): void {
  if (json) printJson(finding);
  else print(findingLine(finding));
}

const SIGNS = { present: "ok     ", absent: "missing", unknown: "unknown" } as const;

function findingLine({ what, answer, cause, mend }: Finding): string {
  return `${SIGNS[answer]}  ${what}${cause === "" ? "" : `: ${cause}`}${mend === undefined ? "" : `\n         ${mend}`}`;
}
