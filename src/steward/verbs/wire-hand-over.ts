import { integer, object } from "../../shape/shape.ts";
import type { Nothing } from "./api.ts";
import { checkedVerb } from "./verb.ts";

const port = integer("the real service's port", 1, 65_535);

/** Suspects' new connections to a port reach a socket of who asks: never of another process, whatever the request says. */
export const wireHandOverVerb = checkedVerb(
  { name: "wire.hand-over", isForAccount: true, isInTurn: false },
  object("what is handed over", { port, descriptor: integer("the listening socket's number there", 0, 1_048_576) }),
  ({ port: handed, descriptor }, { wire, asker }): Promise<Nothing> => {
    wire.handOver(handed, { pid: asker.pid, fd: descriptor });
    return Promise.resolve({});
  },
);

/** The real service for everybody again. */
export const wireEndHandOverVerb = checkedVerb(
  { name: "wire.end-hand-over", isForAccount: true, isInTurn: false },
  object("what is handed over no more", { port }),
  ({ port: handed }, { wire }): Promise<Nothing> => {
    wire.endHandOver(handed);
    return Promise.resolve({});
  },
);
