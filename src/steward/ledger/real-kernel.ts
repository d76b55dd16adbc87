import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ModuleChange } from "./change.ts";
import { execute } from "./execute.ts";
import type { HostPort } from "./host-port.ts";
import { hasLink, linkAddress, renameLink, setLinkAddress } from "./real-links.ts";
import { running, startProcess, stopProcess } from "./real-processes.ts";

/** What of the host is no file: mounts, settings, modules, processes, network links. */
type Kernel = Pick<
  HostPort,
  | "mounted"
  | "mount"
  | "unmount"
  | "sysctl"
  | "setSysctl"
  | "isLoaded"
  | "loadModule"
  | "unloadModule"
  | "running"
  | "startProcess"
  | "stopProcess"
  | "linkAddress"
  | "hasLink"
  | "setLinkAddress"
  | "renameLink"
>;

/** @param process1 whose mount namespace mounts are made in */
export function realKernel(process1: number): Kernel {
  const inside = (program: string, ...words: readonly string[]) =>
    execute("nsenter", "--target", `${process1}`, "--mount", "--", program, ...words);
  return {
    mounted: (path) => mounted(path, process1),
    mount: ({ path, source, type, options }) => inside("mount", "-t", type, "-o", options, "--", source, path),
    unmount: (path) => inside("umount", "--", path),
    sysctl: (name) => (existsSync(settingFile(name)) ? readFileSync(settingFile(name), "latin1").trimEnd() : undefined),
    setSysctl: (name, value) => writeFileSync(settingFile(name), `${value}\n`),
    isLoaded: (name) => moduleNames().includes(name.replaceAll("-", "_")),
    loadModule,
    unloadModule: ({ name, file }) => (file === undefined ? execute("modprobe", "-r", "--", name) : execute("rmmod", "--", name)),
    running,
    startProcess,
    stopProcess,
    linkAddress,
    hasLink,
    setLinkAddress,
    renameLink,
  };
}

/** proc(5), mountinfo: the newest mount at a path, by type and source. */
function mounted(path: string, process1: number): string | undefined {
  const lines = readFileSync(`/proc/${process1}/mountinfo`, "latin1").split("\n");
  const found = lines.findLast((line) => unescaped(line.split(" ")[4] ?? "") === path);
  return found?.split(" - ")[1]?.split(" ").slice(0, 2).join(" ");
}

/** Space, tab, line end and backslash are octal there. */
function unescaped(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

function settingFile(name: string): string {
  return join("/proc/sys", name);
}

/** insmod(8) resolves nothing, so a file of ours must need no other module. */
function loadModule({ name, parameters, file, settings }: ModuleChange): void {
  if (file === undefined) execute("modprobe", "--", name, ...parameters);
  else execute("insmod", file, ...parameters);
  if (settings !== undefined) writeFileSync(settings.path, settings.text, { encoding: "latin1", flag: "r+" });
}

function moduleNames(): readonly string[] {
  if (!existsSync("/proc/modules")) return [];
  return readFileSync("/proc/modules", "latin1")
    .split("\n")
    .map((line) => line.split(" ")[0] ?? "");
}
