/** The module's source on this machine: its form, and its decoder of instructions, which is the same code inside and outside the kernel. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { after } from "node:test";
import { fileURLToPath } from "node:url";
import { needs } from "../rig/needs.ts";

const SOURCE = fileURLToPath(new URL("../../kernel/module", import.meta.url));
const sources = readdirSync(SOURCE).filter((name) => /\.[ch]$/.test(name));

const folder = mkdtempSync(join(tmpdir(), "utsusemi-decoder-"));
after(() => rmSync(folder, { recursive: true, force: true }));

test("the module's source is formatted", needs("clang-format"), () => {
  const run = spawnSync("clang-format", ["--dry-run", "-Werror", ...sources.map((name) => join(SOURCE, name))], { encoding: "utf8" });
  assert.equal(run.status, 0, run.stderr);
});

test("every file of the module names its licence, and the module names the version that DKMS has", () => {
  for (const name of [...sources, "Kbuild", "Makefile"])
    assert.match(readFileSync(join(SOURCE, name), "utf8"), /^(\/\/|\/\*|#) SPDX-License-Identifier: GPL-2\.0-only/);
  const version = /PACKAGE_VERSION="(.*)"/.exec(readFileSync(join(SOURCE, "dkms.conf"), "utf8"))?.[1];
  assert.ok(version !== undefined);
  assert.match(readFileSync(join(SOURCE, "utsusemi.h"), "utf8"), new RegExp(`THIS_VERSION "${version.replaceAll(".", "\\.")}"`));
});

/** Reads lines `BITS HEX`, prints `KIND LENGTH WIDTH` for each. The bytes stand at the end of memory of their own, so that a read behind them is caught. */
const DRIVER = `
#include "decode.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void) {
  char digits[64];
  int bits;

  while (scanf("%d %63s", &bits, digits) == 2) {
    unsigned have = strcmp(digits, "-") ? strlen(digits) / 2 : 0;
    u8 *code = malloc(have + !have);
    struct instruction found;

    for (unsigned i = 0; i < have; i++) sscanf(digits + 2 * i, "%2hhx", &code[i]);
    found = decode(code, have, bits == 64);
    printf("%d %d %d\\n", found.kind, found.length, found.width);
    free(code);
  }
  return 0;
}
`;

function compileDriver(name: string, ...options: readonly string[]): string {
  const program = join(folder, name);
  writeFileSync(join(folder, "driver.c"), DRIVER);
  const checks = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-Wall", "-Wextra", "-Werror"];
  execFileSync("gcc", ["-O1", ...checks, ...options, "-I", SOURCE, "-o", program, join(folder, "driver.c"), join(SOURCE, "decode.c")]);
  return program;
}

function decoded(program: string, lines: readonly string[]): readonly string[] {
  return execFileSync(program, { input: `${lines.join("\n")}\n`, encoding: "utf8" })
    .trimEnd()
    .split("\n");
}

const kinds = { none: 0, in: 1, out: 2, string: 3, cpuid: 4 } as const;

/** Code, bits, what it is, its length and the width of its operand. */
const table: readonly (readonly [string, number, keyof typeof kinds, number, number])[] = [
  ["ed", 64, "in", 1, 4],
  ["ec", 64, "in", 1, 1],
  ["ef", 64, "out", 1, 4],
  ["ee", 64, "out", 1, 1],
  ["66ed", 64, "in", 2, 2],
  ["66ef", 32, "out", 2, 2],
  ["66ec", 64, "in", 2, 1],
  ["48ed", 64, "in", 2, 4],
  ["6648ed", 64, "in", 3, 4],
  ["6640ed", 64, "in", 3, 2],
  ["4866ed", 64, "none", 0, 0],
  ["48ed", 32, "none", 0, 0],
  ["f3ed", 64, "in", 2, 4],
  ["f36c", 64, "string", 2, 1],
  ["f36e", 64, "string", 2, 1],
  ["66f36d", 32, "string", 3, 2],
  ["6f", 64, "string", 1, 4],
  ["2e2e2e2e2e2e2e2e2e2e2e2e2e2eed", 64, "in", 15, 4],
  ["2e2e2e2e2e2e2e2e2e2e2e2e2e2e2eed", 64, "none", 0, 0],
  ["f0ed", 64, "none", 0, 0],
  ["0fa2", 64, "cpuid", 2, 0],
  ["480fa2", 64, "cpuid", 3, 0],
  ["660fa2", 32, "cpuid", 3, 0],
  ["0f", 64, "none", 0, 0],
  ["0f05", 64, "none", 0, 0],
  ["66", 64, "none", 0, 0],
  ["48", 64, "none", 0, 0],
  ["e5", 64, "none", 0, 0],
  ["f40fa2", 64, "none", 0, 0],
  ["-", 64, "none", 0, 0],
];

const gcc = needs("gcc");

test("instructions are told apart, with prefixes, length and width", gcc, () => {
  const found = decoded(
    compileDriver("decode"),
    table.map(([code, bits]) => `${bits} ${code}`),
  );
  const told = found.map((line, index) => ({ code: table[index]?.[0] ?? "", line: line.split(" ").map(Number) }));
  for (const [index, { code, line }] of told.entries()) {
    const [, , kind = "none", length, width] = table[index] ?? [];
    if (kind === "none") assert.equal(line[0], kinds.none, code);
    else if (kind === "cpuid") assert.deepEqual(line.slice(0, 2), [kinds.cpuid, length], code);
    else assert.deepEqual(line, [kinds[kind], length, width], code);
  }
});

test("the instruction of test builds is in no other build", gcc, () => {
  const [instruction, cut, other] = decoded(compileDriver("decode-test", "-DUTSUSEMI_TEST_OPCODE"), ["64 f40fa2", "64 f40f", "64 f490"]);
  assert.equal(instruction, "4 3 0");
  assert.match(cut ?? "", /^0 /);
  assert.match(other ?? "", /^0 /);
});

test("no bytes are read but those that are there, and no length is above theirs", gcc, () => {
  const bytes = ["66", "67", "2e", "f3", "48", "4f", "ed", "ec", "6c", "0f", "a2", "f4", "90"];
  const pairs = bytes.flatMap((one) => bytes.map((two) => one + two));
  const all = [...bytes, ...pairs, ...pairs.flatMap((two) => bytes.map((three) => two + three))];
  const found = decoded(
    compileDriver("decode-all"),
    all.map((code) => `64 ${code}`),
  );
  assert.equal(found.length, all.length);
  for (const [index, line] of found.entries()) {
    const [kind = 0, length = 0] = line.split(" ").map(Number);
    if (kind !== kinds.none) assert.ok(length > 0 && length * 2 <= (all[index]?.length ?? 0), `${all[index]}: ${line}`);
  }
});
