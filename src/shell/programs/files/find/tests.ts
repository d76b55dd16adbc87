import { isErrno } from "../../../errno.ts";
import { KIND_BY_LETTER } from "../../../file-kinds.ts";
import type { Stat } from "../../../file-system.ts";
import { matches, type Pattern, parsePattern } from "../../../language/pattern.ts";
import type { Process } from "../../../program.ts";
import { parseMode } from "../../mode.ts";
import { parseDate } from "../../parse-date.ts";
import { lastPart } from "../../paths.ts";
import { zoneOf } from "../../time-format.ts";
import type { Entry } from "../../walk.ts";
import { blocksKib } from "../ls/long-format.ts";

/** A test of find, ready to be asked. */
export type Test = (entry: Entry) => boolean;

export type Prepared = Test | { readonly wrong: string };

const DAY_MS = 86_400_000;

/** Prepares the test `name` with its argument; undefined: there is none of this name here. */
export function prepareTest(process: Process, name: string, value: string): Prepared | undefined {
  return (
    nameTest(process, name, value) ??
    timeTest(process, name, value) ??
    numberTest(name, value) ??
    ownerTest(process, name, value) ??
    otherTest(process, name, value)
  );
}

function nameTest(process: Process, name: string, value: string): Prepared | undefined {
  const ignoreCase = name.startsWith("i");
  const pattern = parsePattern(value);
  const fits = (text: string) => matchesName(pattern, text, ignoreCase);
  switch (ignoreCase ? name.slice(1) : name) {
    case "name":
      return ({ path }) => fits(path === "/" ? "/" : lastPart(path));
    case "path":
    case "wholename":
      return ({ path }) => fits(path);
    case "lname":
      return ({ path, stat }) => stat.kind === "link" && fits(textOf(process.fs.readLink(path)));
    default:
      return undefined;
  }
}

function matchesName(pattern: Pattern, text: string, ignoreCase: boolean): boolean {
  return matches(pattern, text, ignoreCase);
}

function textOf(link: unknown): string {
  return typeof link === "string" ? link : "";
}

/** +n, n, -n. */
function comparison(text: string): ((value: number) => boolean) | undefined {
  const [, sign = "", digits] = /^([-+]?)(\d+(?:\.\d+)?)$/.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const wanted = Number(digits);
  if (sign === "+") return (value) => value > wanted;
  return sign === "-" ? (value) => value < wanted : (value) => value === wanted;
}

const TIME_OF: Readonly<Record<string, (stat: Stat) => number>> = {
  m: (stat) => stat.modifyMs,
  a: (stat) => stat.accessMs,
  c: (stat) => stat.changeMs,
  B: (stat) => stat.modifyMs,
};

function timeTest(process: Process, name: string, value: string): Prepared | undefined {
  const nowMs = process.system.now().wallMs;
  const [, which = "", unit] = /^([mac])(time|min)$/.exec(name) ?? [];
  const timeOf = TIME_OF[which];
  if (timeOf !== undefined) {
    const fits = comparison(value);
    if (fits === undefined) return { wrong: `invalid argument \`${value}' to \`-${name}'` };
    if (unit === "time") return ({ stat }) => fits(Math.floor((nowMs - timeOf(stat)) / DAY_MS));
    return ({ stat }) => fits(Math.ceil((nowMs - timeOf(stat)) / 60_000));
  }
  return newerTest(process, name, value);
}

function newerTest(process: Process, name: string, value: string): Prepared | undefined {
  const short: Readonly<Record<string, string>> = { newer: "newermm", anewer: "neweram", cnewer: "newercm" };
  const [, own = "", theirs = ""] = /^newer([aBcm])([aBcmt])$/.exec(short[name] ?? name) ?? [];
  const timeOf = TIME_OF[own];
  if (timeOf === undefined) return undefined;
  if (theirs === "t") {
    const at = parseDate(value, { nowMs: process.system.now().wallMs, zone: zoneOf(process) });
    return at === undefined
      ? { wrong: `I cannot figure out how to interpret '${value}' as a date or time` }
      : ({ stat }) => timeOf(stat) > at;
  }
  const other = process.fs.stat(value);
  if (isErrno(other)) return { wrong: `'${value}': No such file or directory` };
  const at = TIME_OF[theirs]?.(other) ?? 0;
  return ({ stat }) => timeOf(stat) > at;
}

const SIZE_UNITS: Readonly<Record<string, number>> = { b: 512, c: 1, w: 2, k: 1024, M: 1 << 20, G: 1 << 30, "": 512 };

