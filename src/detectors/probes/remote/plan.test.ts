import assert from "node:assert/strict";
import test from "node:test";
import { hear, type Stimulus } from "../../stimuli/stimulus.ts";
import { defaultLimits } from "./limits.ts";
import { fit, tasksFor } from "./plan.ts";
import { portRecord } from "./run.ts";
import { defaultPorts } from "./usual-ports.ts";

const stimulus = (id: string, parts: Partial<Stimulus> = {}): Stimulus => ({
  id,
  protocol: id.split(".")[0] ?? "",
  transport: "tcp",
  sentTo: "its-ports",
  ports: [],
  steps: [hear(3_000)],
  quick: true,
  ...parts,
});

test("a port gets its own stimuli and those for every port: quick ones first, its own before others", () => {
  const stimuli = [
    stimulus("a.everywhere", { sentTo: "every-port" }),
    stimulus("b.slow", { ports: [22], quick: false }),
    stimulus("c.other"),
    stimulus("d.usual", { ports: [22] }),
    stimulus("e.datagram", { transport: "udp", ports: [22] }),
    stimulus("f.known"),
    stimulus("null", { sentTo: "every-port" }),
  ];
  const record = portRecord("tcp", 22);
  record.protocols.add("f");
  assert.deepEqual(
    tasksFor(record, stimuli).map((task) => task.stimulus.id),
    ["d.usual", "f.known", "a.everywhere", "b.slow"],
  );
});

test("a printer is asked in its own language only, whatever it was taken for: it would print the rest", () => {
  const record = portRecord("tcp", 9100);
  record.protocols.add("http");
  const stimuli = [stimulus("http.get"), stimulus("a.everywhere", { sentTo: "every-port" }), stimulus("printer.id", { ports: [9100] })];
  assert.deepEqual(
    tasksFor(record, stimuli).map((task) => task.stimulus.id),
    ["printer.id"],
  );
});

test("what the rate does not allow is dropped from the end; silence everywhere still fits", () => {
  const stimuli = Array.from({ length: 20 }, (_, index) => stimulus(`x.${index}`, { sentTo: "every-port" }));
  const wanted = Array.from({ length: 1_000 }, (_, index) => portRecord("tcp", index + 1)).map((record) => ({
    record,
    tasks: tasksFor(record, stimuli),
  }));
  const ports = fit(wanted, 60_000, defaultLimits);
  const kept = ports[0]?.tasks.map((task) => task.stimulus.id) ?? [];
  assert.deepEqual(kept, ["x.0", "x.1", "x.2", "x.3", "x.4"]);
  const silentMs = ports.reduce((sum, { tasks, patience }) => sum + tasks.length * 3_000 * patience, 0) / defaultLimits.perHostAtOnce;
  assert.ok(silentMs <= 60_000, `${silentMs}`);
});

test("the default ports are each there once, and as many as a scan of seconds takes", () => {
  assert.equal(new Set(defaultPorts).size, defaultPorts.length);
  assert.ok(defaultPorts.length >= 250 && defaultPorts.length <= 320);
  assert.ok(defaultPorts.every((port) => port > 0 && port < 65_536));
});
