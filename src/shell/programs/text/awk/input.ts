import { explain, isErrno } from "../../../errno.ts";
import type { Execution, Process } from "../../../program.ts";
import { LineInput } from "../../line-input.ts";
import type { Regex } from "../../regex/regex.ts";
import { Field, toText } from "./values.ts";
import { toInteger, type Variables } from "./variables.ts";

/** The records of awk's own input: the files of ARGV one after the other, assignments among them done on the way. */
export class MainInput {
  failed = false;
  readonly #process: Process;
  readonly #variables: Variables;
  readonly #regexOf: (source: string) => Regex | undefined;
  #argument = 0;
  #lines: LineInput | undefined;
  #whole: string | undefined;
  #fd = 0;
  #usedFile = false;
  #delimiter = "\n";

  constructor(process: Process, variables: Variables, regexOf: (source: string) => Regex | undefined) {
    this.#process = process;
    this.#variables = variables;
    this.#regexOf = regexOf;
  }

  /** The next record without its separator. */
  *next(): Execution<string | undefined> {
    while (true) {
      if (this.#lines === undefined && !(yield* this.#open())) return undefined;
      const record = yield* this.#record();
      if (record !== undefined) {
        this.#count("NR");
        this.#count("FNR");
        return record;
      }
      yield* this.#finish();
    }
  }

  skipFile(): void {
    if (this.#lines !== undefined && this.#fd !== 0) this.#process.close(this.#fd);
    this.#lines = undefined;
    this.#whole = undefined;
  }

  #count(name: string): void {
    const cell = this.#variables.cell(name);
    cell.value = toInteger(cell.value) + 1;
  }

  *#record(): Execution<string | undefined> {
    const separator = this.#variables.text("RS");
    if (separator.length === 1 && this.#whole === undefined) {
      if (separator !== this.#delimiter && this.#lines !== undefined) this.#restart(separator);
      const line = this.#lines === undefined ? undefined : yield* this.#lines.next();
      return line?.endsWith(separator) ? line.slice(0, -1) : line;
    }
    this.#whole ??= (this.#lines?.takeRest() ?? "") + (yield* this.#process.readAll(this.#fd));
    if (this.#whole === "") return undefined;
    return separator === "" ? this.#paragraph(this.#whole) : yield* this.#regexRecord(this.#whole, separator);
  }

  #restart(separator: string): void {
    this.#delimiter = separator;
    this.#lines = new LineInput(this.#process, this.#fd, separator);
  }

  #paragraph(whole: string): string | undefined {
    const text = whole.replace(/^\n+/, "");
    const end = /\n\n+|\n$/.exec(text);
    this.#whole = end === null ? "" : text.slice(end.index + end[0].length);
    return text === "" ? undefined : text.slice(0, end?.index ?? text.length);
  }

  *#regexRecord(whole: string, separator: string): Execution<string> {
    const regex = this.#regexOf(separator);
    const match = regex === undefined ? undefined : yield* regex.find(this.#process, whole);
    const cut = match !== undefined && match.end > match.start ? match : undefined;
    this.#whole = cut === undefined ? "" : whole.slice(cut.end);
    const record = whole.slice(0, cut?.start ?? whole.length);
    return cut === undefined ? record.replace(/\n$/, "") : record;
  }

  *#finish(): Execution<void> {
    const error = this.#process.lastError(this.#fd);
    if (error !== undefined) yield* this.#process.fail(`read error (${explain({ errno: error })})`);
    this.skipFile();
  }

  /** Opens the next file; assignments and empty arguments are passed over. */
  *#open(): Execution<boolean> {
    const argc = toInteger(this.#variables.cell("ARGC").value);
    const argv = this.#variables.cell("ARGV").array;
    while (this.#argument + 1 < argc) {
      this.#argument += 1;
      const argument = toText(argv.get(String(this.#argument)) ?? "");
      if (argument === "" || this.assign(argument)) continue;
      this.#usedFile = true;
      const fd = argument === "-" ? 0 : this.#process.open(argument, { read: true });
      if (!isErrno(fd)) return this.#use(fd, argument);
      yield* this.#process.fail(`cannot open ${argument === "" ? '""' : argument} (${explain(fd)})`);
      this.failed = true;
    }
    if (this.#usedFile) return false;
    this.#usedFile = true;
    return this.#use(0, "");
  }

  #use(fd: number, name: string): boolean {
    this.#fd = fd;
    this.#delimiter = this.#variables.text("RS").length === 1 ? this.#variables.text("RS") : "\n";
    this.#lines = new LineInput(this.#process, fd, this.#delimiter);
    this.#whole = undefined;
    this.#variables.cell("FILENAME").value = name;
    this.#variables.cell("FNR").value = 0;
    return true;
  }

  /** `name=value` as an argument; false: it is none. */
  assign(argument: string): boolean {
    const [, name, value = ""] = /^([A-Za-z_]\w*)=([\s\S]*)$/.exec(argument) ?? [];
    if (name === undefined) return false;
    this.#variables.cell(name).value = new Field(
      value.replace(/\\([ntr\\"])/g, (_, letter: string) => ({ n: "\n", t: "\t", r: "\r" })[letter] ?? letter),
    );
    return true;
  }
}
