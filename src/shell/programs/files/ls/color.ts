import type { Stat } from "../../../file-system.ts";
import type { Process } from "../../../program.ts";

/** The colours that ls has without LS_COLORS, and those of LS_COLORS. */
const DEFAULTS = "rs=0:di=01;34:ln=01;36:pi=33:so=01;35:bd=01;33:cd=01;33:or=:mi=:su=37;41:sg=30;43:tw=30;42:ow=34;42:st=37;44:ex=01;32";

interface Entry {
  readonly name: string;
  readonly path: string;
  readonly stat: Stat | undefined;
}

export function colorize(
  process: Process,
  text: string,
  what: { readonly entry: Entry; readonly how: { readonly color: boolean } },
): string {
  if (!what.how.color) return text;
  const rules = new Map<string, string>();
  for (const rule of `${DEFAULTS}:${process.environment.get("LS_COLORS") ?? ""}`.split(":")) {
    const cut = rule.indexOf("=");
    if (cut > 0) rules.set(rule.slice(0, cut), rule.slice(cut + 1));
  }
  const code = colorOf(process, what.entry, rules);
  return code === undefined || code === "" || code === "0" || code === "00" ? text : `\x1b[0m\x1b[${code}m${text}\x1b[0m`;
}

function colorOf(process: Process, entry: Entry, rules: ReadonlyMap<string, string>): string | undefined {
  const { stat } = entry;
  if (stat === undefined) return rules.get("mi") || rules.get("or");
  if (stat.kind === "link" && "errno" in process.fs.stat(entry.path)) return rules.get("or") || rules.get("ln");
  if (stat.kind === "file") return fileColor(entry.name, stat, rules);
  if (stat.kind === "directory") return directoryColor(stat, rules);
  return rules.get({ link: "ln", fifo: "pi", socket: "so", block: "bd", character: "cd" }[stat.kind]);
}

function fileColor(name: string, stat: Stat, rules: ReadonlyMap<string, string>): string | undefined {
  if ((stat.mode & 0o4000) !== 0) return rules.get("su");
  if ((stat.mode & 0o2000) !== 0) return rules.get("sg");
  if ((stat.mode & 0o111) !== 0) return rules.get("ex");
  const dot = name.lastIndexOf(".");
  return dot < 0 ? undefined : rules.get(`*${name.slice(dot)}`);
}

function directoryColor(stat: Stat, rules: ReadonlyMap<string, string>): string | undefined {
  const sticky = (stat.mode & 0o1000) !== 0;
  const open = (stat.mode & 0o2) !== 0;
  if (sticky && open) return rules.get("tw");
  if (open) return rules.get("ow");
  return rules.get(sticky ? "st" : "di");
}
