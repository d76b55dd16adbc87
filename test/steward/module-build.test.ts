import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { arch, tmpdir } from "node:os";
import { join } from "node:path";
import test, { after } from "node:test";
import { buildModule } from "../../src/steward/carriers/module/build-module.ts";
import type { ModuleChange } from "../../src/steward/ledger/change.ts";
import { Ledger } from "../../src/steward/ledger/ledger.ts";
import { folderStore } from "../../src/steward/ledger/ledger-store.ts";
import { realHost } from "../../src/steward/ledger/real-host.ts";
import { kernelTree } from "../disguise/module/kernel-tree.ts";
import { needs } from "../rig/needs.ts";

/** The kernel module as it is built when a disguise is applied, and a kernel that does not take one. */
const folder = mkdtempSync(join(tmpdir(), "utsusemi-module-carrier-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const rig = arch() === "x64" ? { ...needs("gcc", "make", "strip"), timeout: 240_000 } : { skip: "the module is for x86-64" };

test("it is built for the kernel whose headers are given, without what only debuggers read", rig, async () => {
  const { headers, release } = await kernelTree("6.1");
  const built = buildModule(headers);
  assert.ok("object" in built, JSON.stringify(built));
  const text = Buffer.from(built.object).toString("latin1");
  assert.equal(text.slice(0, 4), "\u007fELF");
  assert.match(text, new RegExp(`vermagic=${release.replaceAll(".", "\\.")} SMP`));
  assert.match(text, /\0name=utsusemi\0/);
  assert.doesNotMatch(text, /\.debug_info|utsusemi-build-/);
});

test("what make or the compiler says is the reason why there is none", rig, () => {
  const broken = join(folder, "headers");
  mkdirSync(broken);
  writeFileSync(join(broken, "Makefile"), "modules:\n\t@echo 'cc1: fatal error: no compiler for this kernel' >&2; exit 1\n");
  assert.deepEqual(buildModule(broken), { refused: "make says: cc1: fatal error: no compiler for this kernel." });
  const nowhere = buildModule(join(folder, "nowhere"));
  assert.match("refused" in nowhere ? nowhere.refused : "", /^make says: .*No such file/);
});

test("a module that the kernel does not take changes nothing, and the reason is insmod's", needs("root"), () => {
  const file = join(folder, "nothing.ko");
  writeFileSync(file, "no module");
  const ledger = new Ledger(folderStore(join(folder, "ledger")), realHost());
  const settings = { path: join(folder, "control"), text: "host\n" };
  const change: ModuleChange = { kind: "module", name: "utsusemi_no_such", parameters: [], file, settings };
  assert.throws(() => ledger.apply(change), { code: "change-failed", message: /module utsusemi_no_such: .*insmod.*undone/ });
  assert.equal(existsSync(settings.path), false);
  assert.deepEqual(ledger.entries, []);
});
