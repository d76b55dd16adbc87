import assert from "node:assert/strict";
import { createServer, type Socket } from "node:net";
import { describe, type TestContext, test } from "node:test";
import { takeRemoteView } from "../../src/detectors/probes/remote/take-remote-view.ts";
import { wireMeasurements } from "../../src/detectors/probes/remote/wire-measurements.ts";
import { remoteStimuli } from "../../src/detectors/remote-detectors.ts";
import type { RemoteView } from "../../src/detectors/views/remote-view.ts";

/** A whole run with everything in it, against servers that answer as services do, and against silence. */
const silent = (socket: Socket) => socket.resume();

const says =
  (greeting: string, answer: string, ending = false) =>
  (socket: Socket) => {
    socket.write(greeting);
    socket.on("data", () => (ending ? socket.end(answer) : socket.write(answer)));
  };

const services = [
  says("SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n", "Invalid SSH identification string.\r\n", true),
  says("220 (vsFTPd 3.0.3)\r\n", "530 Please login with USER and PASS.\r\n"),
  says("", "HTTP/1.1 400 Bad Request\r\nServer: nginx\r\nConnection: close\r\n\r\n", true),
  says("", "-ERR unknown command\r\n"),
  says("220 mx ESMTP Postfix\r\n", "502 5.5.2 Error: command not recognized\r\n"),
  says("\xff\xfd\x18host login: ", "Password: "),
  says("+OK ready\r\n", "-ERR Unknown command.\r\n"),
  silent,
];

async function open(
  t: TestContext,
  count: number,
  serve: (index: number) => ((socket: Socket) => void) | undefined,
): Promise<readonly number[]> {
  const ports = Array.from({ length: count }, async (_, index) => {
    const server = createServer((socket) => {
      socket.on("error", () => socket.destroy());
      serve(index)?.(socket);
    });
    t.after(() => server.close());
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  });
  return Promise.all(ports);
}

async function timed(
  t: TestContext,
  ports: readonly number[],
  quick: boolean,
): Promise<{ readonly view: RemoteView; readonly seconds: number }> {
  const startMs = performance.now();
  const view = await takeRemoteView("here", {
    address: "127.0.0.1",
    ports,
    quick,
    stimuli: remoteStimuli(),
    measurements: wireMeasurements(),
  });
  const seconds = (performance.now() - startMs) / 1_000;
  const exchanges = view.ports.reduce((sum, port) => sum + port.exchanges.length, 0);
  t.diagnostic(`${seconds.toFixed(1)} s, ${exchanges} exchanges, ${view.leftOut.length} lines of what was left out`);
  assert.ok(ports.every((port) => view.ports.some((one) => one.port === port && one.state === "open")));
  return { view, seconds };
}

const mixed = (index: number) => services[index % services.length];

test("20 open ports are looked at in under 60 seconds", async (t) => {
  const { view, seconds } = await timed(t, await open(t, 20, mixed), false);
  assert.ok(seconds < 60, `${seconds} s`);
  assert.ok(view.ports.every(({ exchanges }) => exchanges.length > 10));
});

test("20 open ports are looked at in under 20 seconds when in a hurry, and what is left out is named", async (t) => {
  const { view, seconds } = await timed(t, await open(t, 20, mixed), true);
  assert.ok(seconds < 20, `${seconds} s`);
  assert.ok(view.leftOut.some((line) => line.startsWith("stimuli: --quick leaves out ")));
});

/** Side by side: one mostly waits, and either is bounded by what a look may take. */
describe("1,000 open ports", { concurrency: 2 }, () => {
  for (const [name, serve] of [
    ["that are slow and silent", () => silent],
    ["of all kinds", mixed],
  ] as const) {
    test(`${name} are looked at in under 120 seconds`, async (t) => {
      const { view, seconds } = await timed(t, await open(t, 1_000, serve), false);
      assert.ok(seconds < 120, `${seconds} s`);
      assert.ok(view.leftOut.some((line) => /: \d+ ports, the time allowed does not suffice$/.test(line)));
      assert.ok(view.ports.every(({ exchanges }) => exchanges.some(({ stimulus }) => stimulus === "null")));
    });
  }
});
