import { type ChildProcess, spawn } from "node:child_process";
import { connect, Socket } from "node:net";
import { join } from "node:path";
import process from "node:process";
import type { Readable } from "node:stream";
import { OperatorError } from "../../errors/operator-error.ts";
import { type Reply, refused } from "../process/messages.ts";
import type { StewardApi, VerbName } from "../verbs/api.ts";

/** Asks the steward: one that listens, or, as root, one that is started for this one request and ends with it. */
export interface Place {
  readonly folder: string;
  readonly socket: string;
}

const PROGRAM = join(import.meta.dirname, "..", "..", "..", "bin", "utsusemi.js");
/** The descriptor that a steward for one request is handed. */
export const REQUEST_DESCRIPTOR = 3;

/** @throws OperatorError what the steward refuses; `steward-down`, `rights-missing` */
export async function askSteward<Name extends VerbName>(
  name: Name,
  asked: StewardApi[Name]["asked"],
  { place, onProgress }: { readonly place: Place; readonly onProgress: (text: string) => void },
): Promise<StewardApi[Name]["answer"]> {
  const reached = (await listening(place.socket)) ?? started(place.folder);
  reached.socket.write(`${JSON.stringify({ verb: name, arguments: asked })}\n`);
  const answer = await answerOf<StewardApi[Name]["answer"]>(reached.socket, onProgress);
  await reached.over;
  return answer;
}

interface Reached {
  readonly socket: Socket;
  readonly over: Promise<void>;
}

/** Undefined: nobody listens there. */
function listening(path: string): Promise<Reached | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path });
    socket.once("connect", () => resolve({ socket, over: Promise.resolve() }));
    socket.once("error", (cause) => {
      const code = "code" in cause ? cause.code : undefined;
      if (code === "EACCES" || code === "EPERM")
        reject(new OperatorError("rights-missing", "The steward listens to root only.", { cause }));
      else if (code === "ENOENT" || code === "ECONNREFUSED" || code === "ENOTDIR") resolve(undefined);
      else reject(new OperatorError("steward-down", `The steward cannot be reached on ${path}: ${cause.message}.`, { cause }));
    });
  });
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

async function answerOf<Answer>(socket: Readable, onProgress: (text: string) => void): Promise<Answer> {
  for await (const line of linesOf(socket)) {
    const reply: Reply<Answer> = JSON.parse(line);
    if (reply.line === "progress") onProgress(reply.text);
    else if (reply.line === "refused") throw refused(reply);
    else return reply.answer;
  }
  throw new OperatorError("steward-down", "The steward ended before it answered.", {
    next: "Ask for the status: `utsusemi disguise status`; what was half done is undone at its next start.",
  });
}

async function* linesOf(socket: Readable): AsyncGenerator<string> {
  socket.setEncoding("utf8");
  let rest = "";
  try {
    for await (const chunk of socket) {
      const lines = `${rest}${String(chunk)}`.split("\n");
      rest = lines.pop() ?? "";
      yield* lines;
    }
  } catch (cause) {
    throw new OperatorError("steward-down", "The steward ended before it answered.", { cause });
  }
}
