import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { runShell } from "./run.ts";

/** A command line and what Debian 12's own programs answered to it, in an empty directory /tmp/w, without input. Bytes in disguise. */
interface RealCase {
  readonly run: string;
  readonly out: string;
  readonly err?: string;
  readonly status?: number;
}

/** One test for each line of a JSON table of `RealCase`. */
export function checkRealCases(table: URL): void {
  const cases: readonly RealCase[] = JSON.parse(readFileSync(table, "utf8"));
  for (const { run, out, err = "", status = 0 } of cases)
    test(run, () => {
      const got = runShell(`rm -rf /tmp/w; mkdir -p /tmp/w; cd /tmp/w; ${run}`, { input: "" });
      assert.deepEqual({ out: got.out, err: got.err, status: got.status }, { out, err, status });
    });
}
