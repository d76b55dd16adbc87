import assert from "node:assert/strict";
import { arch } from "node:os";
import test from "node:test";
import { type Contents, memoryFiles } from "../../detectors/views/memory-files.ts";
import { canBePreloaded, preloadEnvironment, preloadLibrary } from "./preload.ts";
import { preloadCpuidState, preloadState } from "./preload-state.ts";

const library = "/usr/lib/machine/library.so";
const spec = "/run/machine/spec";

test("the library comes first, what was preloaded stays behind it, and the rest of the environment is as it was", () => {
  assert.deepEqual(preloadEnvironment({ library, spec }), { LD_PRELOAD: library, MACHINE_PROFILE: spec });
  assert.deepEqual(preloadEnvironment({ library, spec }, { HOME: "/root", LD_PRELOAD: "/one.so /two.so" }), {
    HOME: "/root",
    LD_PRELOAD: `${library}:/one.so:/two.so`,
    MACHINE_PROFILE: spec,
  });
});

test("twice is as once", () => {
  const once = preloadEnvironment({ library, spec }, { LD_PRELOAD: "/one.so" });
  assert.deepEqual(preloadEnvironment({ library, spec }, once), once);
});

test("a path that ld.so would take for something else is refused", () => {
  for (const path of ["library.so", "/a b.so", "/a:b.so", "/$ORIGIN/library.so", "/a\nb.so"]) {
    assert.equal(canBePreloaded(path), false, path);
    assert.throws(() => preloadEnvironment({ library: path, spec }), /ld\.so/);
  }
  assert.throws(() => preloadEnvironment({ library, spec: "spec" }), /absolute/);
});

test("there is a library where there is one for this processor", () => {
  const found = preloadLibrary();
  if (arch() === "x64") assert.match(found ?? "", /kernel\/preload\/preload-x64\.so$/);
  else assert.equal(found, undefined);
});

const glibc: Contents = {
  "/lib64/ld-linux-x86-64.so.2": "",
  [library]: "",
  "/proc/self/mountinfo": "21 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw\n30 21 0:24 / /run rw,nosuid,noexec - tmpfs tmpfs rw\n",
  "/proc/cpuinfo": "processor\t: 0\nflags\t\t: fpu cpuid_fault aes\n",
};
const MUSL = "/lib/ld-musl-x86_64.so.1";

const host = (changes: Contents, machine = "x86_64", path: string | undefined = library) => ({
  files: memoryFiles({ ...glibc, ...changes }),
  machine,
  library: path,
});
const without = (...paths: readonly string[]): Contents => Object.fromEntries(paths.map((path) => [path, { absence: "absent" }]));
const unknown = (...paths: readonly string[]): Contents => Object.fromEntries(paths.map((path) => [path, { absence: "unknown" }]));

test("present where programs load it and the processor can make CPUID fault", () => {
  assert.equal(preloadState(host({})).state, "present");
  assert.equal(preloadCpuidState(host({})).state, "present");
});

test("absent, and why: another processor, musl, a mount without execution, a library that is closed or not there", () => {
  const cases: readonly (readonly [Parameters<typeof preloadState>[0], RegExp])[] = [
    [host({}, "aarch64"), /x86-64 only/],
    [{ ...host({}), library: undefined }, /x86-64 only/],
    [host({}, "x86_64", "/a b/library.so"), /space/],
    [host({ ...without("/lib64/ld-linux-x86-64.so.2"), [MUSL]: "" }), /musl/],
    [host(without("/lib64/ld-linux-x86-64.so.2")), /glibc is not here/],
    [host(without(library)), /not where it should be/],
    [host({ [library]: { text: "", look: { mode: 0o600 } } }), /may read the library/],
    [host({ "/run/library.so": "" }, "x86_64", "/run/library.so"), /in \/run, .*noexec/],
  ];
  for (const [one, cause] of cases)
    for (const told of [preloadState(one), preloadCpuidState(one)]) {
      assert.equal(told.state, "absent", cause.source);
      assert.match(told.cause, cause);
    }
});

test("a later mount covers an earlier one at the same place", () => {
  const mounts = `${String(glibc["/proc/self/mountinfo"])}31 30 0:25 / /run rw - tmpfs tmpfs rw\n`;
  assert.equal(preloadState(host({ "/run/library.so": "", "/proc/self/mountinfo": mounts }, "x86_64", "/run/library.so")).state, "present");
});

test("a processor that cannot make CPUID fault still has the port", () => {
  const old = host({ "/proc/cpuinfo": "flags\t\t: fpu aes\n" });
  assert.equal(preloadState(old).state, "present");
  assert.deepEqual(preloadCpuidState(old).state, "absent");
  assert.match(preloadCpuidState(old).cause, /cannot make CPUID fault/);
});

test("what nobody could look at is unknown, never absent", () => {
  for (const path of ["/lib64/ld-linux-x86-64.so.2", library, "/proc/self/mountinfo"])
    assert.equal(preloadState(host(unknown(path))).state, "unknown", path);
  assert.equal(preloadCpuidState(host(unknown("/proc/cpuinfo"))).state, "unknown");
});
