import type { TaskProcess } from "../kernel/task-process.ts";

/** How a shell was called: what to run, and with which options. */
export interface Invocation {
  readonly command: string | undefined;
  readonly options: readonly string[];
  readonly operands: readonly string[];
  readonly login: boolean;
  readonly interactive: boolean;
  readonly fromInput: boolean;
  readonly show: "help" | "version" | undefined;
  /** What is wrong with it, as the shell names it. */
  readonly wrong: string | undefined;
}

const LONG = new Set(["login", "noprofile", "norc", "posix", "noediting", "verbose", "debugger", "restricted", "rcfile", "init-file"]);

export function readInvocation(process: TaskProcess): Invocation {
  const reader = new InvocationReader(process.args, (process.argv[0] ?? "").startsWith("-"));
  return reader.read();
}

class InvocationReader {
  readonly #args: readonly string[];
  readonly #options: string[] = [];
  readonly #letters = new Set<string>();
  #login: boolean;
  #at = 0;
  #show: Invocation["show"];
  #wrong: string | undefined;

  constructor(args: readonly string[], login: boolean) {
    this.#args = args;
    this.#login = login;
  }

  read(): Invocation {
    this.#readOptions();
    const rest = this.#args.slice(this.#at);
    const command = this.#letters.has("c") ? rest[0] : undefined;
    if (this.#letters.has("c") && command === undefined) this.#wrong ??= "-c: option requires an argument";
    const operands = command === undefined ? rest : rest.slice(1);
    const flags = { login: this.#login || this.#letters.has("l"), interactive: this.#letters.has("i"), fromInput: this.#letters.has("s") };
    return { command, options: this.#options, operands, ...flags, show: this.#show, wrong: this.#wrong };
  }

  #readOptions(): void {
    for (; this.#wrong === undefined && /^[-+]./.test(this.#args[this.#at] ?? ""); this.#at += 1) {
      const arg = this.#args[this.#at] ?? "";
      if (arg === "--") {
        this.#at += 1;
        return;
      }
      if (arg.startsWith("--")) this.#long(arg);
      else for (const letter of arg.slice(1)) this.#letter(letter, arg.startsWith("-"));
    }
  }

  #long(arg: string): void {
    const name = arg.slice(2);
    if (name === "help" || name === "version") this.#show = name;
    else if (!LONG.has(name)) this.#wrong = arg;
    else if (name === "login") this.#login = true;
    else if (name === "rcfile" || name === "init-file") this.#at += 1;
  }

  #letter(letter: string, on: boolean): void {
    if ("clis".includes(letter)) this.#letters.add(letter);
    else if (letter === "o") {
      this.#at += 1;
      this.#options.push(this.#args[this.#at] ?? "");
    } else if (!"abefhkmnptuvxBCEHPTD".includes(letter)) this.#wrong = `-${letter}`;
    else if (on) this.#options.push(letter);
  }
}
