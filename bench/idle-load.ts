import { connect } from "node:net";

/**
 * The other side of `idle.ts`: opens COUNT connections, waits for each greeting, then holds them until it is ended. Prints `held` when all stand.
 *
 *     node bench/idle-load.ts PORT COUNT
 */
const [port = 0, count = 0] = process.argv.slice(2).map(Number);
const PER_SOURCE = 4_000;
let opened = 0;
let greeted = 0;
for (let lane = 0; lane < 64; lane += 1) next();

function next(): void {
  if (opened === count) return;
  const socket = connect({ port, host: "127.0.0.1", localAddress: `127.0.2.${1 + Math.floor(opened / PER_SOURCE)}` });
  opened += 1;
  socket.once("error", (error) => {
    console.log(error.message);
    process.exit(1);
  });
  socket.once("data", () => {
    greeted += 1;
    if (greeted === count) console.log("held");
    next();
  });
}
