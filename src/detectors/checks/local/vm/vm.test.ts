import assert from "node:assert/strict";
import test from "node:test";
import { blindLocalView, localView } from "../../../views/build-view.ts";
import type { Files } from "../../../views/files.ts";
import type { LocalView } from "../../../views/local-view.ts";
import { checks } from "./index.ts";
import { examples } from "./testing/examples.ts";
import { brandLeaves, metal, metalBut, metalFiles, metalInstructions } from "./testing/metal.ts";

const verdicts = (view: LocalView) => checks.map((check) => ({ id: check.id, ...check.judge(view) }));

test("every check has an example that shows it and one that does not, and knows nothing of a blind view", () => {
  assert.deepEqual(Object.keys(examples).sort(), checks.map(({ id }) => id).sort());
  for (const check of checks) {
    const example = examples[check.id];
    assert.ok(example !== undefined);
    assert.equal(check.judge(example.shown).verdict, "shown", check.id);
    assert.equal(check.judge(example.clean).verdict, "clean", check.id);
    assert.equal(check.judge(blindLocalView).verdict, "unknown", check.id);
  }
});

test("ids and reasons are unlike, ids lower case with dots, ratios honest", () => {
  assert.ok(checks.length >= 50);
  assert.equal(new Set(checks.map(({ id }) => id)).size, checks.length);
  assert.equal(new Set(checks.map(({ reason }) => reason)).size, checks.length);
  for (const { id, reason, ratio, family, class: kind, side, source } of checks) {
    assert.match(id, /^vm(?:\.[a-z0-9]+(?:-[a-z0-9]+)*)+$/);
    assert.match(reason, /^[A-Z].*\.$/, id);
    assert.ok(source !== "", id);
    assert.deepEqual([kind, side], ["virtual-machine", "local"]);
    assert.ok(ratio > 1 && ratio <= (family === "forged" ? 4 : 3), `${id}: ${ratio}`);
  }
});

test("a server on metal, with guests of its own, shows nothing", () => {
  const notClean = verdicts(metal).filter(({ verdict }) => verdict !== "clean");
  assert.deepEqual(notClean, []);
});

test("a server on metal seen by an ordinary user shows nothing", () => {
  const roots = Object.keys(metalFiles).filter((path) =>
    /^\/sys\/firmware\/(?:dmi|acpi)\/|(?:serial|uuid)$|^\/proc\/1\/environ$/.test(path),
  );
  const denied = Object.fromEntries(roots.map((path) => [path, { absence: "denied" as const }]));
  const { kernelLog: _, ...user } = metalBut({ files: denied, parts: { uid: 1000 } });
  assert.deepEqual(
    verdicts(user).filter(({ verdict }) => verdict === "shown"),
    [],
  );
});

/** Answers every question about files with the same bytes. */
function hostileFiles(bytes: Uint8Array): Files {
  const names = [
    "1",
    "2",
    "eth0",
    "card0",
    "hwmon0",
    "x".repeat(4000),
    "DSDT",
    "\u0000\u001b[2J",
    "0000:00:00.0",
    "__proto__",
    "constructor",
  ];
  return { read: () => bytes, list: () => names, look: () => "unknown" };
}

const flood = (piece: string, size = 2 ** 20) => Buffer.from(piece.repeat(Math.ceil(size / piece.length)), "latin1");

test("hostile contents are judged without a throw and in bounded time", () => {
  const contents = [
    Buffer.alloc(0),
    Buffer.alloc(2 ** 20),
    Buffer.alloc(2 ** 20, 0xff),
    flood("processor\t: 0\n"),
    flood("flags: hypervisor "),
    flood("\u0001\u0004\u0000\u0000\u0000\u0000"),
    flood("model name\t: "),
    flood("- / / / "),
    flood("0 "),
    flood("HYP: 0 0 "),
    Buffer.from("-1 -9999999999999999999 NaN Infinity 0x"),
  ];
  for (const bytes of contents) {
    const from = performance.now();
    const view: LocalView = { ...metal, files: hostileFiles(bytes), kernelLog: [bytes.toString("latin1")] };
    for (const check of checks) {
      const judgement = check.judge(view);
      assert.ok(judgement.verdict !== "shown" || judgement.seen.length < 2000, check.id);
    }
    assert.ok(performance.now() - from < 20_000);
  }
});

test("hostile registers and measurements are judged without a throw", () => {
  const odd = { eax: -1, ebx: Number.NaN, ecx: 2 ** 40, edx: -(2 ** 31) };
  const cpuid = Object.fromEntries(Object.keys(metalInstructions.cpuid).map((leaf) => [leaf, odd]));
  const tables = { idt: { base: "not a number", limit: -1 }, gdt: { base: "f".repeat(1000), limit: 0 }, ldt: -1, tr: Number.NaN, msw: -5 };
  const port = Object.fromEntries(Object.keys(metalInstructions.vmwarePort).map((command) => [command, odd]));
  const cycles = Array.from({ length: 60 }, () => Number.NaN);
  const instructions = { cpuid, tables, vmwarePort: port, cpuidCycles: cycles, plainCycles: cycles, tscHz: Number.NaN };
  for (const view of [metalBut({ instructions }), localView({ instructions }), localView({ instructions: { tscHz: -1 } })]) verdicts(view);
});

test("the longer CPUID takes, the more it weighs", () => {
  const check = checks.find(({ id }) => id === "vm.timing.cpuid");
  const ratios = [800, 1500, 16_000].map((cost) => {
    const judgement = check?.judge(metalBut({ instructions: { cpuidCycles: Array.from({ length: 50 }, () => cost + 40) } }));
    return judgement?.verdict === "shown" ? judgement.ratio : undefined;
  });
  assert.deepEqual(ratios, [1.2, 1.4, 1.6]);
});

test("a mobile processor may count faster than its name says", () => {
  const check = checks.find(({ id }) => id === "vm.timing.nominal-rate");
  const laptop = metalBut({ leaves: brandLeaves("Intel(R) Core(TM) i7-8550U CPU @ 1.80GHz"), instructions: { tscHz: 1_992_000_000 } });
  assert.equal(check?.judge(laptop).verdict, "unknown");
});

test("dummy values of a protected processor are no sign", () => {
  const tables = {
    idt: { base: "ffffffffffff0000", limit: 0 },
    gdt: { base: "fffffffffffe0000", limit: 0 },
    ldt: 0x50,
    tr: 0x40,
    msw: 0x33,
  };
  const shown = verdicts(metalBut({ instructions: { tables } })).filter(({ verdict }) => verdict === "shown");
  assert.deepEqual(shown, []);
});

test("a cloud's machine without a hypervisor contradicts nothing", () => {
  const names = { sys_vendor: "Amazon EC2", product_name: "c5n.metal" };
  const files = Object.fromEntries(Object.entries(names).map(([name, value]) => [`/sys/devices/virtual/dmi/id/${name}`, `${value}\n`]));
  const check = checks.find(({ id }) => id === "vm.forged.firmware-without-hypervisor");
  assert.equal(check?.judge(metalBut({ files })).verdict, "clean");
});
