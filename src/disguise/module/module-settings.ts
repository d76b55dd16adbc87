/**
 * What the kernel module is told, as the text of its `control` file (kernel/module/settings.c): a word and its value on each line. The module takes a
 * text in full or refuses it; what it would refuse is refused here, with the reason, before anything is written.
 */
import { done, malformed, type Parsed } from "../../wire/parsed.ts";

export const products = ["express", "esx", "gsx", "workstation"] as const;
export const hypervisorFlags = ["add", "remove", "keep"] as const;

export interface ModuleSettings {
  /** cgroup v2 ids (inode numbers of their directories); who is below one is in scope, too. */
  readonly cgroups: readonly bigint[];
  /** The same by paths below the root of cgroup v2, such as `/system.slice/nginx.service`: whether it is there or not. */
  readonly cgroupPaths: readonly string[];
  /** Real user ids. */
  readonly uids: readonly number[];
  /** Everybody but process 1. */
  readonly host: boolean;
  /** Answer the VMware port, or only note who asks. */
  readonly port: "answer" | "watch";
  readonly product: (typeof products)[number];
  /** What GETHWVERSION answers. */
  readonly hardwareVersion: number;
  /** What GETMEMSIZE answers; a multiple of 4. Not given: the machine's own memory. */
  readonly memoryMiB?: number;
  /** What GETMHZ and GETHZ answer. Not given: the machine's own. */
  readonly megahertz?: number;
  /** The flag in /proc/cpuinfo. */
  readonly hypervisor: (typeof hypervisorFlags)[number];
  /** What /sys/class/dmi/id shows, by the name of the file. */
  readonly dmi: Readonly<Record<string, string>>;
}

/** Nobody in scope: a sensor. */
export const idleSettings: ModuleSettings = {
  cgroups: [],
  cgroupPaths: [],
  uids: [],
  host: false,
  port: "answer",
  product: "esx",
  hardwareVersion: 19,
  hypervisor: "keep",
  dmi: {},
};

/** The module's own limits (kernel/module/utsusemi.h). */
const MOST = { cgroups: 32, paths: 32, path: 255, uids: 32, fields: 24, name: 31, value: 383 } as const;
const MOST_CGROUP = 2n ** 64n - 1n;
const MOST_MIB = 2 ** 30;
/** -1 means "nobody in particular" to the kernel. */
const MOST_UID = 0xffff_fffe;

export type EncodedSettings = { readonly text: string } | { readonly refused: string };

export function encodeSettings(settings: ModuleSettings): EncodedSettings {
  const refused = refusal(settings);
  if (refused !== undefined) return { refused };
  const lines = [
    ...settings.cgroups.map((id) => `cgroup ${id}`),
    ...settings.cgroupPaths.map((path) => `cgroup-path ${path}`),
    ...settings.uids.map((id) => `uid ${id}`),
    ...(settings.host ? ["host"] : []),
    `port ${settings.port}`,
    `product ${settings.product}`,
    `hardware-version ${settings.hardwareVersion}`,
    `hypervisor ${settings.hypervisor}`,
    ...(settings.memoryMiB === undefined ? [] : [`memory ${settings.memoryMiB}`]),
    ...(settings.megahertz === undefined ? [] : [`megahertz ${settings.megahertz}`]),
    ...Object.entries(settings.dmi).map(([name, value]) => `dmi ${name} ${value}`),
  ];
  return { text: lines.map((line) => `${line}\n`).join("") };
}

