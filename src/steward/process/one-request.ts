import { Socket } from "node:net";
import { OperatorError } from "../../errors/operator-error.ts";
import { encodeReply, refusal } from "./messages.ts";
import { Steward, type StewardOptions } from "./steward.ts";

/** Serves what comes on a descriptor, and ends; also why it could not even start is an answer. */
export async function serveOneRequest(descriptor: number, options: StewardOptions): Promise<void> {
  const socket = new Socket({ fd: descriptor, readable: true, writable: true });
  try {
    using steward = await Steward.start(options);
    steward.serveOne(socket);
    await steward.ended;
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    socket.end(encodeReply(refusal(error)));
  }
}
