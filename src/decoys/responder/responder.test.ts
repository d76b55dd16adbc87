import assert from "node:assert/strict";
import { join } from "node:path";
import test from "node:test";
import { checkShape } from "../../shape/shape.ts";
import { checkDecoy } from "../../testkit/check-decoy.ts";
import { FakePeer } from "../../testkit/fake-peer.ts";
import { runTalks } from "../../testkit/run-talk.ts";
import { responder } from "./decoy.ts";
import { responderOptions } from "./options.ts";

const coded = (text: string) => Buffer.from(text, "latin1").toString("base64");
const says = (text: string) => [{ bytes: coded(text) }];

const { value: options } = checkShape(responderOptions, {
  services: [
    {
      port: 21,
      rows: [
        { shows: "example.ftp.features", on: coded("FEAT"), until: coded("\r\n"), answer: says("211 End\r\n") },
        { shows: "example.ftp.system", on: coded("SYST"), until: coded("\r\n"), answer: says("215 X\r\n") },
        { shows: "example.ftp.banner", greeting: says("220 Welcome\r\n"), answer: [] },
      ],
    },
    {
      port: 80,
      rows: [
        { shows: "example.http.one", on: coded("GET /one "), until: coded("\r\n\r\n"), answer: says("one"), closes: true },
        {
          shows: "example.http.two",
          on: coded("GET /two "),
          until: coded("\r\n\r\n"),
          answer: [...says("HTTP/1.1 200 OK\r\n\r\nfor "), { header: "Host" }],
          closes: true,
        },
      ],
    },
    {
      port: 102,
      rows: [{ shows: "example.binary", on: coded("\x03\0"), least: 6, answer: [...says("\xff"), { echoAt: 4, echoSize: 2 }] }],
    },
  ],
});
assert.ok(options !== undefined);

const PORTS: Readonly<Record<string, number>> = { ftp: 21, pipelined: 21, http: 80, binary: 102, nothing: 1 };

runTalks(join(import.meta.dirname, "talks"), ({ name }) => {
  const peer = new FakePeer({ local: { address: "192.0.2.10", port: PORTS[name] ?? 0 } });
  return { peer, session: responder.open(peer, { options, persona: {} }) };
});

checkDecoy({
  decoy: responder,
  settings: { options, persona: {} },
  peer: { local: { address: "192.0.2.10", port: 21 } },
  openings: ["FEAT\r\n", "USER a\r\nFEAT"].map((text) => Buffer.from(text, "latin1")),
  maxBytesPerTurn: 4096,
  maxBytesUnread: 65_536,
});

test("whoever says more than anything waits for is let go", () => {
  const peer = new FakePeer({ local: { address: "192.0.2.10", port: 21 } });
  const session = responder.open(peer, { options, persona: {} });
  session.start?.();
  for (let turn = 0; turn < 4; turn++) session.receive(Buffer.alloc(4096, "x"));
  assert.ok(peer.take().some(({ what }) => what === "hangUp"));
});
