import { spawn } from "node:child_process";
import { once } from "node:events";
import { Socket } from "node:net";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { OperatorError } from "../../errors/operator-error.ts";
import type { Conversation } from "./conversation.ts";
import { type Reply, type Request, refusal } from "./messages.ts";

/**
 * One request, done by a steward of its own for the one that stays: it holds the folder's lock together with it, goes on when that one is
 * killed, and begins as every steward does, by settling what a former one left.
 */
const PROGRAM = join(import.meta.dirname, "..", "..", "..", "bin", "utsusemi.js");
/** The descriptors that it is handed. */
export const REQUEST_DESCRIPTOR = 3;
export const LOCK_DESCRIPTOR = 4;

export interface ApartFor {
  readonly folder: string;
  /** The lock's descriptor. */
  readonly lock: number;
  /** Who is told meanwhile. */
  readonly conversation: Conversation;
}

/** The last reply; the others are passed on as they come. */
export async function performApart(request: Request, { folder, lock, conversation }: ApartFor): Promise<Reply> {
  const child = spawn(process.execPath, [PROGRAM, "steward", "--folder", folder, "--one-request", "--locked"], {
    stdio: ["ignore", "ignore", "inherit", "pipe", lock],
    detached: true,
  });
  const socket = child.stdio[REQUEST_DESCRIPTOR];
  if (!(socket instanceof Socket)) throw new Error("the other steward's end of the request is no socket");
  const over = once(child, "exit");
  socket.on("error", () => undefined);
  socket.write(`${JSON.stringify(request)}\n`);
  let last: Reply | undefined;
  for await (const line of createInterface({ input: socket })) {
    const reply: Reply = JSON.parse(line);
    if (reply.line === "answer" || reply.line === "refused") last = reply;
    else conversation.tell(reply);
  }
  await over;
  return last ?? refusal(new OperatorError("steward-refused", "The steward that was at work ended before it answered.", { next: AFTER }));
}

const AFTER = "Ask for the status: `utsusemi disguise status`; what was half done is undone then.";
