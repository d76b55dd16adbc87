import { readEscape } from "../../../escapes.ts";
import { LETTER_BY_KIND } from "../../../file-kinds.ts";
import type { Process } from "../../../program.ts";
import { modeText } from "../../mode.ts";
import { groupName, userName } from "../../owners.ts";
import { joinPath, lastPart, parentPart } from "../../paths.ts";
import { formatTime, zoneOf } from "../../time-format.ts";
import type { Entry } from "../../walk.ts";
import { blocksOf } from "./tests.ts";

export interface Found extends Entry {
  /** The path that the walk began with. */
  readonly root: string;
}

/** -printf: escapes and directives. */
export function formatFound(process: Process, format: string, found: Found): string {
  let text = "";
  for (let at = 0; at < format.length; ) {
    const char = format.charAt(at);
    if (char === "\\") {
      const escaped = readEscape(format, at, "both");
      if (escaped.stop === true) return text;
      text += escaped.bytes;
      at = escaped.end;
      continue;
    }
    const [whole = char, flags = "", width = "", letter = ""] =
      /^%([-0 +#]*)(\d*(?:\.\d+)?)([ACTB][\s\S]|[\s\S])/.exec(format.slice(at, at + 32)) ?? [];
    text += char === "%" ? padded(directive(process, letter, found) ?? whole, flags, width) : char;
    at += char === "%" ? whole.length : 1;
  }
  return text;
}

function padded(text: string, flags: string, width: string): string {
  const size = Number(width.split(".")[0] || "0");
  return flags.includes("-") ? text.padEnd(size) : text.padStart(size, flags.includes("0") ? "0" : " ");
}

function directive(process: Process, letter: string, found: Found): string | undefined {
  const { path, stat, depth, root } = found;
  if (letter === "%") return "%";
  if (/^[ACTB]/.test(letter) && letter.length === 2) return timeDirective(process, letter, found);
  const target = stat.kind === "link" ? process.fs.readLink(path) : "";
  const below = path.slice(root.length).replace(/^\//, "");
  const values: Readonly<Record<string, () => string>> = {
    p: () => path,
    f: () => (path === "/" ? "/" : lastPart(path)),
    h: () => (path.includes("/") ? parentPart(path) : "."),
    P: () => below,
    H: () => root,
    d: () => String(depth),
    s: () => String(stat.size),
    b: () => String(blocksOf(stat)),
    k: () => String(blocksOf(stat) / 2),
    m: () => stat.mode.toString(8),
    M: () => modeText(stat),
    u: () => userName(process, stat.uid),
    U: () => String(stat.uid),
    g: () => groupName(process, stat.gid),
    G: () => String(stat.gid),
    i: () => String(stat.inode),
    n: () => String(stat.links),
    y: () => LETTER_BY_KIND[stat.kind],
    Y: () => linkEndLetter(process, found),
    l: () => (typeof target === "string" ? target : ""),
    D: () => "65025",
    F: () => process.system.machine.disks[0]?.type ?? "ext4",
    t: () => dateText(process, stat.modifyMs),
    a: () => dateText(process, stat.accessMs),
    c: () => dateText(process, stat.changeMs),
  };
  return Object.hasOwn(values, letter) ? values[letter]?.() : undefined;
}

function linkEndLetter(process: Process, { path, stat }: Found): string {
  const end = stat.kind === "link" ? process.fs.stat(path) : stat;
  if ("errno" in end) return end.errno === "ELOOP" ? "L" : "N";
  return LETTER_BY_KIND[end.kind];
}

function dateText(process: Process, ms: number): string {
  return formatTime("%a %b %e %H:%M:%S.%N0 %Y", ms, zoneOf(process));
}

function timeDirective(process: Process, letters: string, { stat }: Found): string {
  const times: Readonly<Record<string, number>> = { A: stat.accessMs, C: stat.changeMs, T: stat.modifyMs, B: stat.modifyMs };
  const ms = times[letters.charAt(0)] ?? 0;
  const format = letters.charAt(1);
  const zone = zoneOf(process);
  if (format === "@") return `${Math.floor(ms / 1000)}.${formatTime("%N", ms, zone)}0`;
  if (format === "+") return formatTime("%Y-%m-%d+%H:%M:%S.%N0", ms, zone);
  if ("STX".includes(format)) return `${formatTime(format === "S" ? "%S" : "%H:%M:%S", ms, zone)}.${formatTime("%N", ms, zone)}0`;
  return formatTime(`%${format}`, ms, zone);
}

/** -ls: as ls -dils. */
export function listLine(process: Process, { path, stat }: Found): string {
  const now = process.system.now().wallMs;
  const recent = stat.modifyMs <= now && stat.modifyMs > now - 15_778_476_000;
  const time = formatTime(recent ? "%b %e %H:%M" : "%b %e  %Y", stat.modifyMs, zoneOf(process));
  const target = stat.kind === "link" ? process.fs.readLink(path) : "";
  const size =
    stat.device === undefined
      ? String(stat.size).padStart(8)
      : `${String(stat.device.major).padStart(3)}, ${String(stat.device.minor).padStart(3)}`;
  const owners = `${userName(process, stat.uid).padEnd(8)} ${groupName(process, stat.gid).padEnd(8)}`;
  const end = typeof target === "string" && target !== "" ? ` -> ${target}` : "";
  return `${String(stat.inode).padStart(9)} ${String(blocksOf(stat) / 2).padStart(6)} ${modeText(stat)} ${String(stat.links).padStart(3)} ${owners} ${size} ${time} ${path}${end}\n`;
}

/** The directory and name for -execdir. */
export function directoryAndName(path: string): readonly [string, string] {
  return path.includes("/") ? [parentPart(path), joinPath(".", lastPart(path))] : [".", `./${path}`];
}
