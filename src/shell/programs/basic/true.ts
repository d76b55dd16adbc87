import type { Program } from "../../program.ts";

export const trueProgram: Program = {
  name: "true",
  *run(process) {
    yield* process.charge(1);
    return 0;
  },
};

export const falseProgram: Program = {
  name: "false",
  *run(process) {
    yield* process.charge(1);
    return 1;
  },
};
