import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import type { ControlPorts } from "../../../src/control/api.ts";
import { controlRoutes } from "../../../src/control/routes.ts";
import { Gate } from "../../../src/daemon/wire/gate.ts";
import { suspectsDesk } from "../../../src/daemon/wire/suspects-desk.ts";
import { IndexReader } from "../../../src/store/index/index-reader.ts";
import { Ingest } from "../../../src/store/index/ingest.ts";
import { openTemporary } from "../../../src/store/index/schema.ts";
import { defaultSuspicion } from "../../../src/suspicion/index.ts";
import type { FuzzTarget } from "../fuzz-target.ts";

const SESSION = "019b0000-0000-7000-8000-000000000000";

/** The real routes over a real index of two events; only what the whole sensor would tell is made up. */
const app = controlRoutes(ports(), new AbortController().signal, () => "uid 0");

function ports(): ControlPorts {
  const database = openTemporary();
  const common = { v: 1, sensor: "edge", session: SESSION, decoy: "ssh", transport: "tcp", source: { address: "192.0.2.9", port: 4_000 } };
  const events = [
    { ...common, id: "019b0000-0000-7000-8000-000000000001", time: "2025-12-10T15:22:56.128000000Z", kind: "connection.open", fields: {} },
    {
      ...common,
      id: "019b0000-0001-7000-8000-000000000002",
      time: "2025-12-10T15:22:56.129000000Z",
      kind: "command.input",
      fields: { line: "uname -a", interactive: true },
    },
  ];
  new Ingest(database).apply([{ series: "evidence", events: events.map((event) => JSON.stringify(event)), next: 1 }]);
  const index = new IndexReader(database);
  return {
    archive: {
      events: (query) => index.events(query),
      session: (id) => index.session(id),
      sessions: (query) => index.sessions(query),
      files: (limit) => index.files(limit),
      counts: (span) => index.counts(span),
      recording: () => undefined,
    },
    suspects: suspectsDesk(new Gate({ settings: defaultSuspicion, state: "/nonexistent", now: () => 1_765_000_000_000 }), () => undefined),
    status: () => assert.fail("asked for the status of nothing"),
    heads: () => ({ v: 1, sensor: "edge", publicKey: "", heads: [] }),
    onDurable: () => () => undefined,
  };
}

/** The path and query of a GET, or of a POST with what follows the first line. Any may be refused; none may be a fault of ours. */
async function run(input: Uint8Array): Promise<void> {
  const [first = "", ...body] = Buffer.from(input).toString("latin1").split("\n");
  const path = `/v1/${first}`;
  if (path.includes("live") || path.includes("status")) return;
  const post = { method: "POST", headers: { "content-type": "application/json" }, body: body.join("\n") };
  const response = await app.request(new Request(new URL(path, "http://localhost").href, body.length === 0 ? {} : post));
  assert.ok([200, 400, 404, 409].includes(response.status), `${response.status} for ${path}`);
}

export const target: FuzzTarget = {
  name: "control-request",
  run,
  share: 0.15,
  maxInputBytes: 400,
  words: [
    "%00",
    "%22",
    "*",
    "+",
    "&",
    "=",
    "%F0%9F%98%80",
    "%ff",
    "..%2f",
    "AND",
    "NEAR(",
    "1969-01-01T00:00:00Z",
    "+275760-09-13T00:00:00Z",
    "-271821-04-20",
  ],
  seeds: [
    "events?text=uname&limit=5&order=oldest",
    `events?since=2025-01-01T00:00:00Z&until=2026-01-01T00:00:00Z&kind=command.input&source=192.0.2.9&session=${SESSION}`,
    "events?after=019b0000-0001-7000-8000-000000000002&text=u*%20%22a%22",
    "sessions?source=192.0.2.9&decoy=ssh&since=2025-01-01&after=zz&limit=1",
    `sessions/${SESSION}`,
    `sessions/${SESSION}/recordings/0`,
    "files",
    "suspects?state=hostile",
    'suspects/forgive\n{"source":"192.0.2.9"}',
    'suspects/trust\n{"network":"192.0.2.0/24","days":7}',
    'suspects/distrust\n{"network":"2001:db8::/32"}',
    "counts?since=2025-12-10T15:00:00Z&until=2025-12-10T16:00:00Z",
  ].map((text) => Buffer.from(text)),
};
