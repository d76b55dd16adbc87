import type { Stat } from "../../../file-system.ts";
import type { Process } from "../../../program.ts";
import { escapeByte, quoteIfNeeded } from "../../quoting.ts";
import { colorize } from "./color.ts";
import type { ListHow } from "./how.ts";

/** An entry to be shown; `stat` is missing when it could not be read. */
export interface Listed {
  readonly name: string;
  readonly path: string;
  readonly stat: Stat | undefined;
  /** A link to a directory. */
  readonly leadsToDirectory?: boolean;
}

/** A name as it is printed: its bytes, and how many columns they take. */
export interface Shown {
  readonly text: string;
  readonly width: number;
}

/** All names; when one needs quotes on a terminal, the others are indented by a space. */
export function shownNames(process: Process, entries: readonly Listed[], how: ListHow): readonly Shown[] {
  const quoted = entries.map(({ name }) => quoteEntry(name, how));
  const indent = how.quoted && how.format !== "commas" && quoted.some((text, at) => text !== entries[at]?.name);
  return entries.map((entry, at) => {
    const text = quoted[at] ?? "";
    const lead = indent && !text.startsWith("'") && !text.startsWith('"') ? " " : "";
    const mark = indicator(entry.stat, how);
    return { text: lead + colorize(process, text, { entry, how }) + mark, width: lead.length + text.length + mark.length };
  });
}

function quoteEntry(name: string, how: ListHow): string {
  if (how.quoteAll) return `"${name.replaceAll(/[\x00-\x1f\x7f-\xff\\"]/g, (byte) => (byte === '"' ? '\\"' : escapeByte(byte)))}"`;
  if (how.escape) return name.replaceAll(/[\x00-\x1f\x7f-\xff\\ ]/g, (byte) => (byte === " " ? "\\ " : escapeByte(byte)));
  if (how.quoted) return quoteIfNeeded(name);
  return how.question ? name.replaceAll(/[\x00-\x1f\x7f-\xff]/g, "?") : name;
}

export function indicator(stat: Stat | undefined, how: ListHow): string {
  if (how.indicator === "none" || stat === undefined) return "";
  if (stat.kind === "directory") return "/";
  if (how.indicator === "slash") return "";
  const marks: Readonly<Record<string, string>> = { link: how.long ? "" : "@", fifo: "|", socket: "=" };
  const mark = marks[stat.kind];
  if (mark !== undefined) return mark;
  return how.indicator === "classify" && stat.kind === "file" && (stat.mode & 0o111) !== 0 ? "*" : "";
}
