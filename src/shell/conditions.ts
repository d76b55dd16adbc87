import type { Stat } from "./file-system.ts";
import type { BoundFiles } from "./program.ts";

/**
 * The conditions of `test`, `[` and `[[ ]]`: files, strings, numbers (POSIX test; bash manual 6.4). The number of arguments decides what they
 * mean, as POSIX has it. A mistake is told in the words of bash or of dash and busybox.
 */
export interface ConditionPorts {
  readonly fs: BoundFiles;
  readonly isTerminal: (fd: number) => boolean;
  readonly credentials: { readonly uid: number; readonly gid: number };
  /** bash's -v, -o; undefined: not known. */
  readonly isSet?: (name: string) => boolean;
  readonly hasOption?: (name: string) => boolean;
  readonly terse: boolean;
}

export type Verdict = boolean | { readonly wrong: string };

type Unary = (operand: string, ports: ConditionPorts) => boolean;

export const UNARY: Readonly<Record<string, Unary>> = {
  "-a": exists,
  "-e": exists,
  "-b": kind("block"),
  "-c": kind("character"),
  "-d": kind("directory"),
  "-f": kind("file"),
  "-p": kind("fifo"),
  "-S": kind("socket"),
  "-h": isLink,
  "-L": isLink,
  "-g": mode(0o2000),
  "-u": mode(0o4000),
  "-k": mode(0o1000),
  "-s": (path, { fs }) => has(fs.stat(path), (stat) => stat.size > 0),
  "-r": access(4),
  "-w": access(2),
  "-x": access(1),
  "-O": (path, { fs, credentials }) => has(fs.stat(path), (stat) => stat.uid === credentials.uid),
  "-G": (path, { fs, credentials }) => has(fs.stat(path), (stat) => stat.gid === credentials.gid),
  "-N": (path, { fs }) => has(fs.stat(path), (stat) => stat.modifyMs > stat.accessMs),
  "-t": (fd, ports) => /^\d+$/.test(fd) && ports.isTerminal(Number(fd)),
  "-n": (text) => text !== "",
  "-z": (text) => text === "",
  "-v": (name, ports) => ports.isSet?.(name) ?? false,
  "-o": (name, ports) => ports.hasOption?.(name) ?? false,
  "-R": () => false,
};

/** Comparisons of numbers. */
export const NUMERIC: Readonly<Record<string, (left: bigint, right: bigint) => boolean>> = {
  "-eq": (left, right) => left === right,
  "-ne": (left, right) => left !== right,
  "-lt": (left, right) => left < right,
  "-le": (left, right) => left <= right,
  "-gt": (left, right) => left > right,
  "-ge": (left, right) => left >= right,
};

const BINARY = new Set(["=", "==", "!=", "<", ">", "-nt", "-ot", "-ef", ...Object.keys(NUMERIC)]);

/** test(1) on its arguments (without the `]`). */
export function evaluateCondition(args: readonly string[], ports: ConditionPorts): Verdict {
  const [first = "", second = ""] = args;
  switch (args.length) {
    case 0:
      return false;
    case 1:
      return first !== "";
    case 2:
      return twoArguments(first, second, ports);
    case 3:
      return threeArguments(args, ports);
    default:
      return manyArguments(args, ports);
  }
}

function threeArguments(args: readonly string[], ports: ConditionPorts): Verdict {
  const [first = "", second = "", third = ""] = args;
  if (BINARY.has(second)) return binary(second, [first, third], ports);
  if (second === "-a") return first !== "" && third !== "";
  if (second === "-o") return first !== "" || third !== "";
  if (first === "!") return not(evaluateCondition(args.slice(1), ports));
  if (first === "(" && third === ")") return second !== "";
  return { wrong: `${second}: ${ports.terse ? "unexpected operator" : "binary operator expected"}` };
}

function twoArguments(first: string, second: string, ports: ConditionPorts): Verdict {
  if (first === "!") return second === "";
  const unary = Object.hasOwn(UNARY, first) ? UNARY[first] : undefined;
  if (unary !== undefined) return unary(second, ports);
  return { wrong: ports.terse ? `${first}: unexpected operator` : `${first}: unary operator expected` };
}

function manyArguments(args: readonly string[], ports: ConditionPorts): Verdict {
  if (args.length === 4 && args[0] === "!") return not(evaluateCondition(args.slice(1), ports));
  if (args.length === 4 && args[0] === "(" && args[3] === ")") return evaluateCondition(args.slice(1, 3), ports);
  const reader = new Reader(args, ports);
  const verdict = reader.either();
  if (typeof verdict !== "boolean") return verdict;
  return reader.done ? verdict : { wrong: ports.terse ? `${reader.next}: unexpected operator` : "too many arguments" };
}

