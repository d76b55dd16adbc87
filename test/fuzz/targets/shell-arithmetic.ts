import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { ArithmeticProblem, evaluate } from "../../../src/shell/language/arithmetic.ts";
import type { FuzzTarget } from "../fuzz-target.ts";

/** An expression over a few variables, of which some are expressions or refer to themselves: a 64-bit number, or a problem. */
function run(input: Uint8Array): void {
  const variables = new Map([
    ["a", "7"],
    ["b", "a+1"],
    ["c", "c+1"],
    ["d", "(("],
    ["e", ""],
  ]);
  const ports = {
    get: (name: string, index: string | undefined) => variables.get(index === undefined ? name : `${name}[${index}]`),
    set: (name: string, index: string | undefined, value: string) => {
      variables.set(index === undefined ? name : `${name}[${index}]`, value);
    },
  };
  try {
    const value = evaluate(Buffer.from(input).toString("latin1"), ports);
    assert.equal(BigInt.asIntN(64, value), value);
  } catch (problem) {
    if (!(problem instanceof ArithmeticProblem)) throw problem;
  }
}

export const target: FuzzTarget = {
  name: "shell-arithmetic",
  run,
  share: 0.25,
  maxInputBytes: 8_000,
  seeds: [
    "1+2*3-4/5%6",
    "a=b, b++ + --a, c",
    "(a<b)?a:b ? 1 : 0",
    "0x1f | 017 & 2#101 ^ ~36#zZ",
    "a[1]=3, a[1]<<=2, a[b]**2 >> 1",
    "a && !b || (c, d)",
    "1/0",
    "2**63 - 9223372036854775807",
    "aaaaaaaa1 +",
  ].map((text) => Buffer.from(text)),
};
