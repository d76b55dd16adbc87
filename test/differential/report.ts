import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { visible } from "../../src/wire/visible.ts";
import { type Outcome, readCorpus, sameOutcome } from "./corpus.ts";
import { debianRoot } from "./debian-chroot.ts";
import { debianPersona, runEmulated } from "./emulated-side.ts";
import { runReal } from "./real-side.ts";

/**
 * Shows every difference: `node test/differential/report.ts [--write] [words]`; with words only the commands that hold them;
 * with --write known-differences.txt is written anew.
 */
const write = process.argv.includes("--write");
const words = process.argv.slice(2).filter((word) => !word.startsWith("--"));
const commands = readCorpus().filter((command) => words.every((word) => command.includes(word)));
const persona = debianPersona();
const root = await debianRoot((line) => process.stderr.write(`${line}\n`));
const real = await runReal(root, persona, commands);
const different: string[] = [];
for (const [at, command] of commands.entries()) {
  const theirs = real[at];
  const ours = runEmulated(persona, command);
  if (theirs === undefined || sameOutcome(theirs, ours)) continue;
  different.push(command);
  process.stdout.write(`$ ${command}\n${shown("real", theirs)}${shown("ours", ours)}\n`);
}
process.stdout.write(`${different.length} of ${commands.length} differ\n`);
if (write) writeFileSync(join(import.meta.dirname, "known-differences.txt"), different.map((command) => `${command}\n`).join(""), "latin1");

function shown(side: string, { out, err, status }: Outcome): string {
  const lines = (text: string) => visible(text.slice(0, 700));
  return `  ${side} [${status}] ${lines(out)}${err === "" ? "" : `\n       err ${lines(err)}`}\n`;
}
