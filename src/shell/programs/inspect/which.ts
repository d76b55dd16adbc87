import { isErrno } from "../../errno.ts";
import { parseOptions } from "../../options.ts";
import type { Process, Program } from "../../program.ts";

/** Debian's which: one path a name, 1 when one was not found. */
export const which: Program = {
  name: "which",
  *run(process) {
    const options = yield* parseOptions(process, { short: "as", errorStatus: 2 });
    if (typeof options === "number") return options;
    let status = options.operands.length === 0 ? 1 : 0;
    for (const name of options.operands) {
      const found = locations(process, name).slice(0, options.has("a") ? undefined : 1);
      if (found.length === 0) status = 1;
      if (!options.has("s")) yield* process.print(found.map((path) => `${path}\n`).join(""));
    }
    return status;
  },
};

export function locations(process: Process, name: string): readonly string[] {
  const runs = (path: string) => {
    const stat = process.fs.stat(path);
    return !isErrno(stat) && stat.kind === "file" && !isErrno(process.fs.access(path, 1));
  };
  if (name.includes("/")) return runs(name) ? [name] : [];
  const search = process.environment.get("PATH") ?? "/usr/bin:/bin";
  return search
    .split(":")
    .map((directory) => `${directory || "."}/${name}`)
    .filter(runs);
}
