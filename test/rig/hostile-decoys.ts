import { writeSync } from "node:fs";
import type { Decoy } from "../../src/decoy/decoy.ts";
import { attempt, type Targets } from "../../src/host/isolation/attempts.ts";
import { object } from "../../src/shape/shape.ts";

/**
 * Code of an attacker inside a worker: a decoy that does what one line of JSON says. It stands for a visitor who found a hole in a decoy.
 */
export const hostile: Decoy = {
  name: "hostile",
  summary: "Does what no decoy may.",
  transport: "tcp",
  standardPorts: [],
  unprivilegedPorts: [],
  options: object("No options", {}),
  persona: object("No persona", {}),
  open: (peer) => ({
    receive: (bytes) => {
      const order: Order = JSON.parse(Buffer.from(bytes).toString());
      if ("attempt" in order) {
        attempt(order.attempt, order.targets).then((why) => peer.send(Buffer.from(`${why ?? "done"}\n`)), String);
      } else if ("fd" in order) writeSync(order.fd, Buffer.from(order.hex, "hex"));
      else if ("flood" in order) for (;;) writeAll(order.flood, Buffer.alloc(65_536, order.byte));
      else process.send?.(order.message);
    },
  }),
};

export type Order =
  | { readonly attempt: string; readonly targets: Targets }
  /** Raw bytes on one of its descriptors. */
  | { readonly fd: number; readonly hex: string }
  | { readonly flood: number; readonly byte: number }
  /** A message on Node's channel, with a handle of its own if it is named. */
  | { readonly message: object };

function writeAll(fd: number, bytes: Buffer): void {
  try {
    writeSync(fd, bytes);
  } catch (error) {
    // The pipe is full: an attacker tries again.
    if (!(error instanceof Error && "code" in error && error.code === "EAGAIN")) throw error;
  }
}
