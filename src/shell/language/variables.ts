/**
 * A shell's variables: scalars, indexed and associative arrays, with attributes, in nested scopes (bash's `local` is dynamic scoping).
 * Only what `#special` computes is not stored. Sizes are bounded: a visitor cannot fill the worker's memory with one variable.
 */
export interface Variable {
  value: string | Map<string, string> | undefined;
  /** Which kind of array `value` is, or will be. */
  array: "indexed" | "associative" | undefined;
  exported: boolean;
  readonly: boolean;
  integer: boolean;
  letters: "lower" | "upper" | undefined;
  nameref: boolean;
}

/** Bytes that all variables of one shell may hold. */
const MAX_BYTES = 2 << 20;

/** Variables that are computed when they are read. */
export interface SpecialVariables {
  scalar(name: string): string | undefined;
  array(name: string): readonly string[] | undefined;
}

export type SetProblem = "readonly" | "memory";

export class Variables {
  #scopes: Map<string, Variable>[];
  readonly #special: SpecialVariables;
  #bytes = 0;

  constructor(special: SpecialVariables, scopes: Map<string, Variable>[] = [new Map()]) {
    this.#special = special;
    this.#scopes = scopes;
  }

  /** A copy that shares nothing, for a subshell. */
  fork(special: SpecialVariables): Variables {
    const flat = new Map<string, Variable>();
    for (const scope of this.#scopes) {
      for (const [name, variable] of scope)
        flat.set(name, { ...variable, value: variable.value instanceof Map ? new Map(variable.value) : variable.value });
    }
    const copy = new Variables(special, [flat]);
    copy.#bytes = this.#bytes;
    return copy;
  }

  find(name: string): Variable | undefined {
    for (let depth = this.#scopes.length - 1; depth >= 0; depth -= 1) {
      const variable = this.#scopes[depth]?.get(name);
      if (variable !== undefined) return variable;
    }
    return undefined;
  }

  /** A variable's own name after namerefs. */
  resolve(name: string): string {
    let current = name;
    for (let hops = 0; hops < 8; hops += 1) {
      const variable = this.find(current);
      if (variable?.nameref !== true || typeof variable.value !== "string" || variable.value === "") return current;
      current = variable.value;
    }
    return current;
  }

  /** A scalar's value; for an array its element 0. */
  get(given: string): string | undefined {
    const name = this.resolve(given);
    const special = this.#special.scalar(name) ?? this.#special.array(name)?.[0];
    if (special !== undefined) return special;
    const value = this.find(name)?.value;
    return value instanceof Map ? value.get("0") : value;
  }

