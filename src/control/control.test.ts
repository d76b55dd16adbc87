import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { OperatorError } from "../errors/operator-error.ts";
import type { Event } from "../events/event.ts";
import type { ControlPorts, EventQuery, Suspect } from "./api.ts";
import { controlClient, sensorAnswers } from "./client.ts";
import { startControl } from "./server.ts";

const event: Event = {
  v: 1,
  id: "019b0000-0000-7000-8000-000000000001",
  time: "2026-01-15T10:30:00.000000000Z",
  sensor: "north",
  kind: "connection.open",
  session: "visit",
  fields: {},
};

function setUp() {
  const folder = mkdtempSync(join(tmpdir(), "utsusemi-control-"));
  const asked: EventQuery[] = [];
  const changes: (readonly [body: unknown, by: string])[] = [];
  const listeners = new Set<(events: readonly Event[]) => void>();
  const ports: ControlPorts = {
    archive: {
      events: (query) => {
        asked.push(query);
        return [event, event];
      },
      session: (id) => (id === "visit" ? [event] : []),
      sessions: () => [],
      files: () => [],
      counts: () => [],
      recording: (session, terminal) => (session === "visit" && terminal === 0 ? '{"version":2}\n' : undefined),
    },
    suspects: {
      list: () => [SUSPECT],
      forgive: (body, by) => {
        changes.push([body, by]);
        return { changed: [{ source: "192.0.2.9", from: "suspect", to: "unknown", reason: "x" }] };
      },
      trust: () => ({ status: 409, error: "full" }),
      distrust: () => ({ status: 404, error: "nobody" }),
    },
    status: () => ({
      version: "0",
      sensor: "north",
      persona: "debian-12",
      state: folder,
      pid: 1,
      startedMs: 0,
      listening: [],
      workers: 1,
      connections: 0,
      indexLagBytes: 0,
      degraded: [],
    }),
    heads: () => ({ v: 1, sensor: "north", publicKey: "", heads: [] }),
    onDurable: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  return { folder, socket: join(folder, "control.sock"), ports, asked, changes, listeners };
}

const SUSPECT: Suspect = { source: "192.0.2.9", state: "suspect", since: 0, until: 5, reason: "x", score: 60 };

test("the Unix socket is private and answers", async () => {
  const { socket, ports } = setUp();
  const control = await startControl({ socket }, ports);
  assert.equal(statSync(socket).mode & 0o777, 0o600);
  assert.equal(await sensorAnswers(socket), true);
  const status = await controlClient(socket).json("/v1/status");
  assert.ok(typeof status === "object" && status !== null && "sensor" in status && status.sensor === "north");
  await control.close();
  assert.equal(await sensorAnswers(socket), false);
});

test("a socket that a killed sensor left is replaced", async () => {
  const { socket, ports } = setUp();
  writeFileSync(socket, "");
  const control = await startControl({ socket }, ports);
  assert.equal(await sensorAnswers(socket), true);
  await control.close();
});

test("queries are passed on, and wrong ones refused", async () => {
  const { socket, ports, asked } = setUp();
  const control = await startControl({ socket }, ports);
  const client = controlClient(socket);
  const found = await Array.fromAsync(client.lines("/v1/events?kind=fault&limit=5"));
  assert.deepEqual(found, [event, event]);
  assert.deepEqual(asked, [{ kind: "fault", limit: 5 }]);
  assert.deepEqual(await client.json("/v1/events?limit=0"), { error: "limit must be a whole number from 1 to 999999" });
  assert.match(JSON.stringify(await client.json("/v1/events?kin=x")), /kin is not known/);
  assert.match(JSON.stringify(await client.json("/v1/events?since=soon")), /RFC 3339/);
  assert.equal(await client.text("/v1/sessions/visit/recordings/0"), '{"version":2}\n');
  assert.equal(await client.text("/v1/sessions/visit/recordings/9"), undefined);
  assert.equal(await client.text("/v1/nothing"), undefined);
  await control.close();
});

test("live events come as they become durable, until the reader goes", async () => {
  const { socket, ports, listeners } = setUp();
  const control = await startControl({ socket }, ports);
  const live = controlClient(socket).lines("/v1/events/live");
  assert.deepEqual((await live.next()).value, { live: true });
  const first = live.next();
  while (listeners.size === 0) await new Promise((resolve) => setImmediate(resolve));
  for (const listener of listeners) listener([event]);
  assert.deepEqual((await first).value, event);
  await live.return(undefined);
  await control.close();
});

test("sources are listed, and changed by what is sent as JSON, with who did it", async () => {
  const { socket, ports, changes } = setUp();
  const control = await startControl({ socket }, ports);
  const client = controlClient(socket);
  const refusal = (status: number, error: string) => new OperatorError("usage", `${status} ${error}`);
  assert.deepEqual(await client.json("/v1/suspects?state=suspect"), [SUSPECT]);
  assert.deepEqual(await client.json("/v1/suspects?state=hostile"), []);
  assert.match(JSON.stringify(await client.json("/v1/suspects?state=odd")), /must be one of/);
  assert.match(JSON.stringify(await client.json("/v1/suspects?x=1")), /x is not known/);
  await client.post("/v1/suspects/forgive", { source: "192.0.2.9" }, refusal);
  assert.deepEqual(changes, [[{ source: "192.0.2.9" }, `uid ${process.getuid?.()}`]]);
  await assert.rejects(client.post("/v1/suspects/trust", {}, refusal), { message: "409 full" });
  await assert.rejects(client.post("/v1/suspects/distrust", {}, refusal), { message: "404 nobody" });
  await assert.rejects(client.post("/v1/suspects/forgive", { x: "x".repeat(5000) }, refusal), { message: "413 that is too long" });
  await assert.rejects(client.post("/v1/suspects/other", {}, refusal), { message: "404 no such path" });
  await control.close();
});

test("over TCP a change needs the token and our own page as well, and JSON that says that it is JSON", async () => {
  const { folder, socket, ports, changes } = setUp();
  const tokenFile = join(folder, "token");
  const control = await startControl({ socket, tcp: { address: "127.0.0.1", port: 0, tokenFile } }, ports);
  const authorization = `Bearer ${readFileSync(tokenFile, "utf8").trim()}`;
  const post = async (headers: Record<string, string>, body = '{"source":"192.0.2.9"}') =>
    (await fetch(`http://127.0.0.1:${control.port}/v1/suspects/forgive`, { method: "POST", headers, body })).status;
  const json = { "content-type": "application/json" };
  assert.equal(await post(json), 401);
  assert.equal(await post({ ...json, authorization, origin: "http://evil.example" }), 403);
  assert.equal(await post({ authorization, "content-type": "text/plain" }), 415);
  assert.equal(await post({ ...json, authorization }, "{"), 400);
  assert.deepEqual(changes, []);
  assert.equal(await post({ ...json, authorization, "x-utsusemi-uid": "0" }), 200);
  assert.deepEqual(changes, [[{ source: "192.0.2.9" }, "token"]]);
  await control.close();
});

test("over TCP the token, the Host and the Origin must be right", async () => {
  const { folder, socket, ports } = setUp();
  const tokenFile = join(folder, "token");
  const control = await startControl({ socket, tcp: { address: "127.0.0.1", port: 0, tokenFile } }, ports);
  const token = readFileSync(tokenFile, "utf8").trim();
  assert.equal(statSync(tokenFile).mode & 0o777, 0o600);
  const ask = (headers: Record<string, string>) => askStatus(control.port ?? 0, headers);
  const authorization = `Bearer ${token}`;
  assert.equal(await ask({ authorization }), 200);
  assert.equal(await ask({}), 401);
  assert.equal(await ask({ authorization: "Bearer wrong" }), 401);
  assert.equal(await ask({ authorization, host: "evil.example" }), 421);
  assert.equal(await ask({ authorization, host: `evil.example:${control.port}` }), 421);
  assert.equal(await ask({ authorization, origin: "http://evil.example" }), 403);
  assert.equal(await ask({ authorization, origin: `http://127.0.0.1:${control.port}` }), 200);
  await control.close();
});

test("a token that others can read is refused", async () => {
  const { folder, socket, ports } = setUp();
  const tokenFile = join(folder, "token");
  writeFileSync(tokenFile, "x".repeat(40));
  chmodSync(tokenFile, 0o644);
  await assert.rejects(
    startControl({ socket, tcp: { address: "127.0.0.1", port: 0, tokenFile } }, ports),
    (error) => error instanceof OperatorError && error.code === "token-missing",
  );
});

async function askStatus(port: number, headers: Record<string, string>): Promise<number | undefined> {
  const { request } = await import("node:http");
  return new Promise((resolve, reject) => {
    const asked = request({ host: "127.0.0.1", port, path: "/v1/status", headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    asked.on("error", reject);
    asked.end();
  });
}
