import assert from "node:assert/strict";
import test from "node:test";
import { type Contents, memoryFiles } from "../../detectors/views/memory-files.ts";
import { tracingFacts } from "./tracing-facts.ts";

const ordinary: Contents = {
  "/proc/sys/kernel/yama/ptrace_scope": "1\n",
  "/proc/sys/user/max_user_namespaces": "31000\n",
  "/proc/1/cgroup": "0::/init.scope\n",
};
const facts = (changes: Contents = {}) => tracingFacts(memoryFiles({ ...ordinary, ...changes }));

test("on an ordinary server all is there", () => {
  for (const { what, answer, mend } of facts()) assert.deepEqual([answer, mend], ["present", undefined], what);
});

test("what is missing is told with its cause and what helps", () => {
  const gone = { absence: "absent" } as const;
  const cases: readonly (readonly [Contents, RegExp, RegExp])[] = [
    [{ "/proc/sys/kernel/yama/ptrace_scope": "3\n" }, /ptrace_scope is 3/, /sysctl\.d/],
    [{ "/proc/sys/user/max_user_namespaces": "0\n" }, /max_user_namespaces is 0/, /as root/],
    [{ "/proc/sys/kernel/unprivileged_userns_clone": "0\n" }, /userns_clone is 0/, /as root/],
    [{ "/proc/sys/user/max_user_namespaces": gone }, /no user namespaces/, /as root/],
    [{ "/proc/1/cgroup": "0::/\n" }, /no systemd/, /container/],
  ];
  for (const [changes, cause, mend] of cases) {
    const fact = facts(changes).find(({ answer }) => answer !== "present");
    assert.ok(fact !== undefined);
    assert.equal(fact.answer, "absent");
    assert.match(fact.cause, cause);
    assert.match(fact.mend ?? "", mend);
  }
  assert.equal(facts({ "/proc/sys/kernel/yama/ptrace_scope": gone })[0]?.cause, "nothing restricts ptrace");
  assert.match(facts({ "/proc/sys/kernel/yama/ptrace_scope": "2\n" })[0]?.cause ?? "", /as root only/);
});

test("what could not be looked at is unknown", () => {
  const unseen = Object.fromEntries(Object.keys(ordinary).map((path) => [path, { absence: "denied" } as const]));
  for (const { what, answer } of facts(unseen)) assert.notEqual(answer, "absent", what);
});
