import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { FakePeer } from "../../testkit/fake-peer.ts";
import { bootSystem } from "../boot.ts";
import { fromBytes } from "../bytes.ts";
import { shellPersona } from "../testing/persona.ts";

/** Starts a line and lets so much simulated time pass; every turn is measured in scheduler steps by the number of alarms that ring. */
function start(line: string, ms: number) {
  const peer = new FakePeer({ persona: shellPersona });
  const system = bootSystem(peer);
  const seen = { out: 0, err: "", exited: false };
  const request = { user: "root", command: line, via: "ssh", origin: peer.visitor, destination: peer.local, number: 0 } as const;
  const running = system.start(request, {
    out: (bytes) => {
      seen.out += bytes.length;
      return true;
    },
    err: (bytes) => {
      seen.err += fromBytes(bytes);
      return true;
    },
    exited: () => {
      seen.exited = true;
    },
  });
  let rings = 0;
  for (let step = 0; step < ms && rings < 400 && peer.clock.waiting > 0; step += 1) {
    rings += ringOnce(peer);
  }
  return { peer, system, running, seen, rings };
}

/** Rings the alarms that are due within a millisecond, at most some. */
function ringOnce(peer: FakePeer): number {
  try {
    peer.clock.advance(1, 200);
    return 1;
  } catch {
    return 200;
  }
}

describe("programs that want everything", () => {
  it("an endless loop gives up its turn again and again, and ends when told", () => {
    const { running, seen, rings } = start("while :; do :; done", 50);
    assert.ok(rings >= 200, "it came back to the host between turns");
    assert.equal(seen.exited, false);
    running.signal("INT");
    assert.equal(seen.exited, true);
  });

  it("a fork bomb runs into the limit of processes and is told as bash tells", () => {
    const { seen, peer, system } = start(":(){ :|:& };:; wait; sleep 1000", 30_000);
    assert.match(seen.err, /bash: line 1: fork: retry: Resource temporarily unavailable/);
    assert.ok(peer.observations().some((one) => one.kind === "limit.reached" && one.fields.limit === "processes"));
    system.close();
    const before = peer.clock.waiting;
    peer.clock.advance(10_000);
    assert.ok(before < 10, "nothing goes on after the end");
  });

  it("yes prints at the rate that is allowed, not more", () => {
    const { seen } = start("yes", 1000);
    assert.ok(seen.out > 100_000);
    assert.ok(seen.out < 3 << 20, `${seen.out} bytes in a second`);
  });

  it("endless recursion ends as the real shell's does", () => {
    const { seen, rings } = start("f() { f; }; f", 1000);
    assert.ok(seen.exited && rings < 400);
  });

  it("a variable cannot grow for ever", () => {
    const { seen } = start("a=aaaaaaaa; while :; do a=$a$a; done", 1000);
    assert.equal(seen.exited, true);
    assert.match(seen.err, /cannot allocate/);
  });

  it("a deep nest of brackets is refused", () => {
    const { seen } = start(`${"(".repeat(5000)}`, 100);
    assert.equal(seen.exited, true);
  });

  it("output stops while the visitor does not read, and goes on when drained", () => {
    const peer = new FakePeer({ persona: shellPersona });
    const system = bootSystem(peer);
    const seen = { out: 0, reading: false };
    const request = { user: "root", command: "yes", via: "ssh", origin: peer.visitor, destination: peer.local, number: 0 } as const;
    const running = system.start(request, {
      out: (bytes) => {
        seen.out += bytes.length;
        return seen.reading;
      },
      err: () => true,
      exited: () => undefined,
    });
    peer.clock.advance(1000);
    const first = seen.out;
    assert.ok(first > 0 && first < 300_000);
    peer.clock.advance(1000);
    assert.equal(seen.out, first);
    running.drained();
    assert.ok(seen.out > first);
    system.close();
  });
});
