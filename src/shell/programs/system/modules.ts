import type { Execution, Process, Program } from "../../program.ts";

/** /proc/modules: `name size uses users state address`. */
function loaded(process: Process): readonly (readonly [name: string, size: string, uses: string, users: string])[] {
  const text = process.fs.readFile("/proc/modules");
  const lines = typeof text === "string" ? text.split("\n").filter((line) => line !== "") : [];
  return lines.map((line) => {
    const [name = "", size = "", uses = "", users = ""] = line.split(" ");
    return [name, size, uses, users === "-" ? "" : users.replace(/,$/, "")];
  });
}

export const lsmod: Program = {
  name: "lsmod",
  *run(process) {
    const rows = loaded(process).map(([name, size, uses, users]) =>
      process.flavour === "busybox"
        ? `${name.padEnd(19)}${size.padStart(9)} ${String(uses).padStart(2)} ${users}\n`
        : `${name.padEnd(19)} ${size.padStart(8)}  ${uses}${users === "" ? "" : ` ${users}`}\n`,
    );
    const head =
      process.flavour === "busybox" ? "Module                  Size  Used by    Not tainted\n" : "Module                  Size  Used by\n";
    yield* process.print(head + rows.join(""));
    return 0;
  },
};

export const modprobe: Program = {
  name: "modprobe",
  *run(process) {
    const names = process.args.filter((arg) => !arg.startsWith("-") && !arg.includes("="));
    const removes = process.args.some((arg) => arg === "-r" || arg === "--remove");
    const [name] = names;
    if (name === undefined) return yield* say(process, "modprobe: ERROR: missing parameters. See -h.\n");
    const known = loaded(process).some(([one]) => one === name.replaceAll("-", "_"));
    if (removes && !known) return yield* say(process, `modprobe: FATAL: Module ${name} not found.\n`);
    if (known && !removes) return 0;
    if (process.credentials.uid !== 0)
      return yield* say(process, `modprobe: ERROR: could not ${removes ? "remove" : "insert"} '${name}': Operation not permitted\n`);
    if (removes) return yield* say(process, `modprobe: FATAL: Module ${name} is in use.\n`);
    if (process.flavour === "busybox") return yield* process.fail(`module ${name} not found in modules.dep`);
    return yield* say(
      process,
      `modprobe: FATAL: Module ${name} not found in directory /lib/modules/${process.system.machine.kernelRelease}\n`,
    );
  },
};

function* say(process: Process, text: string): Execution {
  yield* process.write(2, text);
  return 1;
}

export const insmod: Program = {
  name: "insmod",
  *run(process) {
    const [file] = process.args;
    if (file === undefined) return yield* say(process, "insmod: ERROR: missing filename.\n");
    const bytes = process.fs.readFile(file);
    if (typeof bytes !== "string") return yield* say(process, `insmod: ERROR: could not load module ${file}: No such file or directory\n`);
    if (process.credentials.uid !== 0)
      return yield* say(process, `insmod: ERROR: could not insert module ${file}: Operation not permitted\n`);
    return yield* say(process, `insmod: ERROR: could not insert module ${file}: Invalid module format\n`);
  },
};

export const rmmod: Program = {
  name: "rmmod",
  *run(process) {
    const [name] = process.args.filter((arg) => !arg.startsWith("-"));
    if (name === undefined) return yield* say(process, "rmmod: ERROR: missing module name.\n");
    if (!loaded(process).some(([one]) => one === name))
      return yield* say(process, `rmmod: ERROR: Module ${name} is not currently loaded\n`);
    if (process.credentials.uid !== 0)
      return yield* say(
        process,
        `rmmod: ERROR: could not remove '${name}': Operation not permitted\nrmmod: ERROR: could not remove module ${name}: Operation not permitted\n`,
      );
    return yield* say(process, `rmmod: ERROR: Module ${name} is in use\n`);
  },
};
