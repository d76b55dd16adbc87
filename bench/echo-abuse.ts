import { connect } from "node:net";
import ssh2 from "ssh2";
import { LOGIN, ssh2Algorithms } from "./login-algorithms.ts";

/**
 * The bad company of `echo.ts`, in a process of its own: logs in once for each command line, types it into a shell and reads what comes back.
 * Prints `at it` when all of them run.
 *
 *     node bench/echo-abuse.ts PORT LINE...
 */
const [port = "", ...lines] = process.argv.slice(2);
const STARTED_MS = 1_500;
let heardBytes = 0;

for (const line of lines) {
  const client = new ssh2.Client();
  client.on("ready", () =>
    client.shell({ term: "xterm" }, (error, channel) => {
      if (error !== undefined) throw error;
      channel.on("data", (bytes: Buffer) => {
        heardBytes += bytes.length;
      });
      channel.write(`${line}\n`);
    }),
  );
  client.on("error", (error: Error) => console.error(`${line}: ${error.message}`));
  client.connect({
    sock: connect({ port: Number(port), host: "127.0.0.1", noDelay: true }),
    username: LOGIN.user,
    password: LOGIN.password,
    authHandler: ["password"],
    algorithms: ssh2Algorithms,
    readyTimeout: 20_000,
  });
}
setTimeout(() => console.log(JSON.stringify({ state: "at it", heardBytes })), STARTED_MS);
