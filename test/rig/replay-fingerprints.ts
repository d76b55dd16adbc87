import assert from "node:assert/strict";
import { createSocket, type Socket as DatagramSocket } from "node:dgram";
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { canEmit, closesAfter, emit, type Fingerprint } from "../../src/detectors/fingerprints/index.ts";
import { namedCertificate } from "./named-certificate.ts";

export interface Replay extends AsyncDisposable {
  /** Where a fingerprint is served. */
  port(id: string): number;
  stop(): Promise<void>;
}

export interface ReplayOptions {
  readonly address?: string;
  /** Where a service should listen; an ephemeral port unless told otherwise. */
  readonly portFor?: (service: readonly Fingerprint[]) => number;
}

/** Whether the rig can serve it: not what is known by a hash alone, and not sets of ports. */
export function canReplay(entry: Fingerprint): boolean {
  return entry.side === "remote" && (canEmit(entry) || entry.sign.kind === "certificate");
}

/**
 * Serves fingerprints of honeypots over loopback, as the products would: greetings on connection, answers to what they wait for, TLS with
 * their certificates. Each service is a list of fingerprints that share a port; the first that has something to say says it.
 *
 *     await using replay = await startReplay([[dionaeaFtp], [cowrieTelnet]]);
 */
export async function startReplay(services: readonly (readonly Fingerprint[])[], options: ReplayOptions = {}): Promise<Replay> {
  const { address = "127.0.0.1", portFor = () => 0 } = options;
  const started = await Promise.all(services.map((service) => startService(service, address, portFor(service))));
  const ports = new Map(started.flatMap(({ port }, index) => (services[index] ?? []).map(({ id }) => [id, port])));
  const stop = async () => {
    await Promise.all(started.map((one) => one.stop()));
  };
  const portOf = (id: string): number => {
    const port = ports.get(id);
    assert(port !== undefined, `${id} is not served`);
    return port;
  };
  return { port: portOf, stop, [Symbol.asyncDispose]: stop };
}

interface Service {
  readonly port: number;
  stop(): Promise<void>;
}

async function startService(service: readonly Fingerprint[], address: string, port: number): Promise<Service> {
  for (const entry of service) assert(canReplay(entry), `${entry.id} cannot be replayed`);
  if (service.some(({ transport }) => transport === "udp")) return startDatagrams(service, { address, port });
  const certificate = service.map(({ sign }) => sign).find((sign) => sign.kind === "certificate");
  const serve = (socket: Socket) => converse(service, socket);
  const server = certificate === undefined ? createServer({ noDelay: true }, serve) : createTlsServer(namedCertificate(certificate), serve);
  return startServer(server, { address, port });
}

interface Place {
  readonly address: string;
  readonly port: number;
}

async function startServer(server: Server, { address, port }: Place): Promise<Service> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => sockets.delete(socket));
  });
  server.on("tlsClientError", (_, socket: Socket) => socket.destroy());
  server.listen(port, address);
  await once(server, "listening");
  const stop = async () => {
    server.close();
    for (const socket of sockets) socket.destroy();
    await once(server, "close");
  };
  const bound = server.address();
  assert(typeof bound === "object" && bound !== null);
  return { port: bound.port, stop };
}

const MAX_SAID = 65_536;

/** One conversation: the greeting, then each answer once. */
function converse(service: readonly Fingerprint[], socket: Socket): void {
  socket.on("error", () => socket.destroy());
  let said = Buffer.alloc(0);
  const given = new Set<string>();
  const greeting = service.map((entry) => emit(entry, said)).find((bytes) => bytes.length > 0);
  if (greeting !== undefined) socket.write(greeting);
  socket.on("data", (bytes: Buffer) => {
    said = Buffer.concat([said, bytes]).subarray(0, MAX_SAID);
    const next = service.find((entry) => !given.has(entry.id) && emit(entry, said).length > 0);
    if (next === undefined) return;
    given.add(next.id);
    socket.write(emit(next, said));
    if (closesAfter(next)) socket.end();
  });
}

async function startDatagrams(service: readonly Fingerprint[], { address, port }: Place): Promise<Service> {
  const socket: DatagramSocket = createSocket("udp4");
  socket.on("message", (said, from) => {
    const answer = service.map((entry) => emit(entry, said)).find((bytes) => bytes.length > 0);
    if (answer !== undefined) socket.send(answer, from.port, from.address);
  });
  socket.bind(port, address);
  await once(socket, "listening");
  const stop = async () => {
    socket.close();
    await once(socket, "close");
  };
  return { port: socket.address().port, stop };
}
