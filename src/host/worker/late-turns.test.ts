import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { LateTurns } from "./late-turns.ts";

let elapsedMs = 0;
beforeEach(() => {
  elapsedMs = 0;
  mock.restoreAll();
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
  mock.method(performance, "now", () => elapsedMs);
});

function pass(ms: number): void {
  elapsedMs += ms;
  mock.timers.tick(ms);
}

test("each comes as late as the others, in order", () => {
  const late = new LateTurns(200);
  const done: string[] = [];
  late.add(() => done.push("one"));
  pass(50);
  late.add(() => done.push("two"));
  pass(149);
  assert.deepEqual(done, []);
  pass(1);
  assert.deepEqual(done, ["one"]);
  pass(50);
  assert.deepEqual(done, ["one", "two"]);
});

test("what is due while nothing is wanted comes when it is", () => {
  const late = new LateTurns(200);
  const done: string[] = [];
  late.add(() => {
    done.push("one");
    late.hold(true);
  });
  late.add(() => done.push("two"));
  pass(500);
  assert.deepEqual(done, ["one"]);
  late.hold(false);
  pass(1);
  assert.deepEqual(done, ["one", "two"]);
});

test("of a visitor who has left nothing is lost, but what was not wanted", () => {
  const late = new LateTurns(200);
  const done: string[] = [];
  late.add(() => done.push("one"));
  late.settle();
  assert.deepEqual(done, ["one"]);
  late.add(() => done.push("two"));
  late.hold(true);
  late.settle();
  late.hold(false);
  pass(500);
  assert.deepEqual(done, ["one"]);
});