function numberTest(name: string, value: string): Prepared | undefined {
  const measure = {
    size: (stat: Stat) => stat.size,
    links: (stat: Stat) => stat.links,
    inum: (stat: Stat) => stat.inode,
    uid: (stat: Stat) => stat.uid,
    gid: (stat: Stat) => stat.gid,
    used: () => 0,
  }[name];
  if (measure === undefined) return undefined;
  const [, number = "", unit = ""] = /^([-+]?\d+)([bcwkMG]?)$/.exec(value) ?? [];
  const fits = comparison(name === "size" ? number : value);
  if (fits === undefined)
    return { wrong: name === "size" ? `Invalid argument \`${value}' to -size` : `invalid argument \`${value}' to \`-${name}'` };
  const size = name === "size" ? (SIZE_UNITS[unit] ?? 512) : 1;
  return ({ stat }) => fits(Math.ceil(measure(stat) / size));
}

function ownerTest(process: Process, name: string, value: string): Prepared | undefined {
  const { system } = process;
  switch (name) {
    case "user": {
      const uid = system.userByName(value)?.uid ?? (/^\d+$/.test(value) ? Number(value) : undefined);
      return uid === undefined ? { wrong: `'${value}' is not the name of a known user` } : ({ stat }) => stat.uid === uid;
    }
    case "group": {
      const gid = system.groups.find((group) => group.name === value)?.gid ?? (/^\d+$/.test(value) ? Number(value) : undefined);
      return gid === undefined ? { wrong: `'${value}' is not the name of an existing group` } : ({ stat }) => stat.gid === gid;
    }
    case "nouser":
      return ({ stat }) => system.userById(stat.uid) === undefined;
    case "nogroup":
      return ({ stat }) => !system.groups.some((group) => group.gid === stat.gid);
    case "perm":
      return permTest(value);
    default:
      return undefined;
  }
}

function permTest(value: string): Prepared {
  const [, sign = "", text = ""] = /^([-/]?)([\s\S]*)$/.exec(value) ?? [];
  const change = parseMode(text);
  if (change === undefined) return { wrong: `invalid mode '${value}'` };
  const wanted = change(0, { directory: false, umask: 0 });
  if (sign === "-") return ({ stat }) => (stat.mode & wanted) === wanted;
  if (sign === "/") return ({ stat }) => wanted === 0 || (stat.mode & wanted) !== 0;
  return ({ stat }) => (stat.mode & 0o7777) === wanted;
}

function otherTest(process: Process, name: string, value: string): Prepared | undefined {
  const { fs } = process;
  switch (name) {
    case "true":
      return () => true;
    case "false":
      return () => false;
    case "type":
    case "xtype":
      return typeTest(process, name, value);
    case "empty":
      return ({ path, stat }) => (stat.kind === "directory" ? isEmptyList(fs.list(path)) : stat.kind === "file" && stat.size === 0);
    case "readable":
      return ({ path }) => !isErrno(fs.access(path, 4));
    case "writable":
      return ({ path }) => !isErrno(fs.access(path, 2));
    case "executable":
      return ({ path }) => !isErrno(fs.access(path, 1));
    case "samefile": {
      const other = fs.stat(value);
      return isErrno(other) ? { wrong: `'${value}': No such file or directory` } : ({ stat }) => stat.inode === other.inode;
    }
    case "fstype":
      return () => value === (process.system.machine.disks[0]?.type ?? "ext4");
    default:
      return [
        "maxdepth",
        "mindepth",
        "depth",
        "d",
        "mount",
        "xdev",
        "follow",
        "noleaf",
        "daystart",
        "warn",
        "nowarn",
        "ignore_readdir_race",
        "regextype",
      ].includes(name)
        ? () => true
        : undefined;
  }
}

function isEmptyList(names: unknown): boolean {
  return Array.isArray(names) && names.length === 0;
}

function typeTest(process: Process, name: string, value: string): Prepared {
  const letters = value.split(",");
  const wrong = letters.find((letter) => !Object.hasOwn(KIND_BY_LETTER, letter));
  if (wrong !== undefined) return { wrong: `Unknown argument to -${name}: ${value}` };
  const kinds = new Set(letters.map((letter) => KIND_BY_LETTER[letter]));
  if (name === "type") return ({ stat }) => kinds.has(stat.kind);
  return ({ path, stat }) => {
    const end = stat.kind === "link" ? process.fs.stat(path) : stat;
    return kinds.has(isErrno(end) ? "link" : end.kind);
  };
}

/** Half-KiB blocks, as %b and -ls count. */
export function blocksOf(stat: Stat): number {
  return blocksKib(stat) * 2;
}
