import { withoutEscapes } from "../../escapes.ts";
import type { Program } from "../../program.ts";

/** /usr/bin/echo: options only as whole words made of n, e and E. */
export const echo: Program = {
  name: "echo",
  *run(process) {
    const words = [...process.args];
    let escapes = false;
    let newline = true;
    while (/^-[neE]+$/.test(words[0] ?? "")) {
      for (const letter of words.shift()?.slice(1) ?? "") {
        if (letter === "n") newline = false;
        else escapes = letter === "e";
      }
    }
    const text = words.join(" ");
    const { bytes, stopped } = escapes ? withoutEscapes(text, "echo") : { bytes: text, stopped: false };
    yield* process.print(bytes + (newline && !stopped ? "\n" : ""));
    return 0;
  },
};
