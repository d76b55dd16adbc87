import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { checkShape } from "../../../src/shape/shape.ts";
import { askedShape } from "../../../src/steward/apply/asked.ts";
import { parseScope } from "../../../src/steward/apply/scope.ts";
import { LineFrame } from "../../../src/steward/process/line-frame.ts";
import { encodeReply, parseRequest } from "../../../src/steward/process/messages.ts";
import type { FuzzTarget } from "../fuzz-target.ts";

const MOST = 512;

/** Whoever may ask the steward may send anything: the first byte says in pieces of which size it comes. */
function run(input: Uint8Array): void {
  const line = lineOf(Buffer.from(input));
  if (line === undefined) return;
  const request = parseRequest(line);
  if (!("verb" in request)) {
    assert.ok(encodeReply(request).length < 16 * MOST, "a refusal is short");
    return;
  }
  const { value, problems } = checkShape(askedShape, request.arguments);
  assert.equal(value === undefined, problems.length > 0);
  for (const scope of value?.scopes ?? []) refusedOrRead(scope);
}

function lineOf(input: Buffer): string | undefined {
  const size = (input[0] ?? 0) + 1;
  const frame = new LineFrame(MOST);
  for (let at = 1; at < input.length; at += size) {
    const sofar = frame.push(input.subarray(at, at + size));
    if (sofar !== "more") return sofar === "too-long" ? undefined : sofar.line;
  }
  return undefined;
}

function refusedOrRead(text: string): void {
  try {
    const scope = parseScope(text);
    if (scope.kind !== "host") assert.doesNotMatch(scope.name, /[/\s\0]|^$/, "a name that means something else in a path or a command");
  } catch (error) {
    assert.ok(error instanceof Error && "code" in error && error.code === "scope-unknown");
  }
}

export const target: FuzzTarget = {
  name: "steward-request",
  run,
  seeds: [
    `\u007f{"verb":"disguise.apply","arguments":{"story":"lazy-honeypot","scopes":["service:web","user:ann","slice:-"],"budget":6,"with":["files.kippo"],"seed":"x"}}\n`,
    `\u0005{"verb":"disguise.status","arguments":{"story":"a","scopes":["host","tree"]}}\n`,
    "x".repeat(MOST + 8),
  ].map((text) => Buffer.from(text)),
  share: 0.1,
  maxInputBytes: MOST + 64,
  words: [
    '{"verb":"disguise.apply","arguments":',
    '{"story":"a","scopes":["host"]}',
    "service:",
    "user:",
    "slice:",
    "}\n",
    '"budget":',
    '"with":[]',
    '"seed":""',
  ],
};
