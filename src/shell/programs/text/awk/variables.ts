import { Field, toNumber, toText, UNSET, type Value } from "./values.ts";

/** A variable: a value or an array, decided by its first use. An argument that is unset yet may become the caller's array. */
export class Cell {
  value: Value = UNSET;
  #array: Map<string, Value> | undefined;
  #caller: Cell | undefined;

  constructor(caller?: Cell) {
    this.#caller = caller;
    this.#array = caller?.existingArray;
  }

  get existingArray(): Map<string, Value> | undefined {
    return this.#array;
  }

  get array(): Map<string, Value> {
    this.#array ??= this.#caller === undefined ? new Map() : this.#caller.array;
    return this.#array;
  }

  get untouched(): boolean {
    return this.value === UNSET && this.#array === undefined;
  }
}

/** More than this an awk program may not keep. */
const MAX_ELEMENTS = 200_000;

/** Global variables and the record with its fields, which follow each other. */
export class Variables {
  readonly globals = new Map<string, Cell>();
  #record = "";
  #fields: Value[] | undefined;
  #count = 0;
  #stale = false;
  readonly #split: (text: string) => readonly string[];

  constructor(split: (text: string) => readonly string[]) {
    this.#split = split;
    for (const [name, value] of Object.entries({
      FS: " ",
      OFS: " ",
      ORS: "\n",
      RS: "\n",
      SUBSEP: "\x1c",
      CONVFMT: "%.6g",
      OFMT: "%.6g",
      NR: 0,
      FNR: 0,
      RSTART: 0,
      RLENGTH: -1,
      FILENAME: "",
    }))
      this.cell(name).value = value;
  }

  cell(name: string): Cell {
    const known = this.globals.get(name);
    if (known !== undefined) return known;
    const made = new Cell();
    this.globals.set(name, made);
    return made;
  }

  text(name: string): string {
    return toText(this.cell(name).value);
  }

  setRecord(text: string): void {
    this.#record = text;
    this.#fields = undefined;
    this.#stale = false;
  }

  get record(): string {
    if (this.#stale) {
      const ofs = this.text("OFS");
      const format = this.text("CONVFMT");
      this.#record = this.#all()
        .slice(0, this.#count)
        .map((field) => toText(field, format))
        .join(ofs);
      this.#stale = false;
    }
    return this.#record;
  }

  get fieldCount(): number {
    this.#all();
    return this.#count;
  }

  set fieldCount(count: number) {
    const fields = this.#all();
    const size = Math.max(0, Math.min(count, MAX_ELEMENTS));
    while (fields.length < size) fields.push("");
    fields.length = size;
    this.#count = size;
    this.#stale = true;
  }

  field(index: number): Value {
    if (index === 0) return new Field(this.record);
    return this.#all()[index - 1] ?? UNSET;
  }

  setField(index: number, value: Value): void {
    if (index === 0) return this.setRecord(toText(value));
    if (index > this.fieldCount) this.fieldCount = index;
    this.#all()[index - 1] = value;
    this.#stale = true;
  }

  /** An element for reading makes it, as awk does. */
  element(array: Map<string, Value>, key: string): Value {
    const known = array.get(key);
    if (known !== undefined) return known;
    if (array.size < MAX_ELEMENTS) array.set(key, UNSET);
    return UNSET;
  }

  setElement(array: Map<string, Value>, key: string, value: Value): void {
    if (array.size < MAX_ELEMENTS || array.has(key)) array.set(key, value);
  }

  #all(): Value[] {
    this.#fields ??= this.#splitRecord();
    return this.#fields;
  }

  #splitRecord(): Value[] {
    const fields = this.#split(this.#record).map((text) => new Field(text));
    this.#count = fields.length;
    return fields;
  }
}

/** A whole number for a field or a count. */
export function toInteger(value: Value): number {
  const number = Math.trunc(toNumber(value));
  return Number.isFinite(number) ? number : 0;
}
