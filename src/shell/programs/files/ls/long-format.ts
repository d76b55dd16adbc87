import type { Stat } from "../../../file-system.ts";
import type { Process } from "../../../program.ts";
import { modeText } from "../../mode.ts";
import { groupName, userName } from "../../owners.ts";
import { joinPath, parentPart } from "../../paths.ts";
import { quoteIfNeeded } from "../../quoting.ts";
import { formatTime, zoneOf } from "../../time-format.ts";
import { colorize } from "./color.ts";
import type { ListHow } from "./how.ts";
import { indicator, type Listed, shownNames } from "./names.ts";
import { timeOf } from "./sort.ts";

/** Space on the disk: whole blocks of 4 KiB; short links and special files take none. */
export function blocksKib(stat: Stat): number {
  if (stat.kind === "file" || stat.kind === "directory") return Math.ceil(stat.size / 4096) * 4;
  return stat.kind === "link" && stat.size >= 60 ? 4 : 0;
}

type Column = { readonly texts: readonly string[]; readonly left?: boolean };

/** -l: columns as wide as their widest entry. */
export function longLines(process: Process, entries: readonly Listed[], how: ListHow): readonly string[] {
  const columns = columnsOf(process, entries, how);
  const names = shownNames(process, entries, how);
  const widths = columns.map(({ texts }) => Math.max(...texts.map((text) => text.length)));
  return entries.map((entry, row) => {
    const cells = columns.map(({ texts, left }, at) => {
      const text = texts[row] ?? "";
      return left === true ? text.padEnd(widths[at] ?? 0) : text.padStart(widths[at] ?? 0);
    });
    return `${cells.join(" ")} ${names[row]?.text ?? ""}${linkPart(process, entry, how)}${how.terminator}`;
  });
}

function columnsOf(process: Process, entries: readonly Listed[], how: ListHow): readonly Column[] {
  const texts = (show: (stat: Stat) => string) => entries.map(({ stat }) => (stat === undefined ? "?" : show(stat)));
  const columns: Column[] = [];
  if (how.inode) columns.push({ texts: texts((stat) => String(stat.inode)) });
  if (how.blocks) columns.push({ texts: texts((stat) => how.size(blocksKib(stat) * 1024, 1024)) });
  columns.push({ texts: entries.map(({ stat }) => (stat === undefined ? "??????????" : modeText(stat))), left: true });
  columns.push({ texts: texts((stat) => String(stat.links)) });
  if (how.owner)
    columns.push({ texts: texts((stat) => (how.numeric ? String(stat.uid) : userName(process, stat.uid))), left: !how.numeric });
  if (how.group)
    columns.push({ texts: texts((stat) => (how.numeric ? String(stat.gid) : groupName(process, stat.gid))), left: !how.numeric });
  columns.push({ texts: sizes(entries, how) });
  columns.push({ texts: entries.map((entry) => (entry.stat === undefined ? "?" : timeText(process, timeOf(entry, how), how))) });
  return columns;
}

/** Sizes, or `major, minor` of devices. */
function sizes(entries: readonly Listed[], how: ListHow): readonly string[] {
  const devices = entries.flatMap(({ stat }) => (stat?.device === undefined ? [] : [stat.device]));
  const majorWidth = Math.max(0, ...devices.map(({ major }) => String(major).length));
  const minorWidth = Math.max(0, ...devices.map(({ minor }) => String(minor).length));
  return entries.map(({ stat }) => {
    if (stat === undefined) return "?";
    if (stat.device === undefined) return how.size(stat.size);
    return `${String(stat.device.major).padStart(majorWidth)}, ${String(stat.device.minor).padStart(minorWidth)}`;
  });
}

const HALF_YEAR_MS = (31_556_952 / 2) * 1000;

function timeText(process: Process, ms: number, how: ListHow): string {
  return formatTime(timeFormat(process, ms, how), ms, zoneOf(process));
}

function timeFormat(process: Process, ms: number, { timeStyle }: ListHow): string {
  const { wallMs } = process.system.now();
  const recent = ms <= wallMs && ms > wallMs - HALF_YEAR_MS;
  if (timeStyle.startsWith("+")) {
    const [old = "", fresh] = timeStyle.slice(1).split("\n");
    return recent ? (fresh ?? old) : old;
  }
  if (timeStyle === "full-iso") return "%Y-%m-%d %H:%M:%S.%N %z";
  if (timeStyle === "long-iso") return "%Y-%m-%d %H:%M";
  if (timeStyle === "iso") return recent ? "%m-%d %H:%M" : "%Y-%m-%d ";
  return recent ? "%b %e %H:%M" : "%b %e  %Y";
}

function linkPart(process: Process, entry: Listed, how: ListHow): string {
  if (entry.stat?.kind !== "link") return "";
  const target = process.fs.readLink(entry.path);
  if (typeof target !== "string") return "";
  const path = target.startsWith("/") ? target : joinPath(parentPart(entry.path), target);
  const stat = process.fs.stat(path);
  const end: Listed = { name: target, path, stat: "errno" in stat ? undefined : stat };
  const shown = how.quoted ? quoteIfNeeded(target) : target;
  return ` -> ${colorize(process, shown, { entry: end, how })}${indicator(end.stat, { ...how, long: false })}`;
}
