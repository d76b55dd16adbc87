import { createServer } from "node:net";

/** A process that accepts, greets and holds sockets with nothing around them: what `idle.ts` compares with. Prints its port. */
const held = new Set<unknown>();
const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
  held.add(socket);
  socket.on("error", () => held.delete(socket));
  socket.on("data", () => undefined);
  socket.write("hello\n");
});
server.listen({ port: 0, host: "127.0.0.1", backlog: 1_024 }, () => console.log(JSON.stringify(server.address())));
