/** find's expressions as a tree (POSIX find; findutils 4.9): `!` before `-a` before `-o` before `,`. */
export type Expression =
  | { readonly kind: "test"; readonly name: string; readonly args: readonly string[] }
  | { readonly kind: "not"; readonly inner: Expression }
  | { readonly kind: "and" | "or" | "list"; readonly left: Expression; readonly right: Expression };

export interface FindPlan {
  readonly paths: readonly string[];
  readonly expression: Expression | undefined;
  readonly maxDepth: number;
  readonly minDepth: number;
  readonly depthFirst: boolean;
  readonly follow: "never" | "named" | "always";
}

/** How many arguments each test and action takes; those of -exec end at `;` or `+`. */
const ARGUMENTS: Readonly<Record<string, number>> = {
  true: 0,
  false: 0,
  name: 1,
  iname: 1,
  path: 1,
  wholename: 1,
  ipath: 1,
  iwholename: 1,
  lname: 1,
  ilname: 1,
  regex: 1,
  iregex: 1,
  regextype: 1,
  type: 1,
  xtype: 1,
  size: 1,
  empty: 0,
  perm: 1,
  user: 1,
  group: 1,
  uid: 1,
  gid: 1,
  nouser: 0,
  nogroup: 0,
  links: 1,
  inum: 1,
  samefile: 1,
  newer: 1,
  anewer: 1,
  cnewer: 1,
  newermt: 1,
  mtime: 1,
  atime: 1,
  ctime: 1,
  mmin: 1,
  amin: 1,
  cmin: 1,
  readable: 0,
  writable: 0,
  executable: 0,
  fstype: 1,
  print: 0,
  print0: 0,
  printf: 1,
  ls: 0,
  delete: 0,
  prune: 0,
  quit: 0,
  maxdepth: 1,
  mindepth: 1,
  depth: 0,
  d: 0,
  mount: 0,
  xdev: 0,
  follow: 0,
  noleaf: 0,
  daystart: 0,
  ignore_readdir_race: 0,
  warn: 0,
  nowarn: 0,
  fprint: 1,
  used: 1,
};

const ACTIONS = new Set(["print", "print0", "printf", "ls", "delete", "exec", "execdir", "ok", "okdir", "quit", "fprint"]);

const FOLLOW: Readonly<Record<string, FindPlan["follow"]>> = { "-L": "always", "-H": "named", "-P": "never" };

/** Reads the arguments; a text is what is wrong with them. */
export function parseFind(args: readonly string[]): FindPlan | { readonly wrong: string; readonly hint?: string } {
  let start = 0;
  let follow: FindPlan["follow"] = "never";
  for (; /^-[HLP]$|^-D|^-O\d/.test(args[start] ?? ""); start += 1) follow = FOLLOW[args[start] ?? ""] ?? follow;
  let at = start;
  while (at < args.length && !/^(-.|[(!),]$)/.test(args[at] ?? "")) at += 1;
  const parser = new ExpressionParser(args, at);
  const expression = parser.whole();
  if (parser.wrong !== undefined) return { wrong: parser.wrong, ...(parser.hint === undefined ? {} : { hint: parser.hint }) };
  const { maxDepth, minDepth, depthFirst } = parser;
  const paths = at === start ? ["."] : args.slice(start, at);
  return { paths, expression, maxDepth, minDepth, depthFirst, follow: parser.follow ? "always" : follow };
}

export function hasAction(expression: Expression | undefined): boolean {
  if (expression === undefined) return false;
  if (expression.kind === "test") return ACTIONS.has(expression.name);
  if (expression.kind === "not") return hasAction(expression.inner);
  return hasAction(expression.left) || hasAction(expression.right);
}

class ExpressionParser {
  wrong: string | undefined;
  hint: string | undefined;
  maxDepth = Number.POSITIVE_INFINITY;
  minDepth = 0;
  depthFirst = false;
  follow = false;
  readonly #args: readonly string[];
  #at: number;
  #depth = 0;

  constructor(args: readonly string[], at: number) {
    this.#args = args;
    this.#at = at;
  }

