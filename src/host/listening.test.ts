import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { test } from "node:test";
import { OperatorError } from "../errors/operator-error.ts";
import { accept, activated, bindAll } from "./listening.ts";

test("ports are taken all or none, and the mistake names the place", async () => {
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  const place = taken.address();
  const port = typeof place === "object" && place !== null ? place.port : 0;
  const wanted = [
    { decoy: "ssh", address: "127.0.0.1", port: 0 },
    { decoy: "telnet", address: "127.0.0.1", port },
  ];
  assert.throws(
    () => bindAll(wanted),
    (error) => error instanceof OperatorError && error.code === "listen-refused" && error.message.includes(`${port} (telnet)`),
  );
  taken.close();
});

test("port 0 becomes the port that the system chose, and is the one that accepts", async () => {
  const [bound] = bindAll([{ decoy: "ssh", address: "127.0.0.1", port: 0 }]);
  assert.ok(bound !== undefined && bound.port > 0);
  const accepting = await accept(bound, (socket) => socket.destroy());
  assert.equal(accepting.port, bound.port);
  accepting.server.close();
});

test("sockets of systemd belong to the process that LISTEN_PID names, by the name of their decoy (sd_listen_fds(3))", () => {
  const environment = { LISTEN_PID: "42", LISTEN_FDS: "2", LISTEN_FDNAMES: "ssh:telnet" };
  assert.deepEqual(
    activated(environment, 42).map(({ decoy, source }) => [decoy, source]),
    [
      ["ssh", { fd: 3 }],
      ["telnet", { fd: 4 }],
    ],
  );
  assert.deepEqual(activated(environment, 43), []);
  assert.deepEqual(activated({}, 42), []);
});
