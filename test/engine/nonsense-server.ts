import { createServer } from "node:net";
import koffi from "koffi";

/**
 * A real server in a test, or a decoy: remembers what reached it, answers everything with `served` and its name, and tells all of it to whom says
 * TELL. Where it is `deferred`, a connection has no socket of its own before its client has said something (TCP_DEFER_ACCEPT, as Apache has it).
 */
const [port = "0", name = "", deferred = ""] = process.argv.slice(2);
const heard = new Map<string, number>();
const ends = new Map<string, number>();
const add = (map: Map<string, number>, key: string) => map.set(key, (map.get(key) ?? 0) + 1);
const server = createServer((socket) => {
  socket.on("data", (bytes) => {
    const text = bytes.toString("latin1");
    if (text === "TELL") socket.end(JSON.stringify({ heard: Object.fromEntries(heard), ends: Object.fromEntries(ends) }));
    else {
      add(heard, text.slice(0, 40));
      socket.write(`served ${name}`);
    }
  });
  socket.on("error", (error) => add(ends, "code" in error ? String(error.code) : error.message)).on("end", () => add(ends, "end"));
});

const [SOL_TCP, TCP_DEFER_ACCEPT] = [6, 9];
server.listen({ port: Number(port), host: "::", backlog: 4096 }, () => {
  const handle: unknown = Reflect.get(server, "_handle");
  const fd = typeof handle === "object" && handle !== null ? Number(Reflect.get(handle, "fd")) : -1;
  const setsockopt = koffi.load("libc.so.6").func("int setsockopt(int, int, int, const uint8_t *, uint32_t)");
  if (deferred !== "" && setsockopt(fd, SOL_TCP, TCP_DEFER_ACCEPT, Buffer.from([30, 0, 0, 0]), 4) !== 0) throw new Error("not deferred");
  console.log(`${process.pid} ${fd}`);
});
