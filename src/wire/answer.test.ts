import assert from "node:assert/strict";
import test from "node:test";
import { type AnswerPart, answerBytes } from "./answer.ts";

const told = (parts: readonly AnswerPart[], said: string) =>
  Buffer.from(answerBytes(parts, Buffer.from(said, "latin1"))).toString("latin1");

test("an answer repeats bytes of the question, and zeros where there are none", () => {
  const parts: readonly AnswerPart[] = [
    { kind: "bytes", bytes: Buffer.from("<") },
    { kind: "echo", at: 2, size: 3 },
    { kind: "bytes", bytes: Buffer.from(">") },
  ];
  assert.equal(told(parts, "abcdefg"), "<cde>");
  assert.equal(told(parts, "abcd"), "<cd\0>");
  assert.equal(told(parts, ""), "<\0\0\0>");
});

test("an answer repeats a header, in bounds", () => {
  const via: AnswerPart = { kind: "header", name: "Via", bare: false };
  assert.equal(told([via], "OPTIONS sip:x\r\nvIA:  SIP/2.0/TCP h \r\nVia: other\r\n"), "SIP/2.0/TCP h");
  assert.equal(told([{ ...via, bare: true }], "Via: <a>b\r\n"), "ab");
  assert.equal(told([via], "nothing"), "");
  assert.equal(told([via], `Via: ${"x".repeat(9000)}`).length, 200);
  assert.equal(told([via], `${"y".repeat(5000)}\r\nVia: z\r\n`), "");
});
