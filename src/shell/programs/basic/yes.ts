import { isErrno } from "../../errno.ts";
import type { Program } from "../../program.ts";

/** Bytes written at once, as the real one fills a buffer. */
const BLOCK_BYTES = 8192;

export const yes: Program = {
  name: "yes",
  *run(process) {
    const line = `${process.args.length === 0 ? "y" : process.args.join(" ")}\n`;
    const block = line.repeat(Math.max(1, Math.floor(BLOCK_BYTES / line.length)));
    while (true) {
      const written = yield* process.print(block);
      if (isErrno(written)) return 1;
    }
  },
};
