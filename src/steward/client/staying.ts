import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { OperatorError } from "../../errors/operator-error.ts";
import { ensureOwnFolder } from "../process/own-folder.ts";
import { listening, type Place } from "./reach.ts";

const PROGRAM = join(import.meta.dirname, "..", "..", "..", "bin", "utsusemi.js");
/** It ends by itself when nothing holds it and nobody asked for so long. */
const IDLE_S = 300;
const START_LIMIT_MS = 60_000;
const TRY_MS = 20;

/**
 * Sees to it that a steward listens that stays: the one that is there, or, as root, one that is started here and goes on by itself.
 *
 * @returns where the started one writes its log; undefined: one was there
 * @throws OperatorError `steward-down`, `rights-missing`, and what keeps it from starting
 */
export async function ensureStaying(place: Place): Promise<string | undefined> {
  if (await isListening(place)) return undefined;
  if (process.geteuid?.() !== 0) throw new OperatorError("steward-down", "No steward answers, and you are not root.");
  ensureOwnFolder(place.folder);
  const path = join(place.folder, "steward.log");
  const log = openSync(path, "w", 0o600);
  const words = ["steward", "--folder", place.folder, "--socket", place.socket, "--idle", `${IDLE_S}`];
  const child = spawn(process.execPath, [PROGRAM, ...words], { stdio: ["ignore", log, log], detached: true, cwd: "/" });
  closeSync(log);
  await reachable(place, child, path);
  child.unref();
  return path;
}

async function isListening({ socket }: Place): Promise<boolean> {
  const reached = await listening(socket);
  reached?.socket.destroy();
  return reached !== undefined;
}

async function reachable(place: Place, child: ChildProcess, log: string): Promise<void> {
  for (const until = performance.now() + START_LIMIT_MS; performance.now() < until; await sleep(TRY_MS)) {
    if (await isListening(place)) return;
    if (child.exitCode === null && child.signalCode === null) continue;
    const said = readFileSync(log, "utf8").trim().split("\n")[0] ?? "";
    throw new OperatorError("steward-down", `The steward did not start: ${said.replace(/^utsusemi: /, "")}`);
  }
  throw new OperatorError("steward-down", `The steward did not listen in time; ${log} may say why.`);
}
