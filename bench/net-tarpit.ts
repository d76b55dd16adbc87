import { createServer, type Socket } from "node:net";

/**
 * A tarpit as it is written in Node: takes every connection, keeps it until the visitor leaves, says nothing. When it has enough of them for a
 * figure it prints it (milliseconds by the clock and of the processor for the connections between the first and the last thousand), lets nobody
 * in any more, and ends with its standard input. A process may hold no more than some thousands (getrlimit(2)).
 *
 *     node bench/net-tarpit.ts PORT
 */
const FIRST = 4_000;
const LAST = 16_000;
const held = new Set<Socket>();
let [beganMs, used] = [0, process.cpuUsage()];

const server = createServer((socket) => {
  held.add(socket);
  socket.on("error", () => undefined).on("close", () => held.delete(socket));
  if (held.size === FIRST) [beganMs, used] = [performance.now(), process.cpuUsage()];
  if (held.size === LAST) tell();
});

function tell(): void {
  const { user, system } = process.cpuUsage(used);
  server.close();
  console.log(JSON.stringify({ connections: LAST - FIRST, ms: performance.now() - beganMs, processorMs: (user + system) / 1000 }));
}

server.listen({ port: Number(process.argv[2]), host: "0.0.0.0", backlog: 4096 }, () => console.log("ready"));
process.stdin.on("end", () => {
  for (const socket of held) socket.resetAndDestroy();
  setImmediate(() => process.exit(0));
});
process.stdin.resume();
