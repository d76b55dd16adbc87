import assert from "node:assert/strict";
import test from "node:test";
import { loadPatterns, matchPatterns } from "../../src/patterns/index.ts";
import { buildPacket } from "../../src/patterns/testing/build-packet.ts";
import { needs } from "../rig/needs.ts";
import { type Client, clients, record } from "./real-clients.ts";

/**
 * The installed versions of ordinary programs speak to a listener on loopback, and no pattern recognises what they say. What other versions said
 * stands in `signatures/wire/benign/recorded.yaml`.
 */
const { patterns } = loadPatterns();

const byProgram = Map.groupBy(clients, ({ program }) => program);

for (const [program, own] of byProgram) {
  test(`no pattern recognises what ${program} says`, needs(program), async () => {
    for (let at = 0; at < own.length; at += 4) {
      const recorded = await Promise.all(own.slice(at, at + 4).map(said));
      for (const found of recorded) assert.deepEqual(found, []);
    }
  });
}

/** Ids of the patterns that recognise what a client says. */
async function said(client: Client): Promise<readonly string[]> {
  const recorded = await record(client);
  assert.ok(recorded !== undefined && recorded.packets.length > 0, `${client.who} said nothing`);
  return recorded.packets.flatMap((payload, index) => {
    const bytes = buildPacket({ protocol: "tcp", toPort: client.port, payload: payload.subarray(0, 1400) });
    return matchPatterns(patterns, bytes, { direction: "in", flow: index === 0 ? "first" : "later" });
  });
}
