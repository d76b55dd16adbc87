import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { ListenOptions } from "node:net";
import { OperatorError } from "../errors/operator-error.ts";
import type { Answer, Guarded } from "./answers.ts";
import type { ControlPorts } from "./api.ts";

/** Where the control interface listens. */
export interface ControlAddress {
  /** Path of the Unix socket. */
  readonly socket: string;
  readonly tcp?: { readonly address: string; readonly port: number; readonly tokenFile: string };
}

export interface Control {
  /** The port on TCP; undefined without. */
  readonly port: number | undefined;
  close(): Promise<void>;
}

const MAX_ENDING_MS = 1000;
const TOKEN_BYTES = 32;
const MODE_PRIVATE = 0o600;

/** Listens on the Unix socket (0600) and, if wanted, on TCP with a token. A socket that a killed sensor left is replaced. */
export async function startControl(address: ControlAddress, ports: ControlPorts): Promise<Control> {
  const ending = new AbortController();
  const load = async (guarded?: Guarded) => (await import("./answers.ts")).answersOf(ports, ending.signal, guarded);
  // What may be refused comes first, so that a refusal leaves nothing open.
  const tcp = address.tcp === undefined ? undefined : await listenOnTcp(load, address.tcp);
  rmSync(address.socket, { force: true });
  const servers = [await listenPrivately(load, address.socket), ...(tcp === undefined ? [] : [tcp])];
  return {
    port: tcp === undefined ? undefined : portOf(tcp),
    close: async () => {
      ending.abort();
      await Promise.all(servers.map(close));
      rmSync(address.socket, { force: true });
    },
  };
}

/** The umask makes the socket private from the moment it is there; chmod alone would come too late. */
async function listenPrivately(load: Load, path: string): Promise<Server> {
  const before = process.umask(0o177);
  try {
    const server = await listen(load, { path });
    chmodSync(path, MODE_PRIVATE);
    return server;
  } finally {
    process.umask(before);
  }
}

async function listenOnTcp(load: Load, tcp: NonNullable<ControlAddress["tcp"]>): Promise<Server> {
  let port = tcp.port;
  const guarded = { token: readToken(tcp.tokenFile), port: () => port };
  const server = await listen(() => load(guarded), { host: tcp.address, port: tcp.port });
  port = portOf(server) ?? port;
  return server;
}

/** The token, made when there is none. A file that others can read is no secret, and is refused. */
function readToken(file: string): string {
  if (!existsSync(file)) writeFileSync(file, `${randomBytes(TOKEN_BYTES).toString("base64url")}\n`, { mode: MODE_PRIVATE, flag: "wx" });
  if ((statSync(file).mode & 0o077) !== 0) throw new OperatorError("token-missing", `The token file ${file} can be read by others.`);
  const token = readFileSync(file, "utf8").trim();
  if (token.length < TOKEN_BYTES)
    throw new OperatorError("token-missing", `The token in ${file} is shorter than ${TOKEN_BYTES} characters.`);
  return token;
}

type Load = (guarded?: Guarded) => Promise<Answer>;

function listen(load: () => Promise<Answer>, options: ListenOptions): Promise<Server> {
  let answer: Promise<Answer> | undefined;
  const server = createServer((request, response) => {
    answer ??= load();
    void answer.then((ready) => ready(request, response));
  });
  return new Promise((resolve, reject) => {
    server.once("error", (cause) =>
      reject(new OperatorError("listen-refused", `The control interface cannot listen: ${cause.message}.`, { cause })),
    );
    server.listen(options, () => resolve(server));
  });
}

/** Answers that are under way may end; who does not take his is cut off. */
function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const late = setTimeout(() => server.closeAllConnections(), MAX_ENDING_MS);
    server.close(() => {
      clearTimeout(late);
      resolve();
    });
  });
}

function portOf(server: Server): number | undefined {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : undefined;
}
