import assert from "node:assert/strict";
import { test } from "node:test";
import { formatFloat, formatInteger } from "./number-format.ts";

const how = (flags = "", width = 0, precision?: number) => ({ flags, width, precision });

test("writes integers as C's printf does", () => {
  assert.equal(formatInteger(31n, "x", how("#0", 8)), "0x00001f");
  assert.equal(formatInteger(8n, "o", how("#", 0, 3)), "010");
  assert.equal(formatInteger(0n, "d", how("", 3, 0)), "   ");
  assert.equal(formatInteger(-1n, "u", how()), "18446744073709551615");
  assert.equal(formatInteger(5n, "d", how("0", 4, -1)), "0005");
});

test("writes floating point as C's printf does", () => {
  assert.equal(formatFloat(1.5e10, "g", how()), "1.5e+10");
  assert.equal(formatFloat(1e22, "f", how("", 0, 1)), "10000000000000000000000.0");
  assert.equal(formatFloat(-0, "e", how("", 14)), " -0.000000e+00");
  assert.equal(formatFloat(Number.POSITIVE_INFINITY, "F", how("0+", 6)), "  +INF");
});

test("takes any precision that a stranger gives", () => {
  assert.equal(formatFloat(1, "f", how("", 0, -6)), "1.000000");
  assert.match(formatFloat(0.0001, "g", how("", 0, 100)), /^0\.0001/);
  assert.match(formatFloat(1, "e", how("", 0, 1e9)), /^1\.0{100}e\+00$/);
});
