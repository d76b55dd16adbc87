import assert from "node:assert/strict";
import { chmodSync, chownSync, copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import test from "node:test";
import { compile, folder, needsFaulting, run, specFile, TRACER, traced, vmware } from "./tracer-rig.ts";

/** Programs of every kind under the tracer: each runs as it would without, but for what is forged. */
const gcc = needsFaulting("gcc");
const rootAndGcc = needsFaulting("root", "gcc", "setpriv");
const NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] as const;

test("threads, children by vfork, chains of execs, an exec of one thread among many: all are answered", gcc, () => {
  for (const program of [compile("tree"), compile("tree", "-static")])
    for (const [args, stdout] of [
      [["threads", "8"], "forged 800, real 0\n"],
      [["vfork", "20"], "forged 20, real 0\n"],
      [["execs", "200"], "forged 1, real 0\n"],
      [["thread-exec"], "forged 200, real 0\n"],
    ] as const) {
      const ran = traced(vmware, program, ...args);
      assert.deepEqual([ran.status, ran.stdout], [0, stdout], args.join(" "));
    }
});

test("a storm of 200 programs, and 100 at the same time, through shells", gcc, () => {
  const one = `${compile("tree")} one`;
  const storm = `n=0; for i in $(seq 200); do sh -c '${one}' && n=$((n+1)); done; echo $n`;
  assert.equal(traced(vmware, "sh", "-c", storm).stdout, "200\n");
  const crowd = `for i in $(seq 100); do (${one} && echo y) & done; wait`;
  assert.equal(traced(vmware, "sh", "-c", crowd).stdout.length, 200);
});

test("a program sees its own faults, others' signals, stops and single steps, and none of ours", gcc, () => {
  const program = compile("signals");
  assert.deepEqual(run([program]).stdout, "well\n", "without the tracer");
  assert.deepEqual(traced(vmware, program).stdout, "well\n");
});

test("a program of 32 bits is answered as well", gcc, () => {
  const flags = ["-m32", "-nostdlib", "-static", "-no-pie", "-fno-pie", "-fno-stack-protector"];
  const program = compile("narrow", ...flags);
  assert.notEqual(run([program]).stdout, "VMwareVMware\n");
  const ran = traced(vmware, program);
  assert.deepEqual([ran.status, ran.stdout], [7, "VMwareVMware\n"]);
});

test(
  "a debugger inside the tree is refused at once, in every way; so are the switch itself and children that cannot be traced",
  gcc,
  () => {
    const refused = ["PTRACE_TRACEME", "PTRACE_ATTACH", "PTRACE_SEIZE", "ARCH_GET_CPUID", "ARCH_SET_CPUID", "CLONE_UNTRACED"];
    assert.equal(traced(vmware, compile("debugger")).stdout, refused.map((what) => `${what}: EPERM\n`).join(""));
  },
);

test("exit status and signal are the command's own; so are its process id and its files", needsFaulting(), () => {
  assert.equal(traced(vmware, "sh", "-c", "exit 42").status, 42);
  assert.equal(traced(vmware, "sh", "-c", "kill -TERM $$").signal, "SIGTERM");
  assert.equal(traced(vmware, "sh", "-c", "kill -SEGV $$").signal, "SIGSEGV");
  const { stdout } = run(["sh", "-c", `echo $$; exec ${TRACER} ${vmware} -- sh -c 'echo $$'`]);
  const [before, under] = stdout.split("\n");
  assert.equal(before, under);
  const own = ["sh", "-c", 'ls /proc/self/fd | tr "\\n" " "; wait; echo "$PPID"'];
  assert.equal(traced(vmware, ...own).stdout, run(own).stdout);
  assert.match(run(own).stdout, new RegExp(` ${process.pid}\\n$`));
});

test("a set-uid program keeps its rights under root's tracer, and is an ordinary one under another's", rootAndGcc, () => {
  const program = compile("rights");
  chownSync(program, 0, 0);
  chmodSync(program, 0o4755);
  assert.equal(run([...NOBODY, program]).stdout, "65534 0 real\n", "the folder allows set-uid programs");
  assert.equal(traced(vmware, ...NOBODY, program).stdout, "65534 0 forged\n");
  assert.equal(run([...NOBODY, TRACER, vmware, "--", program]).stdout, "65534 65534 forged\n");
});

