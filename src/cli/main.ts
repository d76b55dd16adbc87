import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command, CommanderError } from "commander";
import { OperatorError } from "../errors/operator-error.ts";
import { commands } from "./commands.ts";
import { say } from "./output.ts";

/**
 * The command line: finds the command and decides how it ends. 0: done. 1: the operator can put it right, and is told how.
 * 2: our fault, with a stack. Results go to standard output, everything else to standard error.
 */
export async function main(args: readonly string[]): Promise<void> {
  endQuietlyWithReader();
  const program = buildProgram();
  try {
    await program.parseAsync([...args], { from: "user" });
  } catch (error) {
    process.exitCode = explain(error);
  }
}

export function buildProgram(): Command {
  const program = new Command("utsusemi")
    .description("Decoys that look like real machines. Try: utsusemi up")
    .version(version(), "--version", "show the version")
    .helpOption("--help", "show what a command takes")
    .showSuggestionAfterError(true)
    .exitOverride();
  for (const add of commands) add(program);
  for (const command of program.commands) command.exitOverride().helpOption("--help", "show what this command takes");
  return program;
}

export function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(import.meta.dirname, "..", "..", "package.json"), "utf8"));
  const found = typeof manifest === "object" && manifest !== null && "version" in manifest ? manifest.version : undefined;
  return String(found ?? "unknown");
}

function explain(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 1;
  if (error instanceof OperatorError) {
    say(`utsusemi: ${error.message}\n${error.next} (${error.code})`);
    return 1;
  }
  say(`utsusemi: a fault of ours. ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  return 2;
}

/** `utsusemi events | head` is no fault: when the reader of our output is gone, so are we. */
function endQuietlyWithReader(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
  process.stderr.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
}
