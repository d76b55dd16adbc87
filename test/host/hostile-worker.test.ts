import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { encodeReport } from "../../src/host/encode-report.ts";
import { attempts, NEEDS_ACCOUNT } from "../../src/host/isolation/attempts.ts";
import { type PutUp, putUpTargets } from "../../src/host/isolation/targets.ts";
import { workerIsolation } from "../../src/host/isolation/worker-isolation.ts";
import { ORDINARY, type Privileges, RootPrivileges } from "../../src/host/privileges.ts";
import { Conversation } from "../rig/conversation.ts";
import type { Order } from "../rig/hostile-decoys.ts";
import { startTestSensor, type TestSensor } from "../rig/sensor.ts";

const MODULES = ["../rig/hostile-decoys.ts", "../rig/test-decoys.ts"].map((path) => fileURLToPath(new URL(path, import.meta.url)));
const isRoot = process.getuid?.() === 0;
const FATAL = "let V8 write traces";

const accounts: readonly (readonly [string, Privileges, readonly string[]])[] = [
  ["under the sensor's own account", ORDINARY, NEEDS_ACCOUNT],
  ...(isRoot ? [["under an account of its own", new RootPrivileges({ uid: 64_810, gid: 64_810 }), []] as const] : []),
];

for (const [where, privileges, open] of accounts) {
  describe(`hostile code in a worker ${where}`, () => {
    let sensor: TestSensor;
    let putUp: PutUp;
    before(async () => {
      sensor = await startTestSensor({ decoys: { hostile: {}, echo: {} }, modules: MODULES, privileges });
      putUp = await putUpTargets();
    });
    after(async () => {
      await putUp[Symbol.asyncDispose]();
      await sensor.stop();
    });

    for (const name of Object.keys(attempts)) {
      if (open.includes(name) || name === FATAL) continue;
      test(`cannot ${name}`, async () => {
        const visitor = await new Conversation(sensor.port("hostile")).connected();
        const order: Order = { attempt: name, targets: putUp.targets };
        const answer = await visitor.say(JSON.stringify(order)).hears("\n");
        assert.notEqual(answer, "done\n");
        assert.deepEqual(putUp.reached, []);
        assert.deepEqual(readdirSync(putUp.targets.folder).sort(), ["secret", "socket"]);
        visitor.socket.destroy();
      });
    }

    test(`dies when it tries to ${FATAL}`, async () => {
      const visitor = await new Conversation(sensor.port("hostile")).connected();
      const order: Order = { attempt: FATAL, targets: putUp.targets };
      await visitor.say(JSON.stringify(order)).over();
      await sensor.keep.waitFor((event) => event.kind === "worker.replaced");
      assert.deepEqual(readdirSync(putUp.targets.folder).sort(), ["secret", "socket"]);
    });
  });
}

test("doctor's probe finds the same holds as the hostile decoy", async () => {
  for (const [, privileges, open] of accounts) {
    const holds = await workerIsolation(privileges);
    const absent = holds.filter((hold) => hold.answer !== "present").map((hold) => hold.attempt);
    // An ordinary account cannot become root, whoever starts it.
    assert.deepEqual(absent, isRoot ? open : open.filter((name) => name !== "become root"));
  }
});

describe("what a worker forges", () => {
  const id = 4_000_000_000;
  const encoded = (report: Parameters<typeof encodeReport>[0]): string => encodeReport(report).toString("hex");
  const forged: readonly (readonly [string, Order])[] = [
    [
      "an observation in another's session",
      { fd: 4, hex: encoded({ type: "observation", session: id, observation: { kind: "ssh.ident", fields: { ident: "x" } } }) },
    ],
    ["the end of another's session", { fd: 4, hex: encoded({ type: "closed", session: id, by: "visitor", bytesIn: 0, bytesOut: 0 }) }],
    ["memory of another's source", { fd: 4, hex: encoded({ type: "keep", session: id, value: Buffer.from("x") }) }],
    [
      "a file of another's session",
      { fd: 4, hex: encoded({ type: "file-open", session: id, file: 0, name: Buffer.from("x"), way: "scp" }) },
    ],
    [
      "a recording of another's session",
      { fd: 4, hex: encoded({ type: "terminal-size", session: id, terminal: 0, atMs: 0, columns: 1, rows: 1 }) },
    ],
    [
      "a kind that only the sensor reports",
      { fd: 4, hex: encoded({ type: "observation", session: 1, observation: { kind: "sensor.stop", fields: { reason: "x" } } }) },
    ],
    ["a file that is not open", { fd: 4, hex: encoded({ type: "file-bytes", session: 1, file: 9, bytes: Buffer.from("x") }) }],
    [
      "a recording from the future",
      { fd: 4, hex: encoded({ type: "terminal-size", session: 1, terminal: 0, atMs: 4_000_000_000, columns: 1, rows: 1 }) },
    ],
    ["more memory than is allowed", { fd: 4, hex: encoded({ type: "keep", session: 1, value: Buffer.alloc(1_500) }) }],
    ["an unknown type", { fd: 4, hex: "00000001ff" }],
    ["an empty frame", { fd: 4, hex: "00000000" }],
    ["a frame of 4 GiB", { fd: 4, hex: "ffffffff" }],
    ["a frame cut short", { fd: 4, hex: "00000006020000000100" }],
    ["ready twice", { fd: 4, hex: encoded({ type: "ready" }) }],
    ["garbage without end", { flood: 4, byte: 0x41 }],
    ["signs of life without end", { flood: 4, byte: 0 }],
    ["an acknowledgement that nobody waits for", { fd: 3, hex: Buffer.from('{"cmd":"NODE_HANDLE_ACK"}\n').toString("hex") }],
    ["a refusal of a socket", { fd: 3, hex: Buffer.from('{"cmd":"NODE_HANDLE_NACK"}\n').toString("hex") }],
    ["a handle", { fd: 3, hex: Buffer.from('{"cmd":"NODE_HANDLE","type":"net.Server"}\n').toString("hex") }],
    ["a message to Node's own parts", { fd: 3, hex: Buffer.from('{"cmd":"NODE_SOCKET_COUNT"}\n').toString("hex") }],
    ["broken JSON", { fd: 3, hex: Buffer.from("{\n").toString("hex") }],
    ["a line without end", { flood: 3, byte: 0x20 }],
    ["an ordinary message", { message: { order: "start" } }],
  ];

  for (const [what, order] of forged) {
    test(`${what}: the worker is replaced, the event tells, others go on`, async () => {
      await using sensor = await startTestSensor({
        decoys: { hostile: {}, echo: {} },
        modules: MODULES,
        workers: 2,
        limits: { session: { keptBytes: 1_000 } },
      });
      const attacker = await new Conversation(sensor.port("hostile")).connected();
      const other = await new Conversation(sensor.port("echo")).connected();
      await other.hears("hello");
      attacker.say(JSON.stringify(order));
      await sensor.keep.waitFor((event) => event.kind === "worker.hostile");
      await sensor.keep.waitFor((event) => event.kind === "worker.replaced");
      const closed = await sensor.keep.waitFor((event) => event.kind === "connection.close");
      assert.equal(closed.fields["by"], "worker");
      await other.say("still here").hears("still here");
      const allowed = ["connection.open", "connection.close", "worker.hostile", "worker.replaced"];
      assert.deepEqual([...new Set(sensor.events().map((event) => event.kind))].sort(), allowed.sort());
      assert.equal(sensor.host.workers.length, 2);
      other.socket.destroy();
    });
  }
});