/** -o, -a, !, ( ) by precedence. */
class Reader {
  readonly #args: readonly string[];
  readonly #ports: ConditionPorts;
  #at = 0;

  constructor(args: readonly string[], ports: ConditionPorts) {
    this.#args = args;
    this.#ports = ports;
  }

  get done(): boolean {
    return this.#at >= this.#args.length;
  }

  get next(): string {
    return this.#args[this.#at] ?? "";
  }

  either(): Verdict {
    return this.#chain("-o", () => this.#chain("-a", () => this.#single()));
  }

  #chain(operator: string, part: () => Verdict): Verdict {
    let result = part();
    while (typeof result === "boolean" && this.next === operator) {
      this.#at += 1;
      const right = part();
      if (typeof right !== "boolean") return right;
      result = operator === "-o" ? result || right : result && right;
    }
    return result;
  }

  #single(): Verdict {
    if (this.done) return { wrong: "argument expected" };
    const [first = "", second = "", third] = this.#args.slice(this.#at, this.#at + 3);
    if (third !== undefined && BINARY.has(second)) {
      this.#at += 3;
      return binary(second, [first, third], this.#ports);
    }
    this.#at += 1;
    if (first === "!") return not(this.#single());
    if (first === "(") return this.#group();
    const unary = Object.hasOwn(UNARY, first) && second !== "" ? UNARY[first] : undefined;
    if (unary === undefined) return first !== "";
    this.#at += 1;
    return unary(second, this.#ports);
  }

  #group(): Verdict {
    const inner = this.either();
    if (this.next !== ")") return { wrong: this.#ports.terse ? "closing paren expected" : "`)' expected" };
    this.#at += 1;
    return inner;
  }
}

function not(verdict: Verdict): Verdict {
  return typeof verdict === "boolean" ? !verdict : verdict;
}

function binary(operator: string, [left, right]: readonly [string, string], ports: ConditionPorts): Verdict {
  const numeric = NUMERIC[operator];
  if (numeric === undefined) return compareTexts(operator, [left, right], ports);
  const wrong = [left, right].find((text) => !/^\s*[-+]?0*\d{1,19}\s*$/.test(text));
  if (wrong !== undefined) return { wrong: ports.terse ? `Illegal number: ${wrong}` : `${wrong}: integer expression expected` };
  return numeric(BigInt(left.trim().replace(/^\+/, "")), BigInt(right.trim().replace(/^\+/, "")));
}

/** Everything but numbers. */
export function compareTexts(operator: string, [left, right]: readonly [string, string], { fs }: Pick<ConditionPorts, "fs">): boolean {
  switch (operator) {
    case "=":
    case "==":
      return left === right;
    case "!=":
      return left !== right;
    case "<":
      return left < right;
    case ">":
      return left > right;
    default:
      return compareFiles(operator, fs.stat(left), fs.stat(right));
  }
}

function compareFiles(operator: string, left: ReturnType<BoundFiles["stat"]>, right: ReturnType<BoundFiles["stat"]>): boolean {
  const one = "errno" in left ? undefined : left;
  const other = "errno" in right ? undefined : right;
  if (operator === "-ef") return one !== undefined && one.inode === other?.inode;
  const [newer, older] = operator === "-nt" ? [one, other] : [other, one];
  return newer !== undefined && (older === undefined || newer.modifyMs > older.modifyMs);
}

function has(stat: ReturnType<BoundFiles["stat"]>, test: (stat: Stat) => boolean): boolean {
  return !("errno" in stat) && test(stat);
}

function exists(path: string, { fs }: ConditionPorts): boolean {
  return !("errno" in fs.stat(path));
}

function isLink(path: string, { fs }: ConditionPorts): boolean {
  return has(fs.lstat(path), (stat) => stat.kind === "link");
}

function kind(wanted: Stat["kind"]): Unary {
  return (path, { fs }) => has(fs.stat(path), (stat) => stat.kind === wanted);
}

function mode(bits: number): Unary {
  return (path, { fs }) => has(fs.stat(path), (stat) => (stat.mode & bits) !== 0);
}

function access(wanted: number): Unary {
  return (path, { fs }) => "ok" in fs.access(path, wanted);
}
