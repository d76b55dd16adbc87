import type { Program } from "../../program.ts";

/** What asks or changes the terminal. */
export const CLEAR = "\x1b[H\x1b[2J\x1b[3J";

export const clear: Program = {
  name: "clear",
  *run(process) {
    const term = process.environment.get("TERM");
    if (process.flavour === "gnu" && (term === undefined || term === "")) {
      yield* process.write(2, "TERM environment variable not set.\n");
      return 1;
    }
    if (process.flavour === "gnu" && term === "dumb") return 1;
    yield* process.print(process.flavour === "busybox" ? "\x1b[H\x1b[J" : CLEAR);
    return 0;
  },
};

export const reset: Program = {
  name: "reset",
  *run(process) {
    yield* process.print("\x1bc\x1b(B\x1b[0m\x1b[J\x1b[?25h");
    return 0;
  },
};
