import { once } from "node:events";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { Privileges } from "../privileges.ts";
import { launchWorker } from "../worker-process.ts";
import { attempts, NEEDS_ACCOUNT } from "./attempts.ts";
import { putUpTargets } from "./targets.ts";

/** Whether something that an attacker inside a worker would do is stopped on this machine. */
export interface Hold {
  /** What was tried, in words: `read a file`. */
  readonly attempt: string;
  /** present: it is stopped; absent: it got through; unknown: it could not be tried. */
  readonly answer: "present" | "absent" | "unknown";
  /** How it was stopped, or why it was not. */
  readonly cause: string;
}

/**
 * Starts a process as a worker is started, lets it try to get out, and says for each attempt whether it was stopped. Takes about a second.
 * With `privileges` of an ordinary account, the attempts that only a separate account stops are absent: `doctor` says so.
 */
export async function workerIsolation(privileges: Privileges): Promise<readonly Hold[]> {
  await using putUp = await putUpTargets();
  const { secret, folder, unixSocket, tcpPort, udpPort, addon } = putUp.targets;
  const child = launchWorker({
    entry: fileURLToPath(new URL("probe.ts", import.meta.url)),
    arguments: [secret, folder, unixSocket, String(tcpPort), String(udpPort), addon],
    readable: codeFolders(),
    privileges,
  });
  const late = setTimeout(() => privileges.raised(() => child.kill("SIGKILL")), PROBE_MS);
  const gone = once(child, "exit");
  const tried = await resultsOf(child.stdio[REPORTS]);
  await gone;
  clearTimeout(late);
  return Object.keys(attempts).map((name) => holdOf(name, tried, privileges));
}

/** What a worker may read: the sensor's own code. */
export function codeFolders(): readonly string[] {
  return [fileURLToPath(new URL("../../", import.meta.url)), fileURLToPath(new URL("../../../package.json", import.meta.url))];
}

const PROBE_MS = 20_000;
const REPORTS = 4;

async function resultsOf(pipe: unknown): Promise<ReadonlyMap<string, string | null>> {
  const tried = new Map<string, string | null>();
  if (!(pipe instanceof Readable)) return tried;
  for await (const line of createInterface({ input: pipe })) {
    const result: unknown = JSON.parse(line);
    if (!Array.isArray(result)) continue;
    const [name, why]: readonly unknown[] = result;
    tried.set(String(name), why === null ? null : String(why));
  }
  return tried;
}

function holdOf(name: string, tried: ReadonlyMap<string, string | null>, privileges: Privileges): Hold {
  const why = tried.get(name);
  if (typeof why === "string") return { attempt: name, answer: "present", cause: why };
  if (why === null) return { attempt: name, answer: "absent", cause: causeOfAbsence(name, privileges) };
  const isFatal = tried.size > 0 && name === Object.keys(attempts).at(-1);
  return isFatal
    ? { attempt: name, answer: "present", cause: "the process ended" }
    : { attempt: name, answer: "unknown", cause: "the probe ended before" };
}

function causeOfAbsence(name: string, privileges: Privileges): string {
  if (NEEDS_ACCOUNT.includes(name) && privileges.worker === undefined)
    return "workers run under the sensor's own account: start as root to give them one of their own";
  return "it got through";
}
