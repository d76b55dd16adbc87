import assert from "node:assert/strict";
import type { Effect } from "../../src/disguise/effect.ts";
import type { HostEntry, HostTree } from "../../src/disguise/overlay/host-tree.ts";
import type { Plan } from "../../src/disguise/plan.ts";
import { loadStory } from "../../src/disguise/stories/load-stories.ts";
import type { Carriage, CarrierHost } from "../../src/steward/apply/carriage.ts";
import { parseScope } from "../../src/steward/apply/scope.ts";
import { carryBy, type ServiceParts } from "../../src/steward/carriers/service.ts";

/** A host with systemd that was only thought of: its unit files, accounts, and what `systemctl show` says of them. */
export const FOLDER = "/var/lib/utsusemi-steward/plans";

export interface ThoughtUnit {
  readonly text: string;
  readonly dropIns?: Readonly<Record<string, string>>;
  /** Properties that differ from a running service's in system.slice. */
  readonly shows?: Readonly<Record<string, string>>;
}

export type ThoughtUnits = Readonly<Record<string, ThoughtUnit>>;

const USUAL_FILES: Readonly<Record<string, string>> = {
  "/etc/passwd": "root:x:0:0::/root:/bin/sh\nwww-data:x:33:33::/var/www:/bin/sh\n",
  "/etc/group": "root:x:0:\nwww-data:x:33:\nadm:x:4:www-data\n",
  "/proc/self/mountinfo": "1 1 8:1 / / rw - ext4 /dev/sda rw\n2 1 8:2 / /var rw,nosuid - ext4 /dev/sdb rw\n",
};

export function thoughtHost(units: ThoughtUnits, files: Readonly<Record<string, string>> = {}): CarrierHost {
  const unitFiles = Object.fromEntries(Object.entries(units).flatMap(([id, unit]) => [[pathOf(id), unit.text], ...dropInsOf(id, unit)]));
  const all = { ...USUAL_FILES, ...unitFiles, ...files };
  return {
    read: (path) => all[path],
    list: (folder) => [...new Set(Object.keys(all).flatMap((path) => nextName(folder, path)))],
    ask: (program, ...words) => (program === "systemctl" ? systemctl(units, words) : undefined),
  };
}

function pathOf(id: string): string {
  return `/lib/systemd/system/${id.replace(/@.*\./, "@.")}`;
}

function dropInsOf(id: string, { dropIns = {} }: ThoughtUnit): readonly [string, string][] {
  return Object.entries(dropIns).map(([name, text]) => [`/etc/systemd/system/${id}.d/${name}`, text]);
}

function nextName(folder: string, path: string): readonly string[] {
  return path.startsWith(`${folder}/`) ? [path.slice(folder.length + 1).replace(/\/.*$/s, "")] : [];
}

/** `systemctl show` for one name, or a pattern for all; as systemd, a name that it doesn't know is `not-found`. */
function systemctl(units: ThoughtUnits, words: readonly string[]): string | undefined {
  const name = words.at(-1) ?? "";
  if (name === "--property=Version") return "Version=252\n";
  assert.equal(words[0], "show");
  if (name === "*.service") return Object.entries(units).map(shown).join("\n");
  if (/@\.service$/.test(name)) return undefined;
  const unit = units[name];
  return unit === undefined ? `Id=${name}\nLoadState=not-found\nActiveState=inactive\n` : shown([name, unit]);
}

function shown([id, unit]: readonly [string, ThoughtUnit]): string {
  const properties = {
    Slice: "system.slice",
    Id: id,
    LoadState: "loaded",
    ActiveState: "active",
    FragmentPath: pathOf(id),
    DropInPaths: dropInsOf(id, unit)
      .map(([path]) => path)
      .join(" "),
    SystemCallFilter: "",
    ...unit.shows,
  };
  return `${Object.entries(properties)
    .map(([name, value]) => `${name}=${value}`)
    .join("\n")}\n`;
}

const folderEntry: HostEntry = { kind: "directory", mode: 0o755, uid: 0, gid: 0, modified: 1000 };
const fileEntry: HostEntry = { ...folderEntry, kind: "file", mode: 0o644 };
const FOLDERS = ["/", "/etc", "/etc/systemd/system", "/var/lib", "/var/lib/utsusemi-steward"];
const tree: HostTree = {
  look: (path) => (FOLDERS.includes(path) ? folderEntry : ["/etc/hostname", "/usr/bin/python3"].includes(path) ? fileEntry : undefined),
  count: () => 3,
  mounts: [{ path: "/", type: "ext4", isReadOnly: false }],
  hasOverlays: true,
  hasLockedMounts: false,
};
const parts: ServiceParts = {
  around: { host: tree, sleeper: Buffer.from("sleeper"), tracer: "/t/tracer-x64", hasCpuidFaulting: true },
  guard: Buffer.from("guard"),
};

export const effect: Effect = {
  files: { "/etc/hostname": "svr04\n" },
  hostName: "svr04",
  cpuid: { "1.0": { set: { ecx: 1 } } },
  processes: [{ name: "twistd", program: "/usr/bin/python3", arguments: ["python3", "twistd"] }],
};

interface Given {
  readonly effect?: Effect;
  readonly files?: Readonly<Record<string, string>>;
  readonly folder?: string;
  readonly parts?: ServiceParts;
}

export function carry(scope: string, units: ThoughtUnits, given: Given = {}): Carriage {
  const plan: Plan = {
    story: loadStory("lazy-honeypot"),
    cost: 0,
    budget: 0,
    risk: 0,
    shown: [],
    leftOut: [],
    effect: given.effect ?? effect,
  };
  const asked = { scope: parseScope(scope), plan, folder: given.folder ?? FOLDER, mark: 123_456, host: thoughtHost(units, given.files) };
  return carryBy(asked, given.parts ?? parts);
}

/** Text of the file that a carriage would make. */
export function fileOf({ changes }: Carriage, path: string): string {
  const change = changes.find((one) => one.kind === "file" && one.path === path);
  return change !== undefined && "contents" in change ? Buffer.from(change.contents, "base64").toString() : "";
}

/** The only drop-in of a carriage. */
export function dropInOf({ changes }: Carriage): { readonly path: string; readonly text: string } {
  const found = changes.flatMap((change) => (change.kind === "file" && change.path.endsWith(".conf") ? [change] : []));
  assert.equal(found.length, 1);
  const [change] = found;
  return { path: change?.path ?? "", text: Buffer.from(change?.contents ?? "", "base64").toString() };
}

/** Its commands, without where the guard and the plan lie. */
export function startsOf(carriage: Carriage): readonly string[] {
  const lines = dropInOf(carriage).text.split("\n");
  assert.deepEqual(lines.slice(1, 3), ["[Service]", "ExecStart="]);
  const own =
    /\/var\/lib\/utsusemi-steward\/plans\/service-[0-9a-f]{12} enter \/var\/lib\/utsusemi-steward\/plans\/service-[0-9a-f]{12}\.plan/;
  return lines.slice(3, -1).map((line) => line.replace(own, "GUARD"));
}
