import assert from "node:assert/strict";
import { createServer as createWebServer } from "node:http";
import { createServer } from "node:net";
import test from "node:test";
import { checks } from "../../src/detectors/checks/remote/stack/index.ts";
import { openPacketProbe } from "../../src/detectors/probes/remote/packet-probe.ts";
import { takeRemoteView } from "../../src/detectors/probes/remote/take-remote-view.ts";
import { isLaboratory, wireMeasurements } from "../../src/detectors/probes/remote/wire-measurements.ts";
import { hear, say } from "../../src/detectors/stimuli/stimulus.ts";
import { listening } from "../rig/listening.ts";
import { needs } from "../rig/needs.ts";

const HTTP_GET = {
  id: "http.get",
  protocol: "http",
  transport: "tcp",
  sentTo: "every-port",
  ports: [],
  quick: true,
  steps: [say("GET / HTTP/1.0\r\n\r\n"), hear(1000)],
} as const;

test("raw packets show this kernel as it is, and none of the stack checks finds fault with it", needs("root"), async () => {
  const servers = [
    createServer((socket) => socket.end("220 ready\r\n")),
    createWebServer((_, response) => response.end("hello")),
    createWebServer((_, response) => response.end("other")),
  ];
  const ports = await Promise.all(servers.map(listening));
  const view = await takeRemoteView("127.0.0.1", {
    address: "127.0.0.1",
    ports,
    stimuli: [HTTP_GET],
    measurements: wireMeasurements({ neighbour: "127.0.0.2" }),
    trials: false,
  });
  for (const server of servers) server.close();
  assert.equal(view.packets?.filter(({ stimulus, answer }) => stimulus.startsWith("syn:") && answer?.flags === "SA").length, 3);
  assert.ok(view.packets?.some(({ stimulus, answer }) => stimulus.startsWith("random-syn:") && answer?.flags === "RA"));
  const families = view.roundTrips
    .filter(({ underLoad, samplesMs }) => !underLoad && samplesMs.length >= 8)
    .map(({ family, host }) => `${host} ${family}`);
  for (const wanted of ["target icmp", "neighbour icmp", `target tcp:${ports[0]}`])
    assert.ok(families.includes(wanted), `${wanted} of ${families.join()}`);
  assert.ok(view.roundTrips.some(({ underLoad }) => underLoad));
  assert.ok(
    view.clocks.filter(({ source }) => source.startsWith("http-date:")).length === 2 &&
      view.clocks.some(({ source }) => source.startsWith("tcp-timestamp:")),
  );
  const findings = checks.map((check) => ({ id: check.id, ...check.judge(view) }));
  assert.deepEqual(
    findings.filter(({ verdict }) => verdict === "shown"),
    [],
  );
  const judged = findings.filter(({ verdict }) => verdict === "clean").map(({ id }) => id);
  for (const id of [
    "stack.ttl-by-port",
    "stack.answers-xmas",
    "stack.random-ports-open",
    "clock.timestamp-rate",
    "clock.date-stands",
    "rtt.icmp-against-tcp",
  ])
    assert.ok(judged.includes(id), id);
});

test("a recorded Date header is found", needs("root"), async () => {
  const server = createServer((socket) =>
    socket
      .once("data", () => socket.end("HTTP/1.0 200 OK\r\nDate: Tue, 19 May 1993 09:00:00 GMT\r\n\r\n"))
      .on("error", () => socket.destroy()),
  );
  const port = await listening(server);
  const view = await takeRemoteView("127.0.0.1", {
    address: "127.0.0.1",
    ports: [port],
    stimuli: [HTTP_GET],
    measurements: wireMeasurements(),
    trials: false,
  });
  server.close();
  const shown = checks.filter((check) => check.judge(view).verdict === "shown").map(({ id }) => id);
  assert.deepEqual(shown, ["clock.date-wrong", "clock.date-stands"]);
});

test("over IPv6 there are no raw packets, and that is said", needs("root"), async () => {
  assert.deepEqual(await openPacketProbe("::1"), { absent: "raw packets are sent over IPv4 only" });
});

test("LAND is for laboratories", () => {
  for (const inside of ["10.1.2.3", "192.168.0.9", "172.16.0.1", "169.254.1.1", "192.0.2.7"]) assert.ok(isLaboratory(inside), inside);
  for (const outside of ["127.0.0.1", "8.8.8.8", "172.32.0.1", "::1", "192.169.0.1"]) assert.ok(!isLaboratory(outside), outside);
});