function refusal(settings: ModuleSettings): string | undefined {
  const fields = Object.entries(settings.dmi);
  if (settings.cgroups.length > MOST.cgroups) return `more than ${MOST.cgroups} cgroups`;
  if (settings.cgroups.some((id) => id < 1n || id > MOST_CGROUP)) return "a cgroup id is a number above 0";
  if (settings.cgroupPaths.length > MOST.paths) return `more than ${MOST.paths} paths of cgroups`;
  if (!settings.cgroupPaths.every(isPath)) return `a cgroup's path begins with / and has at most ${MOST.path} characters`;
  if (settings.uids.length > MOST.uids) return `more than ${MOST.uids} user ids`;
  if (settings.uids.some((id) => !isWithin(id, 0, MOST_UID))) return `a user id is a number from 0 to ${MOST_UID}`;
  if (!isWithin(settings.hardwareVersion, 3, 99)) return "a hardware version is a number from 3 to 99";
  const { memoryMiB = 4, megahertz = 1 } = settings;
  if (!isWithin(memoryMiB, 4, MOST_MIB) || memoryMiB % 4 !== 0) return "a memory size is a number of MiB that 4 divides";
  if (!isWithin(megahertz, 1, 99_999)) return "megahertz are a number from 1 to 99999";
  if (fields.length > MOST.fields) return `more than ${MOST.fields} DMI fields`;
  return fields.map(([name, value]) => fieldRefusal(name, value)).find((why) => why !== undefined);
}

/** Not the root: that is everybody. */
function isPath(path: string): boolean {
  return /^(\/[\x20-\x2e\x30-\x7e]+)+$/.test(path) && path.length <= MOST.path;
}

function fieldRefusal(name: string, value: string): string | undefined {
  if (!/^[a-z_]+$/.test(name) || name.length > MOST.name) return "a DMI field has a name of small letters and _";
  if (!/^[\x20-\x7e]*$/.test(value)) return `the value of ${name} is not printable ASCII`;
  if (value.length > MOST.value) return `the value of ${name} is longer than ${MOST.value} characters`;
  return undefined;
}

function isWithin(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}

/** Reads what the module gives back as its settings. */
export function parseSettings(text: string): Parsed<ModuleSettings> {
  let settings = idleSettings;
  for (const line of text.split("\n").filter(Boolean)) {
    const space = line.indexOf(" ");
    const word = space < 0 ? line : line.slice(0, space);
    const change = Object.hasOwn(words, word) ? words[word]?.(space < 0 ? "" : line.slice(space + 1), settings) : undefined;
    if (change === undefined) return malformed(`not a line of settings: ${line.slice(0, 80)}`);
    settings = { ...settings, ...change };
  }
  const refused = refusal(settings);
  return refused === undefined ? done(settings, text.length) : malformed(refused);
}

type Take = (value: string, settings: ModuleSettings) => Partial<ModuleSettings> | undefined;

const words: Readonly<Record<string, Take>> = {
  cgroup: (value, { cgroups }) => (isNumber(value, 20) ? { cgroups: [...cgroups, BigInt(value)] } : undefined),
  "cgroup-path": (value, { cgroupPaths }) => ({ cgroupPaths: [...cgroupPaths, value] }),
  uid: (value, { uids }) => (isNumber(value, 10) ? { uids: [...uids, Number(value)] } : undefined),
  host: (value) => (value === "" ? { host: true } : undefined),
  port: (value) => (value === "answer" || value === "watch" ? { port: value } : undefined),
  product: (value) => named("product", products, value),
  "hardware-version": (value) => (isNumber(value, 2) ? { hardwareVersion: Number(value) } : undefined),
  memory: (value) => (isNumber(value, 10) ? { memoryMiB: Number(value) } : undefined),
  megahertz: (value) => (isNumber(value, 5) ? { megahertz: Number(value) } : undefined),
  hypervisor: (value) => named("hypervisor", hypervisorFlags, value),
  dmi: (value, { dmi }) => {
    const [, name, content] = /^([a-z_]+) (.*)$/.exec(value) ?? [];
    return name === undefined || content === undefined ? undefined : { dmi: { ...dmi, [name]: content } };
  },
};

function named<K extends string, V extends string>(key: K, values: readonly V[], value: string): { readonly [key in K]: V } | undefined;
function named(key: string, values: readonly string[], value: string): Record<string, string> | undefined {
  return values.includes(value) ? { [key]: value } : undefined;
}

function isNumber(value: string, digits: number): boolean {
  return /^\d+$/.test(value) && value.length <= digits;
}
