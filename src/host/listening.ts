import { BoundSocket, createServer, type Server, type Socket } from "node:net";
import { OperatorError } from "../errors/operator-error.ts";

/** An address and port on which a decoy is reached. */
export interface ListenOn {
  readonly decoy: string;
  readonly address: string;
  readonly port: number;
}

/** A listener that has its port but accepts nobody yet. */
export interface Bound extends ListenOn {
  readonly source: BoundSocket | { readonly fd: number };
}

/**
 * Takes the ports, all or none; a port below 1024 needs root (or the capability) now, and no rights later.
 * Port 0 becomes the port that the system chose.
 */
export function bindAll(wanted: readonly ListenOn[]): readonly Bound[] {
  const bound: Bound[] = [];
  try {
    for (const one of wanted) bound.push(bindOne(one));
  } catch (error) {
    for (const { source } of bound) if (source instanceof BoundSocket) source.close();
    throw error;
  }
  return bound;
}

/** Takes those ports that nobody has. */
export function bindFree(wanted: readonly ListenOn[]): { readonly bound: readonly Bound[]; readonly taken: readonly ListenOn[] } {
  const bound: Bound[] = [];
  const taken: ListenOn[] = [];
  for (const one of wanted) {
    const own = ownOrTaken(one, bound);
    if (own === undefined) taken.push(one);
    else bound.push(own);
  }
  return { bound, taken };
}

/** Undefined: somebody else has it. What fails otherwise lets go of what was taken before. */
function ownOrTaken(wanted: ListenOn, before: readonly Bound[]): Bound | undefined {
  try {
    return bindOne(wanted);
  } catch (error) {
    if (error instanceof OperatorError && isTaken(error.cause)) return undefined;
    for (const { source } of before) if (source instanceof BoundSocket) source.close();
    throw error;
  }
}

function isTaken(cause: unknown): boolean {
  return cause instanceof Error && "code" in cause && cause.code === "EADDRINUSE";
}

function bindOne(wanted: ListenOn): Bound {
  try {
    const source = new BoundSocket({ host: wanted.address, port: wanted.port });
    return { ...wanted, port: source.address().port, source };
  } catch (error) {
    const { code } = error instanceof Error && "code" in error ? error : { code: undefined };
    const place = `${wanted.address} port ${wanted.port} (${wanted.decoy})`;
    if (code === "EACCES") throw new OperatorError("listen-privileged", `Not allowed to listen on ${place}.`, { cause: error });
    if (code === undefined) throw error;
    throw new OperatorError("listen-refused", `Cannot listen on ${place}: ${String(code)}.`, { cause: error });
  }
}

/**
 * The sockets that systemd passed (sd_listen_fds(3): from descriptor 3 on, named by LISTEN_FDNAMES). A socket's name is its decoy's name.
 * Empty when there are none, or when they are meant for another process.
 */
export function activated(environment: Readonly<Record<string, string | undefined>>, pid: number): readonly Bound[] {
  if (environment["LISTEN_PID"] !== String(pid)) return [];
  const count = Math.min(Number(environment["LISTEN_FDS"] ?? 0), MAX_ACTIVATED);
  const names = (environment["LISTEN_FDNAMES"] ?? "").split(":");
  return Array.from({ length: count }, (_, index) => ({
    decoy: names[index] ?? "",
    address: "",
    port: 0,
    source: { fd: FIRST_FD + index },
  }));
}

const FIRST_FD = 3;
const MAX_ACTIVATED = 256;

/** Begins to accept: each visitor's socket is given over before a byte is read. */
export function accept(bound: Bound, visitor: (socket: Socket, decoy: string) => void): Promise<Accepting> {
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true, noDelay: true }, (socket) => visitor(socket, bound.decoy));
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(
      bound.source instanceof BoundSocket ? { handle: bound.source, backlog: BACKLOG } : { fd: bound.source.fd, backlog: BACKLOG },
      () => {
        const place = server.address();
        const known = typeof place === "object" && place !== null ? { address: place.address, port: place.port } : {};
        resolve({ decoy: bound.decoy, address: bound.address, port: bound.port, ...known, server, descriptor: descriptorOf(server) });
      },
    );
  });
}

export interface Accepting extends ListenOn {
  readonly server: Server;
  /** Its number in this process, by which another one can be given the same socket; undefined: the system has none. */
  readonly descriptor: number | undefined;
}

/** Node offers no other way to it. */
function descriptorOf(server: Server): number | undefined {
  const handle: unknown = Reflect.get(server, "_handle");
  const descriptor: unknown = typeof handle === "object" && handle !== null ? Reflect.get(handle, "fd") : undefined;
  return typeof descriptor === "number" && descriptor >= 0 ? descriptor : undefined;
}

const BACKLOG = 1_024;
