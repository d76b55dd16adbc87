import assert from "node:assert/strict";
import { chmodSync, chownSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import test from "node:test";
import { encodeTracerSpec } from "../../src/disguise/tracer/tracer-spec.ts";
import { asVmware, compilePreloaded, LIBRARY, preloaded } from "./preload-rig.ts";
import { compile, folder, needsFaulting, type Ran, run, specFile, vmwareSpec } from "./tracer-rig.ts";

/** Programs of every kind with the library: each runs as it would without, but for what is forged. */
const gcc = needsFaulting("gcc");

/** Cases of segv.c. */
const FAULTS = [
  "faults",
  "apart",
  "repaired",
  "dies",
  "halts",
  "ignored",
  "nested",
  "once",
  "killed",
  "raised",
  "aborted",
  "sent",
  "waited",
];
const BELIEFS = ["thread", "blocked-thread", "relatives", "asked-back", "other-handler", "vforked", "forked"];

for (const name of [...FAULTS, ...BELIEFS])
  test(`SIGSEGV, "${name}": output, status and signal are the same with the library as without`, gcc, () => {
    const program = compilePreloaded("segv");
    const without = run([program, name]);
    assert.ok(without.stdout !== "" || without.signal !== null, "the case does something");
    assert.deepEqual(asVmware(program, name), without);
  });

test("threads, children by vfork, chains of execs, an exec of one thread among many: all are answered", gcc, () => {
  const program = compile("tree");
  for (const [args, stdout] of [
    [["threads", "8"], "forged 800, real 0\n"],
    [["vfork", "20"], "forged 20, real 0\n"],
    [["execs", "200"], "forged 1, real 0\n"],
    [["thread-exec"], "forged 200, real 0\n"],
  ] as const) {
    const ran = asVmware(program, ...args);
    assert.deepEqual([ran.status, ran.stdout], [0, stdout], args.join(" "));
  }
});

test("a storm of 200 programs, and 100 at the same time, through shells", gcc, () => {
  const one = `${compile("tree")} one`;
  const storm = `n=0; for i in $(seq 200); do sh -c '${one}' && n=$((n+1)); done; echo $n`;
  assert.equal(asVmware("sh", "-c", storm).stdout, "200\n");
  const crowd = `for i in $(seq 100); do (${one} && echo y) & done; wait`;
  assert.equal(asVmware("sh", "-c", crowd).stdout.length, 200);
});

test("a program sees its own faults, others' signals, stops and single steps, and none of ours", gcc, () => {
  const program = compile("signals");
  assert.equal(run([program]).stdout, "well\n", "without the library");
  assert.deepEqual(asVmware(program).stdout, "well\n");
});

test(
  "interpreters start, load libraries that ask the processor, and start programs, in other languages also",
  needsFaulting("python3", "systemd-detect-virt"),
  () => {
    const python = "import faulthandler, ssl, subprocess; faulthandler.enable(); print(subprocess.getoutput('systemd-detect-virt --vm'))";
    assert.equal(asVmware("python3", "-c", python).stdout, "vmware\n");
    assert.equal(asVmware("perl", "-MPOSIX", "-e", 'setlocale(LC_ALL, ""); print `systemd-detect-virt --vm`').stdout, "vmware\n");
    const node = "console.log(require('node:child_process').execSync('systemd-detect-virt --vm').toString())";
    assert.equal(asVmware(process.execPath, "-e", node).stdout, "vmware\n\n");
    assert.equal(asVmware("bash", "-c", "trap 'echo trapped' SEGV; kill -SEGV $$; systemd-detect-virt --vm").stdout, "trapped\nvmware\n");
  },
);

test("a fault in Python is told and ends it as without", needsFaulting("python3"), () => {
  const program = "import ctypes; ctypes.string_at(16)";
  const handled = `import faulthandler; faulthandler.enable(); ${program}`;
  for (const text of [program, handled]) {
    const without = run(["python3", "-c", text]);
    assert.equal(without.signal, "SIGSEGV");
    assert.deepEqual(withoutThread(asVmware("python3", "-c", text)), withoutThread(without));
  }
});

/** Where a thread's own memory is differs from run to run. */
const withoutThread = (ran: Ran): Ran => ({ ...ran, stderr: ran.stderr.replace(/thread 0x[0-9a-f]+/, "thread") });

test("behind a filter of system calls a program has the true processor and is not killed; its other threads go on", gcc, () => {
  const program = compilePreloaded("sandbox");
  const real = run([program, "s"]).stdout;
  assert.match(real, /^before (\S+) refused refused\nthread before \1 refused refused\nafter \1 refused refused\nthread after \1 /);
  const [, vendor] = /^before (\S+)/.exec(real) ?? [];
  for (const how of ["p", "q", "s", "t"]) {
    const ran = asVmware(program, how);
    const lines = [
      "before VMwareVMware answered answered",
      "thread before VMwareVMware answered answered",
      `after ${vendor} refused refused`,
      "thread after VMwareVMware refused refused",
      "entered 0, an error is still told: -1",
    ];
    assert.deepEqual([ran.status, ran.stdout.trimEnd().split("\n")], [0, lines], how);
  }
});

test(
  "what it is not made for runs as without: programs without a C library, and of set-uid",
  needsFaulting("root", "gcc", "setpriv"),
  () => {
    const bare = compilePreloaded("without-libc", "-nostdlib", "-pie", "-fPIE", "-Wl,--dynamic-linker=/lib64/ld-linux-x86-64.so.2");
    assert.equal(asVmware(bare).status, 3);
    const setUid = compilePreloaded("leaves");
    const ask = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", setUid, "40000000.0"] as const;
    const [real, forged] = [run(ask).stdout, asVmware(...ask).stdout];
    assert.notEqual(real, forged);
    chownSync(setUid, 0, 0);
    chmodSync(setUid, 0o4755);
    assert.equal(asVmware(...ask).stdout, real);
  },
);

test("with no spec, or one that has a mistake, programs have the true processor and nothing is said", gcc, () => {
  const program = compilePreloaded("leaves");
  const ask = [program, "40000000.0", "1.0", "7.0"] as const;
  const blind = (text: string) => text.replaceAll(/^(1\.0 \d+) \d+/gm, "$1");
  const real = blind(run(ask).stdout);
  const good = encodeTracerSpec(vmwareSpec);
  const specs = ["", "utsusemi-tracer 2\n", good.trimEnd(), `${good}nonsense\n`, `${good}\0`, `${good}${"#".repeat(70_000)}\n`];
  const files = specs.map((text, at) => specFile(`mistake-${at}`, text));
  for (const file of [...files, "/nowhere/at/all", "/proc/self/mem", "/dev/null", folder]) {
    const ran = preloaded(file, ...ask);
    assert.deepEqual([ran.status, blind(ran.stdout), ran.stderr], [0, real, ""], file);
  }
  assert.notEqual(blind(preloaded(specFile("good", good), ...ask).stdout), real);
});

test("a spec of the port alone leaves CPUID to the processor", gcc, () => {
  const { vmwarePort = {} } = vmwareSpec;
  const file = specFile("port", encodeTracerSpec({ vmwarePort }));
  assert.match(preloaded(file, compile("vmware-question")).stdout, /^564d5868 10 5658 4: 6 564d5868 2 5658$/m);
  const leaf = [compilePreloaded("leaves"), "40000000.0"] as const;
  assert.equal(preloaded(file, ...leaf).stdout, run(leaf).stdout);
});

test("whoever cleans the environment is rid of it: the program behind has the true processor", gcc, () => {
  const leaf = [compilePreloaded("leaves"), "40000000.0"] as const;
  assert.equal(asVmware("env", "-i", ...leaf).stdout, run(leaf).stdout);
  assert.ok(readFileSync(LIBRARY).length > 0);
});

test("a library that stood there before is still loaded, behind ours", gcc, () => {
  const other = join(folder, "other.c");
  writeFileSync(other, '#include <unistd.h>\n__attribute__((constructor)) static void begin(void) { (void)!write(1, "other\\n", 6); }\n');
  const library = join(folder, "other.so");
  assert.equal(run(["gcc", "-shared", "-fPIC", "-o", library, other]).status, 0);
  const ran = run([
    "env",
    `LD_PRELOAD=${LIBRARY}:${library}`,
    `MACHINE_PROFILE=${specFile("both", encodeTracerSpec(vmwareSpec))}`,
    "sh",
    "-c",
    "true",
  ]);
  assert.deepEqual([ran.status, ran.stdout], [0, "other\n"]);
});