  whole(): Expression | undefined {
    if (this.#at >= this.#args.length) return undefined;
    const expression = this.#list();
    const extra = this.#peek();
    if (this.wrong === undefined && extra === ")") this.wrong = "invalid expression; you have too many ')'";
    return expression;
  }

  #peek(): string | undefined {
    return this.wrong === undefined ? this.#args[this.#at] : undefined;
  }

  #take(...words: readonly string[]): boolean {
    if (!words.includes(this.#peek() ?? "")) return false;
    this.#at += 1;
    return true;
  }

  #list(): Expression {
    let left = this.#or();
    while (this.#take(",")) left = { kind: "list", left, right: this.#or() };
    return left;
  }

  #or(): Expression {
    let left = this.#and();
    while (this.#take("-o", "-or")) left = { kind: "or", left, right: this.#and() };
    return left;
  }

  #and(): Expression {
    let left = this.#not();
    while (this.#peek() !== undefined && ![")", "-o", "-or", ","].includes(this.#peek() ?? "")) {
      this.#take("-a", "-and");
      left = { kind: "and", left, right: this.#not() };
    }
    return left;
  }

  #not(): Expression {
    if (this.#take("!", "-not")) return { kind: "not", inner: this.#not() };
    if (this.#take("(")) return this.#group();
    return this.#test();
  }

  #group(): Expression {
    this.#depth += 1;
    if (this.#depth > 100) this.wrong = "arguments too long";
    if (this.#peek() === ")") this.wrong = "invalid expression; empty parentheses are not allowed.";
    const inner = this.#list();
    this.#depth -= 1;
    if (!this.#take(")")) this.wrong ??= "invalid expression; I was expecting to find a ')' somewhere but did not see one.";
    return inner;
  }

  #test(): Expression {
    const word = this.#peek();
    if (word === undefined) this.wrong ??= "expected an expression";
    if (word === undefined || this.wrong !== undefined) return NOTHING;
    this.#at += 1;
    const name = word.slice(1);
    if (!word.startsWith("-")) return this.#misplaced(word);
    if (/^(exec|ok)(dir)?$/.test(name)) return this.#command(word);
    const count = Object.hasOwn(ARGUMENTS, name) ? ARGUMENTS[name] : undefined;
    if (count === undefined && !/^newer[aBcm][aBcmt]$/.test(name)) return this.#fail(`unknown predicate \`${word}'`);
    const args = this.#args.slice(this.#at, this.#at + (count ?? 1));
    if (args.length < (count ?? 1)) return this.#fail(`missing argument to \`${word}'`);
    this.#at += args.length;
    this.#global(name, args[0]);
    return { kind: "test", name, args };
  }

  #misplaced(word: string): Expression {
    const before = this.#args[this.#at - 3] ?? "";
    if (/^-i?(name|path|wholename|lname)$/.test(before)) this.hint = `possible unquoted pattern after predicate \`${before}'?`;
    return this.#fail(`paths must precede expression: \`${word}'`);
  }

  #command(word: string): Expression {
    const words: string[] = [];
    while (this.#at < this.#args.length) {
      const arg = this.#args[this.#at] ?? "";
      this.#at += 1;
      if (arg === ";" || (arg === "+" && words.at(-1) === "{}")) {
        if (words.length === 0) break;
        return { kind: "test", name: word.slice(1), args: [arg, ...words] };
      }
      words.push(arg);
    }
    return this.#fail(`missing argument to \`${word}'`);
  }

  /** Options that hold for the whole walk. */
  #global(name: string, value: string | undefined): void {
    if (name === "maxdepth" || name === "mindepth") {
      if (!/^\d+$/.test(value ?? ""))
        this.wrong = `Expected a positive decimal integer argument to -${name}, but got ${JSON.stringify(value)}`.replaceAll('"', "'");
      else if (name === "maxdepth") this.maxDepth = Number(value);
      else this.minDepth = Number(value);
    }
    if (["depth", "d", "delete"].includes(name)) this.depthFirst = true;
    if (name === "follow") this.follow = true;
  }

  #fail(wrong: string): Expression {
    this.wrong ??= wrong;
    return NOTHING;
  }
}

const NOTHING: Expression = { kind: "test", name: "true", args: [] };
