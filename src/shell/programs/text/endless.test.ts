import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { runShell } from "../../testing/run.ts";

/** Programs that a visitor writes must end when they are told to, and hold no more than they may. */
describe("endless programs", () => {
  const cases = [
    "awk 'BEGIN { while (1) n++ }'",
    "awk 'BEGIN { for (;;) x[n++] = n }'",
    "awk 'BEGIN { for (;;) s = s \"aaaaaaaaaaaaaaaaaaaaaaaa\" }'",
    "awk 'function f(n) { return f(n + 1) } BEGIN { f(1) }'",
    "echo x | sed ':a; s/x/xx/; ta'",
    "echo x | sed ':a; ba'",
    "echo x | sed 'H; G; :a; G; ba'",
    "yes | tr a b > /dev/null",
    "seq 1000000000 > /dev/null",
    "yes a | sort",
    "yes | grep -c z",
    "factor 170141183460469231731687303715884105727",
    "tail -f /etc/passwd",
    "dd if=/dev/zero of=/dev/null",
  ];
  for (const command of cases) {
    test(`${command} ends by timeout`, () => {
      const { status, signal } = runShell(
        `timeout 0.1 ${command.startsWith("echo") || command.startsWith("yes") ? `sh -c ${JSON.stringify(command)}` : command}; echo $?`,
        { forMs: 60_000 },
      );
      assert.equal(signal, undefined);
      assert.equal(status, 0);
    });
  }
});
