import { execFileSync } from "node:child_process";
import process from "node:process";
import { OperatorError } from "../../errors/operator-error.ts";
import { socketOf } from "../../steward/place.ts";
import { LOCK_DESCRIPTOR, REQUEST_DESCRIPTOR } from "../../steward/process/apart.ts";
import { serveOneRequest } from "../../steward/process/one-request.ts";
import { type LogLine, Steward, type StewardOptions } from "../../steward/process/steward.ts";
import { visible } from "../../wire/visible.ts";
import { printJson, say } from "../output.ts";

interface Options {
  readonly folder: string;
  readonly socket?: string;
  readonly account?: string;
  readonly idle?: number;
  readonly json?: boolean;
  readonly oneRequest?: boolean;
  readonly locked?: boolean;
}

/** Another steward, started for one request as well, may have the folder for as long as it takes to ask every detector. */
const LOCK_LIMIT_MS = 120_000;
const ACTIVATED_IDLE_S = 60;
/** sd_listen_fds(3). */
const FIRST_ACTIVATED = 3;

/** Runs until it is told to end; then what is being done is done, and nothing else is begun. */
export async function runSteward(options: Options): Promise<void> {
  if (options.oneRequest === true)
    return serveOneRequest(REQUEST_DESCRIPTOR, {
      folder: options.folder,
      log: sayFaults,
      ...(options.locked === true ? { lockedBy: LOCK_DESCRIPTOR } : { lockLimitMs: LOCK_LIMIT_MS }),
    });
  const isActivated = process.env["LISTEN_PID"] === String(process.pid) && Number(process.env["LISTEN_FDS"]) > 0;
  const log = options.json === true ? logJson : logLine;
  const why = await serve(await Steward.start(settingsOf(options, { isActivated, log })), options, isActivated);
  log({ event: "ended", why });
  process.exit(why === "a fault of ours" ? 2 : 0);
}

async function serve(started: Steward, options: Options, isActivated: boolean): Promise<string> {
  using steward = started;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => steward.end(signal));
  const staying = steward.stay();
  await steward.listen(isActivated ? FIRST_ACTIVATED : (options.socket ?? socketOf(options.folder)));
  await staying;
  return await steward.ended;
}

interface Circumstances {
  readonly isActivated: boolean;
  readonly log: StewardOptions["log"];
}

function settingsOf({ folder, account, idle }: Options, { isActivated, log }: Circumstances): StewardOptions {
  const idleSeconds = idle ?? (isActivated ? ACTIVATED_IDLE_S : undefined);
  return {
    folder,
    log,
    ...(account === undefined ? {} : { alsoUid: uidOf(account) }),
    ...(idleSeconds === undefined ? {} : { idleMs: idleSeconds * 1000 }),
  };
}

function uidOf(account: string): number {
  try {
    return Number(execFileSync("id", ["-u", "--", account], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim());
  } catch (cause) {
    throw new OperatorError("user-missing", `There is no account ${account}.`, { cause, next: "Name one that is there." });
  }
}

function logJson(line: LogLine): void {
  printJson({ time: new Date().toISOString(), ...line });
}

/** Who asked hears everything else. */
function sayFaults(line: LogLine): void {
  if (line.event === "left-over" || line.event === "fault") logLine(line);
}

function logLine(line: LogLine): void {
  say(visible(textOf(line)));
}

function textOf(line: LogLine): string {
  switch (line.event) {
    case "started":
      return `The steward of ${line.folder} listens on ${line.place}.`;
    case "left-over":
      return `Left of a former disguise: ${line.conflict.subject}: ${line.conflict.why}.`;
    case "raised":
      return "The wire disguise is up again.";
    case "asked":
      return `${line.verb}, asked by process ${line.pid} of account ${line.uid}`;
    case "answered":
      return `${line.verb}: done after ${line.ms} ms`;
    case "refused":
      return `Refused ${line.what}: ${line.why}`;
    case "fault":
      return `A fault of ours in ${line.what}: ${line.stack}`;
    case "ended":
      return `The steward ends: ${line.why}.`;
  }
}
