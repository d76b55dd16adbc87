import { connect, type Socket } from "node:net";
import { OperatorError } from "../../errors/operator-error.ts";

/** Where a steward is. */
export interface Place {
  readonly folder: string;
  readonly socket: string;
}

export interface Reached {
  readonly socket: Socket;
  /** When the steward that answers has ended, if it was started for this. */
  readonly over: Promise<void>;
}

/** Undefined: nobody listens there. @throws OperatorError `rights-missing`, `steward-down` */
export function listening(path: string): Promise<Reached | undefined> {
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
