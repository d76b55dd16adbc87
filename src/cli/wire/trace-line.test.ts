import assert from "node:assert/strict";
import test from "node:test";
import type { SeenPacket } from "../../steward/verbs/api.ts";
import { traceLine } from "./trace-line.ts";

function seen(event: Partial<SeenPacket["event"]>, more: Omit<Partial<SeenPacket>, "event"> = {}): SeenPacket {
  const whole = { kind: "unused-port", atNs: "0", protocol: 6, flags: 2, interface: 2, from: "192.0.2.2", to: "192.0.2.1" } as const;
  return { sight: "packet", event: { ...whole, fromPort: 4711, toPort: 23, detail: 0, mac: "02:00:00:00:00:01", ...event }, ...more };
}

test("a line says who, what for, and what happened", () => {
  assert.equal(traceLine(seen({})), "192.0.2.2:4711 > 192.0.2.1:23 tcp  asks for a port that nobody listens on");
  assert.match(traceLine(seen({ kind: "odd-flags", flags: 0x29 })), /no stack sends \(FIN PSH URG\)$/);
  assert.match(traceLine(seen({ kind: "odd-flags", flags: 0 })), /\(none\)$/);
  assert.match(
    traceLine(seen({ kind: "proof", detail: 1, from: "2001:db8::2", to: "2001:db8::1" })),
    /^\[2001:db8::2\]:4711 > \[2001:db8::1\]:23 tcp.*tarpit$/,
  );
  assert.match(traceLine(seen({ kind: "land-dead" })), /dead to 02:00:00:00:00:01 for a minute$/);
  const matched = { pattern: "scan.xmas", weight: 40, answer: "drop" } as const;
  assert.match(
    traceLine(seen({ kind: "pattern", protocol: 1 }, matched)),
    /^192\.0\.2\.2 > 192\.0\.2\.1 icmp {2}matches scan\.xmas, weight 40: dropped$/,
  );
  assert.equal(traceLine({ sight: "lost", count: 7 }), "7 more were seen than could be shown");
});
