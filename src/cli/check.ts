import { statSync } from "node:fs";
import { basename, dirname } from "node:path";
import type { Command } from "commander";
import { checkConfiguration } from "../daemon/configuration.ts";
import { decoyDescriptions } from "../decoys/descriptions.ts";
import { OperatorError } from "../errors/operator-error.ts";
import { checkProfile } from "../persona/check-profile.ts";
import { listProfiles, loadProfile } from "../persona/profile.ts";
import { printProblem } from "../persona/profile-file.ts";
import { jsonOption } from "./options.ts";
import { print, printJson } from "./output.ts";
import { readNamedFile } from "./read-named-file.ts";

interface CheckOptions {
  readonly json?: boolean;
  readonly list?: boolean;
}

export function addCheck(program: Command): void {
  program
    .command("check [file]")
    .description("check a configuration, or a persona by its name, folder or persona.yaml")
    .option("--list", "list the personas that are here")
    .addOption(jsonOption())
    .action(check);
}

function check(file: string | undefined, { json, list }: CheckOptions): void {
  const tell = (subject: string) => (json === true ? printJson({ checked: subject, problems: [] }) : print(`${subject}: no mistakes.`));
  if (list === true) return listPersonas(json === true);
  if (file === undefined)
    throw new OperatorError("usage", "Nothing to check was named.", { next: "Name a configuration or a persona: `utsusemi check FILE`." });
  if (isPersona(file)) checkPersona(file);
  else checkConfigurationFile(file);
  tell(file);
}

function listPersonas(json: boolean): void {
  for (const name of listProfiles()) json ? printJson({ persona: name }) : print(name);
}

function checkConfigurationFile(file: string): void {
  const { persona } = checkConfiguration(readNamedFile(file), file, decoyDescriptions);
  if (!listProfiles().includes(persona) && "problems" in loadProfile(persona)) {
    throw new OperatorError("persona-unknown", `${file} names the persona ${persona}, and there is none.`);
  }
}

function checkPersona(file: string): void {
  const shapes = Object.fromEntries(decoyDescriptions.map(({ name, persona }) => [name, persona]));
  const problems = checkProfile(file, { shapes, wallMs: Date.now() });
  if (problems.length > 0) {
    throw new OperatorError("persona-invalid", problems.map(printProblem).join("\n"), {
      next: "Correct what is named; profiles/README.md explains the form.",
    });
  }
}

/** A name from the list, a folder, or a file called persona.yaml in one. */
function isPersona(file: string): boolean {
  if (listProfiles().includes(file)) return true;
  if (basename(file) === "persona.yaml" && dirname(file) !== "") return true;
  return statSync(file, { throwIfNoEntry: false })?.isDirectory() === true;
}
