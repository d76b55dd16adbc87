import { readOptions } from "../../../options.ts";
import type { Process } from "../../../program.ts";

/** What tar was asked for. */
export interface TarRequest {
  readonly verb: "create" | "list" | "extract" | "append";
  /** The archive; `-`: standard input or output. */
  readonly archive: string;
  /** Operands in order; a `directory` is where those after it are. */
  readonly names: readonly (string | { readonly directory: string })[];
  readonly verbose: number;
  readonly compression: "gzip" | "bzip2" | "xz" | "auto" | undefined;
  readonly strip: number;
  readonly excludes: readonly string[];
  readonly has: (key: string) => boolean;
  readonly value: (key: string) => string | undefined;
}

const LONG = {
  create: "c",
  list: "t",
  extract: "x",
  get: "x",
  append: "r",
  update: "u",
  diff: "d",
  compare: "d",
  file: "f",
  verbose: "v",
  gzip: "z",
  gunzip: "z",
  ungzip: "z",
  bzip2: "j",
  xz: "J",
  "auto-compress": "a",
  directory: "C",
  "absolute-names": "P",
  "preserve-permissions": "p",
  "same-permissions": "p",
  "to-stdout": "O",
  dereference: "h",
  "files-from": "T",
  "keep-old-files": "k",
  touch: "m",
  "one-file-system": "one-file-system",
  "strip-components": "strip-components:",
  exclude: "exclude:",
  owner: "owner:",
  group: "group:",
  mtime: "mtime:",
  mode: "mode:",
  "numeric-owner": "numeric-owner",
  "no-same-owner": "no-same-owner",
  "same-owner": "same-owner",
  "no-same-permissions": "no-same-permissions",
  "no-recursion": "no-recursion",
  wildcards: "wildcards",
  "no-wildcards": "no-wildcards",
  overwrite: "overwrite",
  "skip-old-files": "skip-old-files",
  "unlink-first": "U",
  totals: "totals",
  checkpoint: "checkpoint?",
  "checkpoint-action": "checkpoint-action:",
  format: "H",
  sort: "sort:",
  "ignore-failed-read": "ignore-failed-read",
  warning: "warning:",
  "full-time": "full-time",
  "remove-files": "remove-files",
  transform: "transform:",
  xattrs: "xattrs",
  acls: "acls",
  selinux: "selinux",
  zstd: "zstd",
};
const SHORT = "AcdtruxvzjJf:C:pPOhT:kmaoH:b:X:UwWSsBiE";
const VERBS: Readonly<Record<string, TarRequest["verb"]>> = { c: "create", t: "list", x: "extract", r: "append", u: "append" };

/** A mistake, whether --help is pointed to, and the exit status. */
interface Misuse {
  readonly wrong: string;
  readonly help: boolean;
  readonly status: number;
}

const USAGE = 64;
const FATAL = 2;

/** The request; what to print; or what is wrong, perhaps with tar's pointer to --help. */
export function readRequest(process: Process): TarRequest | { readonly show: string } | Misuse {
  const args = modernArguments(process.args);
  if (!Array.isArray(args)) return { wrong: `Old option '${args}' requires an argument.`, help: true, status: FATAL };
  const options = readOptions(args, { short: SHORT, long: LONG, version: "tar (GNU tar) 1.34\n" });
  if ("show" in options) return options;
  if ("wrong" in options) return { wrong: options.wrong, help: true, status: USAGE };
  const verbs = options.order.filter(([key]) => Object.hasOwn(VERBS, key)).map(([key]) => key);
  const verb = VERBS[verbs[0] ?? ""];
  if (verb === undefined)
    return { wrong: "You must specify one of the '-Acdtrux', '--delete' or '--test-label' options", help: true, status: FATAL };
  if (new Set(verbs).size > 1)
    return { wrong: "You may not specify more than one '-Acdtrux', '--delete' or  '--test-label' option", help: true, status: FATAL };
  const strip = options.value("strip-components") ?? "0";
  if (!/^\d+$/.test(strip)) return { wrong: `Invalid number of elements: ${strip}`, help: false, status: FATAL };
  const archive = options.value("f") ?? process.environment.get("TAPE") ?? "-";
  return {
    verb,
    archive,
    names: namesInOrder(args, options.operands),
    verbose: options.order.filter(([key]) => key === "v").length,
    compression: compressionOf((key) => options.has(key), archive),
    strip: Number(strip),
    excludes: options.values("exclude"),
    has: (key) => options.has(key),
    value: (key) => options.value(key),
  };
}

function compressionOf(has: (key: string) => boolean, archive: string): TarRequest["compression"] {
  if (has("z") || (has("a") && /\.(tgz|taz|gz)$/.test(archive))) return "gzip";
  if (has("j") || (has("a") && /\.(tbz2?|bz2)$/.test(archive))) return "bzip2";
  if (has("J") || (has("a") && /\.(txz|xz)$/.test(archive))) return "xz";
  return undefined;
}

/** `tar xzf a b`: letters without a dash, whose values follow in order. A letter whose value is missing is given alone. */
function modernArguments(args: readonly string[]): readonly string[] | string {
  const [first = "", ...rest] = args;
  if (first === "" || first.startsWith("-")) return args;
  const values = [...rest];
  const modern: string[] = [];
  for (const letter of first) {
    const takes = SHORT.charAt(SHORT.indexOf(letter) + 1) === ":" && letter !== ":";
    const value = takes ? values.shift() : undefined;
    if (takes && value === undefined) return letter;
    modern.push(`-${letter}${value ?? ""}`);
  }
  return [...modern, ...values];
}

/** -C counts for the names behind it, so that their order matters. */
function namesInOrder(args: readonly string[], operands: readonly string[]): TarRequest["names"] {
  const names: (string | { directory: string })[] = [];
  const left = [...operands];
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? "";
    const directory = /^(?:--directory=|-C)([\s\S]+)$/.exec(arg)?.[1];
    if (directory !== undefined) names.push({ directory });
    else if (/^-[A-Za-z]*C$|^--directory$/.test(arg)) names.push({ directory: args[at + 1] ?? "" });
    else if (arg === left[0]) names.push(left.shift() ?? "");
  }
  return [...names, ...left];
}
