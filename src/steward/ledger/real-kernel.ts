import { execFileSync, spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import type { HostPort } from "./host-port.ts";

/** What of the host is no file: mounts of process 1, settings, modules, processes. */
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
>;

/** Processes are found again by this variable of their environment. */
const TOKEN = "UTSUSEMI_LEDGER";

export function realKernel(): Kernel {
  return {
    mounted,
    mount: ({ path, source, type, options }) => inProcess1("mount", "-t", type, "-o", options, source, path),
    unmount: (path) => inProcess1("umount", path),
    sysctl: (name) => (existsSync(settingFile(name)) ? readFileSync(settingFile(name), "latin1").trimEnd() : undefined),
    setSysctl: (name, value) => writeFileSync(settingFile(name), `${value}\n`),
    isLoaded: (name) => moduleNames().includes(name.replaceAll("-", "_")),
    loadModule: ({ name, parameters }) => execute("modprobe", name, ...parameters),
    unloadModule: (name) => execute("modprobe", "-r", name),
    running: (token) => processOf(token),
    startProcess: ({ token, command }) => {
      const [program = "", ...words] = command;
      spawn(program, words, {
        detached: true,
        stdio: "ignore",
        cwd: "/",
        env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", [TOKEN]: token },
      }).unref();
    },
    stopProcess,
  };
}

function execute(program: string, ...words: readonly string[]): void {
  execFileSync(program, words, { stdio: ["ignore", "ignore", "inherit"] });
}

function inProcess1(program: string, ...words: readonly string[]): void {
  execute("nsenter", "--target", "1", "--mount", "--", program, ...words);
}

/** proc(5), mountinfo: the newest mount at a path. */
function mounted(path: string): string | undefined {
  const lines = readFileSync("/proc/1/mountinfo", "latin1").split("\n");
  const found = lines.findLast((line) => line.split(" ")[4] === path);
  return found?.split(" - ")[1]?.split(" ").slice(0, 2).join(" ");
}

function settingFile(name: string): string {
  return join("/proc/sys", name);
}

function moduleNames(): readonly string[] {
  if (!existsSync("/proc/modules")) return [];
  return readFileSync("/proc/modules", "latin1")
    .split("\n")
    .map((line) => line.split(" ")[0] ?? "");
}

function processOf(token: string): string | undefined {
  const wanted = `${TOKEN}=${token}`;
  return readdirSync("/proc").find((name) => /^\d+$/.test(name) && environmentOf(name).includes(wanted));
}

/** Empty for a process that has ended meanwhile, or that nobody may look into. */
function environmentOf(pid: string): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, "latin1").split("\0");
  } catch (error) {
    if (error instanceof Error && "code" in error) return [];
    throw error;
  }
}

function stopProcess(token: string): void {
  const pid = processOf(token);
  if (pid === undefined) return;
  process.kill(Number(pid), "SIGKILL");
}
