import type { Execution } from "../program.ts";
import { withTilde } from "./builtins/directories.ts";
import { expandText } from "./expand.ts";
import { parseQuoted } from "./parser.ts";
import type { Shell } from "./shell.ts";

/** PS1, PS2: backslash escapes (bash manual 6.9; busybox knows the same), then expansions. */
export function* expandPrompt(shell: Shell, template: string): Execution<string> {
  const decoded = shell.dialect === "dash" ? template : decode(shell, template);
  if (!/[$`]/.test(decoded.replace(/\$(?=[\s)]|$)/g, "")) || shell.dialect === "ash") return decoded;
  const { status } = shell;
  const text = yield* expandText(shell, parseQuoted(decoded, { dialect: shell.dialect }));
  shell.status = status;
  return text;
}

function decode(shell: Shell, template: string): string {
  return template.replace(/\\(?:([0-7]{3})|([\s\S]))/g, (whole, octal, letter) => {
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 255);
    const meaning = ESCAPES[letter];
    return meaning === undefined || !Object.hasOwn(ESCAPES, letter) ? whole : meaning(shell);
  });
}

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const two = (value: number) => String(value).padStart(2, "0");

function clock(shell: Shell) {
  const date = new Date(shell.process.system.now().wallMs);
  return { date, hours: date.getUTCHours(), minutes: date.getUTCMinutes(), seconds: date.getUTCSeconds() };
}

function hour12(hours: number): string {
  return two(hours % 12 === 0 ? 12 : hours % 12);
}

function directory(shell: Shell): string {
  return withTilde(shell, shell.process.directory);
}

const ESCAPES: Readonly<Record<string, (shell: Shell) => string>> = {
  a: () => "\x07",
  e: () => "\x1b",
  n: () => "\n",
  r: () => "\r",
  "\\": () => "\\",
  "[": () => "",
  "]": () => "",
  $: (shell) => (shell.process.credentials.uid === 0 ? "#" : "$"),
  u: (shell) => shell.process.system.userById(shell.process.credentials.uid)?.name ?? "I have no name!",
  h: (shell) => shell.process.system.machine.hostname.replace(/\..*$/, ""),
  H: (shell) => shell.process.system.machine.hostname,
  w: directory,
  W: (shell) => {
    const shown = directory(shell);
    return shown === "~" || shown === "/" ? shown : shown.slice(shown.lastIndexOf("/") + 1);
  },
  s: (shell) => shell.name.slice(shell.name.lastIndexOf("/") + 1),
  v: (shell) => (shell.variables.get("BASH_VERSION") ?? "").replace(/^(\d+\.\d+).*$/, "$1"),
  V: (shell) => (shell.variables.get("BASH_VERSION") ?? "").replace(/\(.*$/, ""),
  j: (shell) => String(shell.jobs.all().length),
  l: (shell) => (shell.process.terminal?.name ?? "tty").replace(/^.*\//, ""),
  "!": (shell) => String(shell.history.length + 1),
  "#": (shell) => String(shell.history.length + 1),
  d: (shell) => {
    const { date } = clock(shell);
    return `${DAYS[date.getUTCDay()] ?? ""} ${MONTHS[date.getUTCMonth()] ?? ""} ${two(date.getUTCDate())}`;
  },
  t: (shell) => {
    const { hours, minutes, seconds } = clock(shell);
    return `${two(hours)}:${two(minutes)}:${two(seconds)}`;
  },
  T: (shell) => {
    const { hours, minutes, seconds } = clock(shell);
    return `${hour12(hours)}:${two(minutes)}:${two(seconds)}`;
  },
  "@": (shell) => {
    const { hours, minutes } = clock(shell);
    return `${hour12(hours)}:${two(minutes)} ${hours < 12 ? "AM" : "PM"}`;
  },
  A: (shell) => {
    const { hours, minutes } = clock(shell);
    return `${two(hours)}:${two(minutes)}`;
  },
};
