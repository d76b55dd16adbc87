import type { Execution, Process } from "../../../program.ts";
import { type ByteSource, readFully } from "../byte-flow.ts";
import { BLOCK_BYTES, parseHeader, type TarHeader } from "./header.ts";

/** Reads an archive member by member; the content of one must be read or skipped before the next. */
export class ArchiveInput {
  /** The archive ended inside a member. */
  truncated = false;
  /** Something was no archive. */
  failed = false;
  readonly #process: Process;
  readonly #source: ByteSource;
  #left = 0;
  #padding = 0;
  /** Nothing at all is no archive, but a decompressor that failed has said so itself. */
  readonly #mayBeEmpty: boolean;
  #first = true;

  constructor(process: Process, source: ByteSource, how: { readonly mayBeEmpty: boolean }) {
    this.#mayBeEmpty = how.mayBeEmpty;
    this.#process = process;
    this.#source = source;
  }

  /** The next member, long names put in; undefined at the end. */
  *next(): Execution<TarHeader | undefined> {
    let long: { name?: string; link?: string; size?: string } = {};
    while (true) {
      yield* this.#skip();
      const header = yield* this.#header();
      if (header === undefined) return undefined;
      this.#left = header.size;
      this.#padding = (BLOCK_BYTES - (header.size % BLOCK_BYTES)) % BLOCK_BYTES;
      if (header.type === "L") long = { ...long, name: yield* this.#longText() };
      else if (header.type === "K") long = { ...long, link: yield* this.#longText() };
      else if (header.type === "x") long = { ...long, ...paxNames(yield* this.content(MAX_LONG_BYTES)) };
      else if (header.type !== "g") return this.#member(header, long);
    }
  }

  #member(header: TarHeader, long: { name?: string; link?: string; size?: string }): TarHeader {
    if (/^[123456]$/.test(header.type)) this.#left = 0;
    if (this.#left === 0) this.#padding = 0;
    return { ...header, name: long.name ?? header.name, link: long.link ?? header.link };
  }

  /** At most `maxBytes` of the member's content; "" at its end. */
  *content(maxBytes = 65_536): Execution<string> {
    if (this.#left <= 0) return "";
    const bytes = yield* this.#source(Math.min(maxBytes, this.#left));
    this.#left -= bytes.length;
    if (bytes === "") {
      yield* this.#process.fail("Unexpected EOF in archive");
      this.truncated = true;
      this.#left = 0;
      this.#padding = 0;
    }
    return bytes;
  }

  *#longText(): Execution<string> {
    let text = "";
    for (let part = yield* this.content(); part !== "" && text.length < MAX_LONG_BYTES; part = yield* this.content()) text += part;
    return text.replace(/\0[\s\S]*$/, "");
  }

  *#skip(): Execution<void> {
    while (this.#left > 0) yield* this.content();
    yield* readFully(this.#source, this.#padding);
    this.#padding = 0;
  }

  /** What is no header is complained about once, and skipped to the next one. */
  *#header(): Execution<TarHeader | undefined> {
    let skipping = false;
    while (!this.truncated) {
      yield* this.#process.charge(20);
      const block = yield* readFully(this.#source, BLOCK_BYTES);
      const header = block === "" ? "zero" : parseHeader(block);
      if (header === "zero") return yield* this.#end(block);
      if (header === undefined) skipping = yield* this.#wrong(block, skipping);
      this.#first = false;
      if (header !== undefined) return header;
    }
    return undefined;
  }

  /** Complains about a block that is no header. */
  *#wrong(block: string, skipping: boolean): Execution<boolean> {
    this.failed = true;
    if (this.#first) yield* this.#process.fail("This does not look like a tar archive");
    const goesOn = block.length === BLOCK_BYTES;
    if (goesOn && !skipping) yield* this.#process.fail("Skipping to next header");
    return goesOn || skipping;
  }

  /** Reads on, so that who writes into a pipe is not killed. */
  *#end(block: string): Execution<undefined> {
    if (block === "") {
      if (this.#first && !this.#mayBeEmpty) yield* this.#wrong(block, false);
      return undefined;
    }
    for (let rest = yield* this.#source(65_536); rest !== ""; rest = yield* this.#source(65_536)) yield* this.#process.charge(1);
    return undefined;
  }
}

const MAX_LONG_BYTES = 65_536;

/** `LENGTH key=value\n` records. */
function paxNames(text: string): { name?: string; link?: string } {
  const records = new Map<string, string>();
  for (let rest = text; rest !== ""; ) {
    const [whole, length = "0"] = /^(\d+) /.exec(rest) ?? [];
    const [, key, value] = /^\d+ ([^=]*)=([\s\S]*)\n$/.exec(rest.slice(0, Number(length))) ?? [];
    if (whole === undefined || key === undefined || value === undefined) break;
    records.set(key, value);
    rest = rest.slice(Number(length));
  }
  const name = records.get("path");
  const link = records.get("linkpath");
  return { ...(name === undefined ? {} : { name }), ...(link === undefined ? {} : { link }) };
}