  element(given: string, key: string): string | undefined {
    const special = this.#special.array(given);
    if (special !== undefined) return special.at(Number(key));
    const variable = this.find(this.resolve(given));
    if (variable?.value instanceof Map) return variable.value.get(this.#key(variable, key));
    return key === "0" ? this.get(given) : undefined;
  }

  /** An array's elements in order; a scalar is an array of one. */
  elements(given: string): readonly (readonly [string, string])[] {
    const special = this.#special.array(given);
    if (special !== undefined) return special.map((value, index) => [String(index), value] as const);
    const name = this.resolve(given);
    const value = this.find(name)?.value;
    if (!(value instanceof Map)) {
      const single = this.get(name);
      return single === undefined ? [] : [["0", single]];
    }
    const entries = [...value];
    return this.find(name)?.array === "indexed" ? entries.sort((one, other) => Number(one[0]) - Number(other[0])) : entries;
  }

  set(given: string, value: string): SetProblem | undefined {
    const name = this.resolve(given);
    const variable = this.find(name);
    if (variable?.readonly === true) return "readonly";
    if (variable?.value instanceof Map) return this.setElement(name, "0", value);
    if (!this.#account(value.length - (typeof variable?.value === "string" ? variable.value.length : 0))) return "memory";
    const shaped = variable === undefined ? value : shape(variable, value);
    if (variable === undefined) this.#scopes[0]?.set(name, { ...fresh(), value: shaped });
    else variable.value = shaped;
    return undefined;
  }

  setElement(given: string, key: string, value: string): SetProblem | undefined {
    const name = this.resolve(given);
    const variable = this.find(name) ?? this.#declare(name);
    if (variable.readonly) return "readonly";
    if (!this.#account(value.length + 32)) return "memory";
    const map = variable.value instanceof Map ? variable.value : new Map(typeof variable.value === "string" ? [["0", variable.value]] : []);
    variable.array ??= "indexed";
    map.set(this.#key(variable, key), shape(variable, value));
    variable.value = map;
    return undefined;
  }

  /** Replaces a whole array. */
  setArray(given: string, entries: Iterable<readonly [string, string]>): SetProblem | undefined {
    const name = this.resolve(given);
    const variable = this.find(name) ?? this.#declare(name);
    if (variable.readonly) return "readonly";
    const map = new Map(entries);
    let bytes = 0;
    for (const value of map.values()) bytes += value.length + 32;
    if (!this.#account(bytes)) return "memory";
    variable.array ??= "indexed";
    variable.value = map;
    return undefined;
  }

  unset(given: string): SetProblem | undefined {
    for (let depth = this.#scopes.length - 1; depth >= 0; depth -= 1) {
      const variable = this.#scopes[depth]?.get(given);
      if (variable === undefined) continue;
      if (variable.readonly) return "readonly";
      this.#account(typeof variable.value === "string" ? -variable.value.length : 0);
      if (depth > 0) Object.assign(variable, { ...fresh() });
      else this.#scopes[depth]?.delete(given);
      return undefined;
    }
    return undefined;
  }

  unsetElement(given: string, key: string): void {
    const variable = this.find(this.resolve(given));
    if (variable?.value instanceof Map) variable.value.delete(this.#key(variable, key));
  }

  /** The variable to give attributes to; made unset if need be. */
  declare(given: string): Variable {
    const name = this.resolve(given);
    return this.find(name) ?? this.#declare(name);
  }

  /** A new variable in the innermost scope (a function's). */
  declareLocal(name: string, from?: Variable): Variable {
    const scope = this.#scopes.at(-1) ?? new Map<string, Variable>();
    const known = scope.get(name);
    if (known !== undefined) return known;
    const variable = from ?? fresh();
    scope.set(name, variable);
    return variable;
  }

  push(): void {
    this.#scopes.push(new Map());
  }

  pop(): void {
    if (this.#scopes.length > 1) this.#scopes.pop();
  }

  get depth(): number {
    return this.#scopes.length;
  }

  /** All names that are set or declared, sorted. */
  names(): readonly string[] {
    const names = new Set<string>();
    for (const scope of this.#scopes) for (const name of scope.keys()) names.add(name);
    return [...names].sort();
  }

  /** What a child gets. */
  environment(): Map<string, string> {
    const exported = new Map<string, string>();
    for (const scope of this.#scopes) {
      for (const [name, variable] of scope) {
        const value = variable.value instanceof Map ? undefined : variable.value;
        if (variable.exported && value !== undefined) exported.set(name, value);
        else exported.delete(name);
      }
    }
    return exported;
  }

  #declare(name: string): Variable {
    const variable = fresh();
    this.#scopes[0]?.set(name, variable);
    return variable;
  }

  #key(variable: Variable, key: string): string {
    if (variable.array === "associative" || !key.startsWith("-") || !(variable.value instanceof Map)) return key;
    const last = Math.max(-1, ...[...variable.value.keys()].map(Number));
    return String(last + 1 + Number(key));
  }

  #account(bytes: number): boolean {
    if (bytes > 0 && this.#bytes + bytes > MAX_BYTES) return false;
    this.#bytes = Math.max(0, this.#bytes + bytes);
    return true;
  }
}

export function fresh(): Variable {
  return { value: undefined, array: undefined, exported: false, readonly: false, integer: false, letters: undefined, nameref: false };
}

function shape(variable: Variable, value: string): string {
  if (variable.letters === "lower") return value.toLowerCase();
  return variable.letters === "upper" ? value.toUpperCase() : value;
}
