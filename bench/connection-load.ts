import { connect } from "node:net";

/**
 * The other side of `connections.ts`, in a process of its own: opens connections, `atOnce` at a time, waits for each greeting, resets, and
 * goes on for `seconds`. Prints how many greetings came.
 *
 *     node bench/connection-load.ts PORT AT_ONCE SECONDS
 */
const [port = 0, atOnce = 0, seconds = 0] = process.argv.slice(2).map(Number);
const endMs = performance.now() + seconds * 1000;
let greeted = 0;
let failed = 0;
let running = atOnce;
for (let lane = 0; lane < atOnce; lane += 1) next(lane);

function next(lane: number): void {
  if (performance.now() > endMs) {
    running -= 1;
    if (running === 0) console.log(JSON.stringify({ greeted, failed }));
    return;
  }
  // A source of its own for each lane: ports are not used up, and the table of sources is exercised.
  const socket = connect({ port, host: "127.0.0.1", localAddress: `127.0.1.${lane + 1}` });
  socket.once("data", () => {
    greeted += 1;
    socket.resetAndDestroy();
  });
  socket.once("error", () => {
    failed += 1;
  });
  socket.once("close", () => next(lane));
}
