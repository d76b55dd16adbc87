import { createServer } from "node:net";

/** A real server in a test: remembers what reached it, answers everything with `served`, and tells all of it to whom says TELL. */
const heard = new Map<string, number>();
const ends = new Map<string, number>();
const add = (map: Map<string, number>, key: string) => map.set(key, (map.get(key) ?? 0) + 1);
const server = createServer((socket) => {
  socket.on("data", (bytes) => {
    const text = bytes.toString("latin1");
    if (text === "TELL") socket.end(JSON.stringify({ heard: Object.fromEntries(heard), ends: Object.fromEntries(ends) }));
    else {
      add(heard, text.slice(0, 40));
      socket.write(`served ${process.argv[3] ?? ""}`);
    }
  });
  socket.on("error", (error) => add(ends, "code" in error ? String(error.code) : error.message)).on("end", () => add(ends, "end"));
});
server.listen({ port: Number(process.argv[2]), host: "::", backlog: 4096 }, () => console.log("ready"));
