import assert from "node:assert/strict";
import { test } from "node:test";
import { runShell } from "../testing/run.ts";
import { programs } from "./index.ts";

/** What no program may be upset by. */
const ARGUMENTS = [
  "",
  "''",
  "-",
  "-- -x",
  "--nosuch",
  "%s%n a=b '*'",
  "'[z-a]' '(' '\\'",
  "\"$(printf '\\377\\001')\"",
  "1 2 3 4 5",
  "/nosuch /nosuch",
];
/** It never ends by itself, and simulated time stands still while it computes. */
const ENDLESS = new Set(["yes"]);
/** Simulated time after which a program that waits is ended. */
const LIMIT_MS = 20_000;

for (const { name } of programs.filter((program) => !ENDLESS.has(program.name))) {
  test(`${name} takes any arguments`, () => {
    for (const args of ARGUMENTS) {
      const { status, signal } = runShell(`command -- '${name}' ${args} </dev/null >/dev/null 2>&1`, { forMs: LIMIT_MS });
      assert.ok(signal === undefined || /^[A-Z]+$/.test(signal), `${name} ${args}`);
      assert.ok(status >= -1 && status <= 255 && Number.isInteger(status), `${name} ${args}: ${status}`);
    }
  });
}
