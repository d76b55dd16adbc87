/**
 * Twenty servers that do what no server should, in a process of their own, so that their memory is not counted as ours. Their ports come
 * out as one line of JSON; the process ends when its input does.
 */
import { createServer, type Server, type Socket } from "node:net";
import { createServer as createSecureServer } from "node:tls";
import { oddCertificates } from "./remote-probe-certificates.ts";

const flood = (piece: Uint8Array | string) => (socket: Socket) => {
  const more = () => {
    while (!socket.destroyed && socket.write(piece));
  };
  socket.on("drain", more);
  more();
};

const drip = (piece: string, everyMs: number) => (socket: Socket) => {
  const timer = setInterval(() => socket.write(piece), everyMs);
  socket.on("close", () => clearInterval(timer));
};

const afterData = (answer: (socket: Socket, bytes: Buffer) => void) => (socket: Socket) => {
  socket.on("data", (bytes: Buffer) => answer(socket, bytes));
};

const manners: Readonly<Record<string, (socket: Socket) => void>> = {
  "sends without end": flood(Buffer.alloc(65_536, "x")),
  "sends line ends without end": flood("\r\n".repeat(8_192)),
  "continues its greeting without end": flood("220-still greeting\r\n".repeat(500)),
  "announces SSH without end": flood("not yet\r\n".repeat(500)),
  "sends one byte a second": drip("x", 1_000),
  "sends one byte every 40 ms": drip("x", 40),
  "sends a header a second": (socket) => {
    socket.write("HTTP/1.1 200 OK\r\n");
    drip("X-More: yes\r\n", 1_000)(socket);
  },
  "resets at once": (socket) => socket.resetAndDestroy(),
  "resets at the first byte": afterData((socket) => socket.resetAndDestroy()),
  "closes at once": (socket) => socket.destroy(),
  "ends its side, and listens on": (socket) => socket.end(),
  "never reads": (socket) => socket.pause(),
  "says nothing": afterData(() => undefined),
  "says everything back, a hundred times": afterData((socket, bytes) => {
    for (let n = 0; n < 100; n++) socket.write(bytes);
  }),
  "answers with noise": afterData((socket) => socket.write(Buffer.from(Array.from({ length: 5_000 }, (_, n) => (n * 167) % 256)))),
  "starts a TLS record of 64 KiB and stops": afterData((socket) => socket.write(Buffer.of(0x16, 3, 3, 0xff, 0xff, 2, 0xff, 0xff, 0xff))),
  "sends TLS alerts without end": flood(Buffer.from("15030300020100".repeat(1_000), "hex")),
  "promises 2 GiB": afterData((socket) => socket.write(Buffer.of(0x7f, 0xff, 0xff, 0xff, 0x80, 0, 0, 0, 1, 2, 3))),
  "is a SOCKS proxy with an endless answer": afterData(flood(Buffer.of(5, 0, 5, 0, 0, 1))),
};

const servers: Readonly<Record<string, Server>> = {
  ...Object.fromEntries(Object.entries(manners).map(([name, serve]) => [name, createServer({ allowHalfOpen: true }, polite(serve))])),
  "sends within TLS without end": createSecureServer(
    { ...oddCertificates.small, ciphers: "ALL:@SECLEVEL=0" },
    polite(flood("x".repeat(60_000))),
  ),
};

/** What goes wrong here is what we want to go wrong there. */
function polite(serve: (socket: Socket) => void) {
  return (socket: Socket) => {
    socket.on("error", () => socket.destroy());
    serve(socket);
  };
}

const ports: Record<string, number> = {};
for (const [name, server] of Object.entries(servers)) {
  server.on("tlsClientError", (_error: Error, socket: Socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (typeof address === "object" && address !== null) ports[name] = address.port;
}
process.stdout.write(`${JSON.stringify(ports)}\n`);
process.stdin.on("end", () => process.exit()).resume();
