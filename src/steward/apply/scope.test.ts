import assert from "node:assert/strict";
import test from "node:test";
import { parseScope, scopeText } from "./scope.ts";

test("a scope is read and written the same", () => {
  for (const text of ["host", "service:nginx", "service:getty@tty1", "user:deploy", "slice:system-web"])
    assert.equal(scopeText(parseScope(text)), text);
  assert.deepEqual(parseScope("service:ssh.service"), { kind: "service", name: "ssh" });
  assert.deepEqual(parseScope("slice:web.slice"), { kind: "slice", name: "web" });
});

test("what is no scope is refused", () => {
  for (const text of ["", "service:", "user:../x", "service:a/b", "service:a\nb", "user:Root", "tree", "host:x"])
    assert.throws(() => parseScope(text), { code: "scope-unknown" });
});
