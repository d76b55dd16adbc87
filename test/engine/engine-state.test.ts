import assert from "node:assert/strict";
import test from "node:test";
import { BpfObject } from "../../src/steward/engine/bpf-object.ts";
import { engineState } from "../../src/steward/engine/engine-state.ts";
import { ENGINE, OBJECT } from "./program-run.ts";

test("where the kernel takes the engine's programs, it is present", ENGINE, () => {
  assert.deepEqual(engineState(), { state: "present", why: "the kernel takes its programs" });
});

test("an object that is none, and one that is not for this kernel, are refused with what was said last", ENGINE, () => {
  assert.throws(() => BpfObject.load(import.meta.filename), { code: "kernel-missing", message: /no BPF object/ });
  // Sizes that no kernel has room for.
  assert.throws(() => BpfObject.load(OBJECT, { sizes: { hostile: 0xffff_ffff } }), {
    code: "kernel-missing",
    message: /The kernel refuses the wire engine \(E/,
  });
});
