import assert from "node:assert/strict";
import test from "node:test";
import { memoryFiles } from "../../views/memory-files.ts";
import { processesOf, processFiles, processOf, programOf } from "./processes.ts";

test("processes are read as they were written, by ascending pid", () => {
  const init = { pid: 1, ppid: 0, name: "systemd", state: "S", arguments: ["/sbin/init", "splash"], uid: 0, tracer: 0, startTicks: 3 };
  const odd = { pid: 12, ppid: 1, name: "a) S 1 (b", state: "R", arguments: [], uid: 1000, tracer: 7, startTicks: 991 };
  const files = memoryFiles({ ...processFiles([odd, init]), "/proc/uptime": "1 1\n", "/proc/99/comm": "gone\n" });
  assert.deepEqual(processesOf(files), [init, odd]);
  assert.deepEqual(processOf(files, 12), odd);
  assert.equal(processOf(files, 99), undefined);
});

test("a real stat line gives its start", () => {
  const line =
    "742 (sshd) S 1 742 742 0 -1 4194560 1511 8821 29 91 3 2 12 11 20 0 1 0 2214 15806464 2304 18446744073709551615 1 1 0 0 0 0 0 4096 81925 0 0 0 17 3 0 0 0 0 0 0 0 0 0 0 0 0 0\n";
  const one = processOf(memoryFiles({ "/proc/742/stat": line, "/proc/742/cmdline": "sshd: /usr/sbin/sshd -D\0" }), 742);
  assert.deepEqual(one, { pid: 742, ppid: 1, name: "sshd", state: "S", arguments: ["sshd: /usr/sbin/sshd -D"], startTicks: 2214 });
  assert.equal(one && programOf(one), "sshd:");
});

test("hostile contents are no processes, and an unread /proc is unknown", () => {
  const broken = ["", "1", "(", ")(", "1 (x", "1 (x) ", "1 (x) S -4", "\0\0", `1 (${"x".repeat(100_000)}`, `1 (x) S 1${" 0".repeat(9)}`];
  for (const text of broken)
    assert.equal(processOf(memoryFiles({ "/proc/1/stat": text }), 1), undefined, JSON.stringify(text.slice(0, 40)));
  assert.equal(processesOf(memoryFiles({}, "unknown")), "unknown");
  assert.deepEqual(processesOf(memoryFiles({ "/proc/self/stat": "1 (x) S 1", "/proc/0/stat": "", "/proc/12345678901234/stat": "" })), []);
});
