import type { Execution, Process } from "../../program.ts";

/** What stands on each row of the terminal; `paint` sends only rows that changed. */
export class Screen {
  readonly #process: Process;
  #painted: string[] = [];

  constructor(process: Process) {
    this.#process = process;
  }

  /** The screen is blank, or its content is not known. */
  forget(): void {
    this.#painted = [];
  }

  /** `cursor` counts rows and columns from 0. */
  *paint(rows: readonly string[], cursor: { readonly row: number; readonly column: number }): Execution<void> {
    let out = "";
    for (const [at, row] of rows.entries()) if (this.#painted[at] !== row) out += `\x1b[${at + 1};1H${row}\x1b[K`;
    this.#painted = [...rows];
    const place = `\x1b[${cursor.row + 1};${cursor.column + 1}H`;
    yield* this.#process.print(out === "" ? place : `\x1b[?25l${out}${place}\x1b[?25h`);
  }
}
