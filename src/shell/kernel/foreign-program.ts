import type { LoadedProgram } from "./computer.ts";

/** A program of the persona that we cannot run: it fails as a program does whose library is broken. */
export const missingProgram: LoadedProgram = {
  name: "missing",
  *run(process) {
    const name = process.argv[0] ?? "";
    process.observe({ kind: "command.unknown", fields: { program: name } });
    yield* process.fail("error while loading shared libraries: libcrypt.so.1: cannot open shared object file: No such file or directory");
    return 127;
  },
};

/** What a visitor brought and runs: nothing of it is executed. It takes its time, leaves a process in the table, and ends well. */
export const foreignProgram: LoadedProgram = {
  name: "foreign",
  *run(process) {
    const start = process.system.seeded(`foreign ${process.argv[0] ?? ""}`);
    yield* process.sleep(FOREIGN_MS + (start % FOREIGN_MS));
    return 0;
  },
};

const FOREIGN_MS = 350;