test("without root all but set-uid is the same; a program whose memory is closed to us is left to the processor", rootAndGcc, () => {
  const asNobody = (...command: readonly string[]) => run([...NOBODY, TRACER, vmware, "--", ...command]);
  assert.equal(asNobody(compile("tree"), "threads", "4").stdout, "forged 400, real 0\n");
  assert.equal(asNobody(compile("closed")).stdout, "forged real\n");
  assert.equal(traced(vmware, compile("closed")).stdout, "forged forged\n");
  const unreadable = join(folder, "unreadable");
  copyFileSync(compile("tree"), unreadable);
  chmodSync(unreadable, 0o711);
  assert.equal(asNobody(unreadable, "asking", "2", "1").stdout, "forged 0, real 2\n");
});

test("where CPUID cannot be made to fault that is said, and the port alone is forged", gcc, () => {
  const without = compile("without-faulting");
  const ran = run([without, TRACER, vmware, "--", compile("vmware-question")]);
  assert.match(ran.stderr, /cannot make CPUID fault .*only the port/);
  assert.match(ran.stdout, /^564d5868 10 5658 4: 6 564d5868 2 5658$/m);
  assert.equal(run([without, TRACER, vmware, "--", compile("tree"), "asking", "2", "0"]).stdout, "forged 0, real 2\n");
  const asked = run([TRACER, "--no-cpuid", vmware, "--", compile("tree"), "asking", "2", "0"]);
  assert.deepEqual([asked.stdout, asked.stderr], ["forged 0, real 2\n", ""]);
});

test("what cannot be begun is said, with status 125, 126 or 127", () => {
  const mistakes: Readonly<Record<string, RegExp>> = {
    "": /:1: the last line has no end/,
    "utsusemi-tracer 2\n": /:1: the first line/,
    "utsusemi-tracer 1\ncpuid 1 * 0 0 0\n": /:2: `cpuid` takes/,
    "utsusemi-tracer 1\n\ncpuid 1 0 0 0 0 0\ncpuid 1 * 0 0 0 0\n": /:4: a leaf that has its answer/,
    "utsusemi-tracer 1\ncpuid 100000000 * 0 0 0 0\n": /:2: not a leaf/,
    "utsusemi-tracer 1\ncpuid -1 * 0 0 0 0\n": /:2: not a leaf/,
    "utsusemi-tracer 1\nmask 1 * rax 0 0\n": /:2: not a register/,
    "utsusemi-tracer 1\nabsent 0 5\n": /:2: the first leaf/,
    "utsusemi-tracer 1\nport 10000 0 0 0 0\n": /:2: not a command/,
    "utsusemi-tracer 1\nport a time\nport a time\n": /:3: a command that has its answer/,
    "utsusemi-tracer 1\nothers 1\nothers 1\n": /:3: `others` for the second/,
    "utsusemi-tracer 1\nothers  1\n": /:2: words/,
    "utsusemi-tracer 1\nother 1\n": /:2: a line begins/,
    "utsusemi-tracer 1\nothers 1": /:2: the last line/,
    "utsusemi-tracer 1\n\0others 1\n": /a byte of zero/,
    [`utsusemi-tracer 1\n${"absent 1 2\n".repeat(257)}`]: /:258: too many/,
    [`utsusemi-tracer 1\n${"#".repeat(70_000)}\n`]: /cannot read/,
  };
  for (const [text, why] of Object.entries(mistakes)) {
    const ran = traced(specFile("mistake", text), "true");
    assert.equal(ran.status, 125, text.slice(0, 80));
    assert.match(ran.stderr, why);
  }
  assert.equal(traced(join(folder, "no.spec"), "true").status, 125);
  assert.equal(run([TRACER]).status, 125);
  assert.equal(run([TRACER, "--odd", vmware, "--", "true"]).status, 125);
  assert.equal(run([TRACER, "--events", "77", vmware, "--", "true"]).status, 125);
  assert.equal(traced(vmware, "no-such-program").status, 127);
  assert.match(traced(vmware, TRACER, vmware, "--", "true").stderr, /may not be traced/, "a tracer in a tracer");
  const plain = join(folder, "plain");
  writeFileSync(plain, "text");
  assert.equal(traced(vmware, plain).status, 126);
});
