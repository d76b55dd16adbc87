import assert from "node:assert/strict";
import test from "node:test";
import { OperatorError } from "../../errors/operator-error.ts";
import { LineFrame } from "./line-frame.ts";
import { parseRequest, refusal, refused } from "./messages.ts";

test("a request has a verb and its arguments, and nothing else", () => {
  assert.deepEqual(parseRequest('{"verb":"disguise.status","arguments":{}}'), { verb: "disguise.status", arguments: {} });
  const bad = ["", "{", "null", "[]", '"x"', "{}", '{"verb":5}', '{"verb":"a b","arguments":{}}', '{"verb":"a","arguments":{},"more":1}'];
  for (const line of bad) {
    const reply = parseRequest(line);
    assert.ok("line" in reply && reply.line === "refused" && reply.code === "steward-refused", line);
  }
});

test("a refusal reads the same on the other side; a code that nobody knows is the steward's own", () => {
  const sent = refusal(new OperatorError("disguise-applied", "x is applied.", { next: "y" }));
  assert.ok(sent.line === "refused");
  const { code, message, next } = refused(sent);
  assert.deepEqual([code, message, next], ["disguise-applied", "x is applied.", "y"]);
  assert.equal(refused({ ...sent, code: "of-tomorrow" }).code, "steward-refused");
});

test("a line is put together from whatever pieces come, and is bounded", () => {
  const frame = new LineFrame(8);
  assert.equal(frame.push(Buffer.from("ab")), "more");
  assert.deepEqual(frame.push(Buffer.from("cd\nrest")), { line: "abcd" });
  const long = new LineFrame(8);
  assert.equal(long.push(Buffer.from("1234567")), "more");
  assert.equal(long.push(Buffer.from("8")), "too-long");
  assert.deepEqual(new LineFrame(8).push(Buffer.from("1234567\n")), { line: "1234567" });
});
