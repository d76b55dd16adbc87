import type { Execution, Process } from "../../program.ts";
import { pad } from "../durations.ts";

const HEAD =
  "  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current\n" +
  "                                 Dload  Upload   Total   Spent    Left  Speed\n";
const NONE = "--:--:--";

/** curl's progress meter on standard error: a line that is written over each second. */
export class Meter {
  readonly #process: Process;
  readonly #on: boolean;
  #begun = false;

  constructor(process: Process, on: boolean) {
    this.#process = process;
    this.#on = on;
  }

  *begin(): Execution<void> {
    if (!this.#on || this.#begun) return;
    this.#begun = true;
    yield* this.#process.write(2, HEAD + row({ bytes: 0, seconds: 0, speed: 0 }));
  }

  /** The line after a whole second of waiting. */
  *tick(seconds: number): Execution<void> {
    if (this.#on) yield* this.#process.write(2, row({ bytes: 0, seconds, speed: 0 }));
  }

  *end(bytes: number, speed: number): Execution<void> {
    if (this.#on) yield* this.#process.write(2, `${row({ bytes, seconds: 0, speed })}\n`);
  }
}

function row({ bytes, seconds, speed }: { bytes: number; seconds: number; speed: number }): string {
  const spent =
    seconds === 0 ? NONE : `${String(Math.floor(seconds / 3600)).padStart(2)}:${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`;
  const share = bytes > 0 ? "100" : "  0";
  const size = String(bytes).padStart(5);
  const rate = String(speed).padStart(6);
  return `\r${share} ${size}  ${share.trim().padStart(3)} ${size}    0     0 ${rate}      0 ${NONE} ${spent} ${NONE} ${String(speed).padStart(5)}`;
}
