import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { encodePlan, type PlanRecord } from "../../src/disguise/overlay/plan-record.ts";
import { ENVIRONMENT } from "./run-rig.ts";

/** The guard as systemd and PAM start it, with plans that are written for a test. All of it lies in one temporary folder. */
const KERNEL = join(import.meta.dirname, "..", "..", "kernel", "guard");

export const folder = mkdtempSync(join(tmpdir(), "guard-enter-"));
chmodSync(folder, 0o755);
after(() => rmSync(folder, { recursive: true, force: true }));

export const GUARD = join(folder, "guard");
copyFileSync(join(KERNEL, "guard-x64"), GUARD);
chmodSync(GUARD, 0o755);

/** Background processes are found by this, which no other test has. */
export const DECOY = "/opt/guard-enter/twistd";
export const MARK = 123_457;

const sleeper: PlanRecord = ["file", "sleeper", "493", "0", "0", "0", readFileSync(join(KERNEL, "sleeper-x64"))];
const hostnameFile: PlanRecord = ["file", "f0", "420", "0", "0", "0", "svr-enter\n"];

/** Another host name, in its file as well. */
export const named: readonly PlanRecord[] = [
  ["mark", `${MARK}`],
  hostnameFile,
  ["bind", "f0", "/etc/hostname", "/etc/hostname cannot be shown otherwise"],
  ["host", "svr-enter"],
];
/** And a background process. */
export const peopled: readonly PlanRecord[] = [
  ...named,
  sleeper,
  ["process", "twistd-enter", "/usr/bin/python3", "/usr/bin/python3", DECOY],
];

let plans = 0;

export function planFile(records: readonly PlanRecord[] | Uint8Array, mode = 0o600): string {
  plans += 1;
  const file = join(folder, `plan-${plans}`);
  writeFileSync(file, records instanceof Uint8Array ? records : encodePlan(records));
  chmodSync(file, mode);
  return file;
}

export interface Entering {
  readonly options?: readonly string[];
  /** What starts the guard, before its own words. */
  readonly before?: readonly string[];
  readonly folder?: string;
}

export function enter(plan: string, command: readonly string[], { options = [], before = [], folder: cwd = "/" }: Entering = {}) {
  return started([...before, GUARD, "enter", plan, ...options, "--", ...command], cwd);
}

export function started([program = "", ...words]: readonly string[], cwd = "/"): SpawnSyncReturns<string> {
  return spawnSync(program, words, { encoding: "latin1", env: ENVIRONMENT, cwd, timeout: 60_000, input: "" });
}

/** Process numbers whose arguments name the decoy. */
export function decoys(): readonly string[] {
  const { stdout } = spawnSync("pgrep", ["-f", `^/usr/bin/python3 ${DECOY}`], { encoding: "latin1" });
  return stdout.split("\n").filter((line) => line !== "");
}
