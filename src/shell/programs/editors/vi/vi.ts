import { readOptions } from "../../../options.ts";
import type { Execution, Process, Program } from "../../../program.ts";
import { RawTerminal } from "../raw-terminal.ts";
import { CommandMode } from "./command-mode.ts";
import { typeKey } from "./edits.ts";
import { openFile, runEx } from "./ex.ts";
import { ViScreen } from "./vi-screen.ts";
import { ViState } from "./vi-state.ts";

/** vi as Debian's vim.tiny and busybox have it: the commands that people use, on a real screen, with real files. */
export const viPrograms: readonly Program[] = ["vi", "vim", "vim.tiny", "view"].map((name) => ({ name, run: runVi }));

const MAX_REPEATED_KEYS = 4096;

function* runVi(process: Process): Execution {
  const { terminal } = process;
  const options = readOptions(
    process.args.filter((arg) => !arg.startsWith("+")),
    { short: "RnNbemMyzZlLvEs:S:c:u:U:i:r:T:w:W:t:o::O::p::" },
  );
  if ("wrong" in options || "show" in options) return yield* refuse(process, "wrong" in options ? options.wrong : "");
  if (process.args.includes("--version")) {
    yield* process.print("VIM - Vi IMproved 9.0 (2022 Jun 28, compiled May 04 2023 10:24:44)\n");
    return 0;
  }
  if (terminal === undefined || !process.isTerminal(0) || !process.isTerminal(1)) return yield* withoutTerminal(process);
  const state = new ViState(process, new RawTerminal(process, { fd: 0, settings: terminal.settings }));
  state.readOnly = options.has("R") || process.name.endsWith("view");
  const screen = new ViScreen(state);
  yield* screen.start();
  const [name] = options.operands;
  if (name !== undefined) yield* openFile(state, name);
  if (options.operands.length > 1) state.say(`${options.operands.length} files to edit`);
  const plus = process.args.find((arg) => arg.startsWith("+"));
  if (plus !== undefined) yield* runEx(state, plus.slice(1) || "$");
  yield* new Session(state, screen).run();
  yield* screen.end();
  state.terminal.restore();
  return state.status;
}

function* refuse(process: Process, wrong: string): Execution {
  const option = wrong.replace(/^.*'(.*)'$/, "$1");
  yield* process.write(
    2,
    `VIM - Vi IMproved 9.0 (2022 Jun 28, compiled May 04 2023 10:24:44)\nUnknown option argument: "-${option.replace(/^-/, "")}"\nMore info with: "vim -h"\n`,
  );
  return 1;
}

/** Keys come from standard input until it ends, which is an error. */
function* withoutTerminal(process: Process): Execution {
  if (process.flavour === "gnu") {
    if (!process.isTerminal(1)) yield* process.write(2, "Vim: Warning: Output is not to a terminal\n");
    if (!process.isTerminal(0)) yield* process.write(2, "Vim: Warning: Input is not from a terminal\n");
  }
  for (let block = yield* process.read(0); block !== ""; block = yield* process.read(0)) yield* process.charge(1);
  yield* process.write(2, "Vim: Error reading input, exiting...\nVim: Finished.\n");
  return 1;
}

class Session {
  readonly #state: ViState;
  readonly #screen: ViScreen;
  readonly #commands: CommandMode;
  /** Keys of the command that is being typed, and of the last change, for `.`. */
  #typed: string[] = [];
  #change: readonly string[] = [];

  constructor(state: ViState, screen: ViScreen) {
    this.#state = state;
    this.#screen = screen;
    this.#commands = new CommandMode(state, screen);
  }

  *run(): Execution<void> {
    const state = this.#state;
    while (!state.ended) {
      if (state.repaint) this.#screen.forget();
      state.repaint = false;
      if (!state.terminal.busy) yield* this.#screen.paint();
      if (yield* this.#gone()) return;
      this.#typed = [];
      const changed = yield* this.#commands.obey(() => this.#key());
      yield* this.#insert(() => this.#key());
      yield* this.#after(changed);
    }
  }

  /** The terminal is gone. */
  *#gone(): Execution<boolean> {
    const key = yield* this.#state.terminal.peek();
    this.#state.status = key === "eof" ? 1 : 0;
    return key === "eof";
  }

  *#after(changed: boolean): Execution<void> {
    if (this.#typed[0] === ".") yield* this.#repeat();
    else if (changed && this.#typed.length < MAX_REPEATED_KEYS) this.#change = this.#typed;
  }

  *#key(): Execution<string> {
    const key = yield* this.#state.terminal.key();
    if (this.#typed.length === 0) this.#state.message = "";
    if (this.#typed.length < MAX_REPEATED_KEYS) this.#typed.push(key);
    return key;
  }

  /** Until escape. */
  *#insert(keys: () => Execution<string>): Execution<void> {
    const state = this.#state;
    while (state.mode !== "command") {
      if (!state.terminal.busy) yield* this.#screen.paint();
      const key = yield* keys();
      yield* state.process.charge(1);
      typeKey(state, key === "eof" ? "escape" : key);
    }
  }

  *#repeat(): Execution<void> {
    const waiting = [...this.#change];
    const state = this.#state;
    const next = function* () {
      yield* state.process.charge(1);
      return waiting.shift() ?? "escape";
    };
    if (waiting.length === 0) return;
    yield* this.#commands.obey(next);
    while (state.mode !== "command") typeKey(state, yield* next());
  }
}
