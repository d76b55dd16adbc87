import { type ChildProcess, spawn } from "node:child_process";
import { Socket } from "node:net";
import { join } from "node:path";
import process from "node:process";
import { OperatorError } from "../../errors/operator-error.ts";
import { REQUEST_DESCRIPTOR } from "../process/apart.ts";
import type { StewardApi, VerbName } from "../verbs/api.ts";
import { listening, type Place, type Reached } from "./reach.ts";
import { answerOf, sendRequest } from "./replies.ts";

export type { Place } from "./reach.ts";

const PROGRAM = join(import.meta.dirname, "..", "..", "..", "bin", "utsusemi.js");

export interface AskedHow {
  readonly place: Place;
  readonly onProgress: (text: string) => void;
}

/**
 * Asks the steward: one that listens, or, as root, one that is started for this one request and ends with it.
 *
 * @throws OperatorError what the steward refuses; `steward-down`, `rights-missing`
 */
export async function askSteward<Name extends VerbName>(
  name: Name,
  asked: StewardApi[Name]["asked"],
  { place, onProgress }: AskedHow,
): Promise<StewardApi[Name]["answer"]> {
  const { socket, over } = (await listening(place.socket)) ?? started(place.folder);
  sendRequest(socket, name, asked);
  const answer = await answerOf<StewardApi[Name]["answer"]>(socket, { onProgress });
  await over;
  return answer;
}

/**
 * Asks a steward that listens, and starts none: what the sensor does.
 *
 * @throws OperatorError what the steward refuses; `steward-down`, `rights-missing`
 */
export async function askListening<Name extends VerbName>(
  name: Name,
  asked: StewardApi[Name]["asked"],
  place: Place,
): Promise<StewardApi[Name]["answer"]> {
  const reached = await listening(place.socket);
  if (reached === undefined) throw new OperatorError("steward-down", "No steward listens.");
  sendRequest(reached.socket, name, asked);
  return answerOf<StewardApi[Name]["answer"]>(reached.socket, {});
}

function started(folder: string): Reached {
  if (process.geteuid?.() !== 0) throw new OperatorError("steward-down", "No steward answers, and you are not root.");
  const child = spawn(process.execPath, [PROGRAM, "steward", "--folder", folder, "--one-request"], {
    stdio: ["ignore", "ignore", "inherit", "pipe"],
    detached: true,
  });
  const socket = child.stdio[REQUEST_DESCRIPTOR];
  if (!(socket instanceof Socket)) throw new Error("the steward's end of the request is no socket");
  return { socket, over: ended(child) };
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", () => resolve());
  });
}
