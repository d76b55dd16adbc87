import type { Program } from "../../program.ts";
import { optionsOr, tryHelp } from "../usage.ts";

/** script: the command or a shell, and a typescript that says no more than when. */
export const script: Program = {
  name: "script",
  *run(process) {
    const options = yield* optionsOr(
      process,
      { short: "ac:eE:fm:o:qt::I:O:B:T:hV", long: { command: "c", quiet: "q", append: "a", return: "e", flush: "f" } },
      tryHelp("script"),
    );
    if (typeof options === "number") return options;
    const file = options.operands[0] ?? "typescript";
    const done = process.fs.writeFile(
      file,
      `Script started on ${new Date(process.system.now().wallMs).toISOString().slice(0, 19).replace("T", " ")}+00:00 [COMMAND="${options.value("c") ?? ""}"]\n`,
      { append: options.has("a") },
    );
    if ("errno" in done) return yield* process.fail(`cannot open ${file}: Permission denied`);
    if (!options.has("q")) yield* process.print(`Script started, output log file is '${file}'.\n`);
    const shell = process.environment.get("SHELL") ?? "/bin/sh";
    const command = options.value("c");
    const status = yield* process.runChild({ argv: command === undefined ? [shell, "-i"] : [shell, "-c", command], path: shell });
    if (!options.has("q")) yield* process.print(`Script done.\n`);
    return typeof status === "number" ? status : 1;
  },
};
