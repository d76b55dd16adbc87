import assert from "node:assert/strict";
import test from "node:test";
import type { Clock } from "./clock.ts";
import { Gate } from "./gate.ts";
import { defaultLimits, type Limits } from "./limits.ts";

/** Time that passes when it is told to. */
class HandClock implements Clock {
  #nowMs = 0;
  #timers: { readonly atMs: number; readonly fn: () => void }[] = [];

  nowMs(): number {
    return this.#nowMs;
  }

  after(ms: number, fn: () => void): () => void {
    const timer = { atMs: this.#nowMs + ms, fn };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((one) => one !== timer);
    };
  }

  async pass(ms: number): Promise<void> {
    await Promise.resolve();
    for (const endMs = this.#nowMs + ms; this.#nowMs < endMs; ) {
      const next = this.#timers.sort((a, b) => a.atMs - b.atMs)[0];
      this.#nowMs = Math.min(endMs, next?.atMs ?? endMs);
      if (next !== undefined && next.atMs <= this.#nowMs) {
        this.#timers.shift();
        next.fn();
      }
      for (let turn = 0; turn < 4; turn++) await Promise.resolve();
    }
  }
}

function gate(limits: Partial<Limits> = {}) {
  const clock = new HandClock();
  const made = new Gate({ ...defaultLimits, ...limits }, clock);
  const admitted: { readonly port: string; readonly atMs: number; readonly leave: () => void }[] = [];
  const enter = (port: string, rank = 0) => {
    void made.enter(port, rank).then((leave) => leave === undefined || admitted.push({ port, atMs: clock.nowMs(), leave }));
  };
  return { clock, made, admitted, enter };
}

const mostIn = (times: readonly number[], ms: number) =>
  Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + ms).length));

test("in no second does a port see more than 4, nor the host more than 100", async () => {
  const { clock, admitted, enter } = gate({ perPortAtOnce: 1_000, perHostAtOnce: 10_000 });
  for (let port = 1; port <= 90; port++) for (let n = 0; n < 12; n++) enter(`${port}`);
  await clock.pass(30_000);
  assert.equal(admitted.length, 90 * 12);
  const timesOf = (port?: string) => admitted.filter((one) => port === undefined || one.port === port).map(({ atMs }) => atMs);
  assert.equal(mostIn(timesOf(), 1_000), 100);
  for (const port of ["1", "45", "90"]) assert.equal(mostIn(timesOf(port), 1_000), 4);
  assert.ok((admitted.at(-1)?.atMs ?? 0) < 15_000, "and it is not much slower than allowed");
});

test("as many stand at once as may, to a port and to the host", async () => {
  const { clock, admitted, enter } = gate({ perPortAtOnce: 2, perHostAtOnce: 3 });
  for (const port of ["1", "1", "1", "2", "2"]) enter(port);
  await clock.pass(5_000);
  assert.deepEqual(
    admitted.map(({ port }) => port),
    ["1", "1", "2"],
  );
  admitted[0]?.leave();
  admitted[0]?.leave();
  await clock.pass(5_000);
  assert.deepEqual(
    admitted.map(({ port }) => port),
    ["1", "1", "2", "1"],
    "leaving twice counts once",
  );
});

test("the most valuable goes first, and a full port holds nobody else up", async () => {
  const { clock, admitted, enter } = gate({ perPortAtOnce: 1, perHostASecond: 10 });
  enter("1");
  for (const [port, rank] of [
    ["1", 0],
    ["2", 9],
    ["3", 5],
  ] as const)
    enter(port, rank);
  await clock.pass(5_000);
  assert.deepEqual(
    admitted.map(({ port }) => port),
    ["1", "3", "2"],
  );
});

test("a closed gate lets nobody through, also not those who wait", async () => {
  const { clock, made, admitted, enter } = gate({ perHostAtOnce: 1 });
  enter("1");
  enter("2");
  await clock.pass(1_000);
  made.close();
  enter("3");
  await clock.pass(5_000);
  assert.equal(admitted.length, 1);
});
