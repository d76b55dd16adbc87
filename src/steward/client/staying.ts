import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { OperatorError } from "../../errors/operator-error.ts";
import { STEWARD_FOLDER, STEWARD_SERVICE } from "../place.ts";
import { ensureOwnFolder } from "../process/own-folder.ts";
import { listening, type Place } from "./reach.ts";

const PROGRAM = join(import.meta.dirname, "..", "..", "..", "bin", "utsusemi.js");
/** It ends by itself when nothing holds it and nobody asked for so long. */
const IDLE_S = 300;
const START_LIMIT_MS = 60_000;
const TRY_MS = 20;

/**
 * Sees to it that a steward listens that stays: the one that is there, or, as root, its service where there is one, or one that is started
 * here and goes on by itself.
 *
 * @param account that may ask it beside root, where one is started here
 * @returns what was started and where its log is, for people; undefined: one was there
 * @throws OperatorError `steward-down`, `rights-missing`, and what keeps it from starting
 */
export async function ensureStaying(place: Place, account?: string): Promise<string | undefined> {
  if (await isListening(place)) return undefined;
  if (process.geteuid?.() !== 0) throw new OperatorError("steward-down", "No steward answers, and you are not root.");
  if (isService(place)) {
    spawnSync("systemctl", ["start", STEWARD_SERVICE], { stdio: "ignore" });
    await reachable(place, () => undefined, `journalctl -u ${STEWARD_SERVICE}`);
    return `Started ${STEWARD_SERVICE}.`;
  }
  ensureOwnFolder(place.folder);
  const path = join(place.folder, "steward.log");
  const log = openSync(path, "w", 0o600);
  const also = account === undefined ? [] : ["--account", account];
  const words = ["steward", "--folder", place.folder, "--socket", place.socket, "--idle", `${IDLE_S}`, ...also];
  const child = spawn(process.execPath, [PROGRAM, ...words], { stdio: ["ignore", log, log], detached: true, cwd: "/" });
  closeSync(log);
  await reachable(place, () => endOf(child, path), path);
  child.unref();
  return `Started a steward that stays; its log is ${path}.`;
}

function isService({ folder }: Place): boolean {
  const paths = ["/run/systemd/system", `/etc/systemd/system/${STEWARD_SERVICE}`];
  return folder === STEWARD_FOLDER && paths.every((path) => existsSync(path));
}

async function isListening({ socket }: Place): Promise<boolean> {
  const reached = await listening(socket);
  reached?.socket.destroy();
  return reached !== undefined;
}

/** @param why it ended already, and what it said */
async function reachable(place: Place, why: () => string | undefined, log: string): Promise<void> {
  for (const until = performance.now() + START_LIMIT_MS; performance.now() < until; await sleep(TRY_MS)) {
    if (await isListening(place)) return;
    const said = why();
    if (said !== undefined) throw new OperatorError("steward-down", `The steward did not start: ${said}`);
  }
  throw new OperatorError("steward-down", `The steward did not listen in time; ${log} may say why.`);
}

function endOf(child: ChildProcess, log: string): string | undefined {
  if (child.exitCode === null && child.signalCode === null) return undefined;
  return (readFileSync(log, "utf8").trim().split("\n")[0] ?? "").replace(/^utsusemi: /, "");
}
