import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { type Contents, memoryFiles } from "../../detectors/views/memory-files.ts";
import { parseEvents } from "./module-events.ts";
import { moduleFiles } from "./module-files.ts";
import { encodeSettings, idleSettings, type ModuleSettings, parseSettings } from "./module-settings.ts";
import { type ModuleState, moduleState } from "./module-state.ts";
import { parseStatus } from "./module-status.ts";

const settings: ModuleSettings = {
  cgroups: [23n, 2n ** 63n + 1n],
  cgroupPaths: ["/system.slice/nginx.service", "/a b.slice"],
  uids: [0, 1000],
  host: true,
  port: "watch",
  product: "workstation",
  hardwareVersion: 21,
  hypervisor: "add",
  memoryMiB: 8192,
  megahertz: 2400,
  dmi: { sys_vendor: "VMware, Inc.", product_version: "", board_name: " two  blanks " },
};

test("settings are read back as they were written", () => {
  const encoded = encodeSettings(settings);
  assert.ok("text" in encoded);
  const parsed = parseSettings(encoded.text);
  assert.equal(parsed.status, "done");
  assert.deepEqual(parsed.value, settings);
});

test("no value can become a second line, or more than the module takes", () => {
  const refused = (change: Partial<ModuleSettings>) => {
    const encoded = encodeSettings({ ...idleSettings, ...change });
    return "refused" in encoded ? encoded.refused : "taken";
  };
  assert.match(refused({ dmi: { sys_vendor: "x\nhost" } }), /printable ASCII/);
  assert.match(refused({ dmi: { "sys_vendor x\nhost": "" } }), /small letters/);
  assert.match(refused({ dmi: { sys_vendor: "ü" } }), /printable ASCII/);
  assert.match(refused({ dmi: { sys_vendor: "x".repeat(384) } }), /longer than 383/);
  assert.match(refused({ dmi: Object.fromEntries(Array.from({ length: 25 }, (_, i) => ["x".repeat(i + 1), ""])) }), /more than 24/);
  assert.match(refused({ uids: [-1] }), /user id/);
  assert.match(refused({ uids: [0xffff_ffff] }), /user id/);
  assert.match(refused({ uids: Array.from({ length: 33 }, () => 1) }), /more than 32/);
  assert.match(refused({ cgroups: [0n] }), /above 0/);
  for (const path of ["", "/", "a", "/a/", "//a", "/a\nhost", `/${"a".repeat(255)}`])
    assert.match(refused({ cgroupPaths: [path] }), /path begins/);
  assert.match(refused({ cgroupPaths: Array.from({ length: 33 }, () => "/a") }), /more than 32 paths/);
  assert.match(refused({ cgroups: [2n ** 64n] }), /cgroup id/);
  assert.match(refused({ hardwareVersion: 2 }), /3 to 99/);
  assert.match(refused({ memoryMiB: 1023 }), /4 divides/);
  assert.match(refused({ megahertz: 0 }), /1 to 99999/);
  assert.equal(refused({}), "taken");
});

test("what is no line of settings is malformed", () => {
  for (const line of [
    "bogus",
    "uid",
    "uid x",
    "uid 1 2",
    "host 1",
    "product vmx",
    "dmi sys_vendor",
    "port",
    "__proto__ 1",
    "uid 99999999999",
  ])
    assert.equal(parseSettings(`${line}\n`).status, "malformed", line);
});

const STATUS = `version 0.1.0
part port active
part ioperm failed __x64_sys_ioperm cannot be hooked (error -22)
part cpuid absent this processor has no CPUID faulting of Intel's kind
hook fixup_vdso_exception missed 2 of 32
bitmaps closed 1 not-closed 3
events 40 taken 30 over-rate 5 overwritten 10
refused line 2: no such word
`;

test("a status tells parts, misses and losses", () => {
  const parsed = parseStatus(STATUS);
  assert.equal(parsed.status, "done");
  assert.deepEqual(parsed.value, {
    version: "0.1.0",
    parts: {
      port: { state: "active" },
      ioperm: { state: "failed", cause: "__x64_sys_ioperm cannot be hooked (error -22)" },
      cpuid: { state: "absent", cause: "this processor has no CPUID faulting of Intel's kind" },
    },
    hooks: [{ function: "fixup_vdso_exception", missed: 2, instances: 32 }],
    bitmaps: { closed: 1, notClosed: 3 },
    events: { written: 40, taken: 20, lost: 15 },
    refused: "line 2: no such word",
  });
});

test("a status that is cut off or has other lines is malformed", () => {
  assert.equal(parseStatus("").status, "malformed");
  assert.equal(parseStatus("version 0.1.0\n").status, "malformed");
  assert.equal(parseStatus(`${STATUS}part port perhaps\n`).status, "malformed");
});

const EVENT =
  "sequence=7 time=1795325918751574020 kind=port command=10 answered=1 pid=134 tid=135 uid=1000 cgroup=18446744073709551615 comm=1b5b48";

test("an event tells who asked, with a name that is only bytes", () => {
  const { events, malformed } = parseEvents(`${EVENT}\n`);
  assert.equal(malformed, 0);
  assert.deepEqual(events, [
    {
      sequence: 7,
      atMs: 1_795_325_918_751,
      kind: "port",
      command: 10,
      answered: true,
      pid: 134,
      tid: 135,
      uid: 1000,
      cgroup: 2n ** 64n - 1n,
      comm: "\u001b[H",
    },
  ]);
});

test("lines that are no events are counted", () => {
  const wrong = [
    EVENT.slice(0, -1),
    EVENT.replace("port", "mail"),
    EVENT.replace("answered=1", "answered=2"),
    `${EVENT}${"00".repeat(20)}`,
    "x",
  ];
  assert.deepEqual(parseEvents([...wrong, EVENT].join("\n")), { events: parseEvents(EVENT).events, malformed: wrong.length });
});

test("the three files are written and read as a whole", () => {
  const folder = mkdtempSync(join(tmpdir(), "utsusemi-module-files-"));
  try {
    writeFileSync(join(folder, "control"), "");
    writeFileSync(join(folder, "status"), STATUS);
    writeFileSync(join(folder, "events"), `${EVENT}\n`);
    const files = moduleFiles(folder);
    assert.match(files.write({ ...settings, uids: [-1] }) ?? "", /user id/);
    assert.equal(readFileSync(join(folder, "control"), "utf8"), "");
    assert.equal(files.write(settings), undefined);
    assert.deepEqual(files.settings(), parseSettings(readFileSync(join(folder, "control"), "utf8")));
    assert.equal(files.status().status, "done");
    assert.equal(files.events().events.length, 1);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

const RELEASE = "6.1.0-56-amd64";
const ordinary: Contents = {
  "/proc/modules": "",
  "/proc/kallsyms": "",
  "/proc/sys/kernel/modules_disabled": "0\n",
  [`/lib/modules/${RELEASE}/build/Makefile`]: "",
  "/sys/kernel/security/lockdown": "[none] integrity confidentiality\n",
};

function stateWith(changes: Contents, host: { release?: string; machine?: string } = {}): ModuleState {
  return moduleState({ files: memoryFiles({ ...ordinary, ...changes }), release: RELEASE, machine: "x86_64", ...host });
}

function tells(actual: ModuleState, state: ModuleState["state"], cause: RegExp): void {
  assert.equal(actual.state, state, actual.cause);
  assert.match(actual.cause, cause);
}

test("a host with modules and headers can have it", () => {
  tells(stateWith({}), "present", /can be built and loaded/);
  const loaded = stateWith({ "/sys/kernel/security/utsusemi/status": "version 0.1.0\n", "/proc/modules": { absence: "absent" } });
  assert.deepEqual(loaded, { state: "present", cause: "The module is loaded.", isLoaded: true });
});

test("a host that can't have it says why", () => {
  const gone = { absence: "absent" } as const;
  tells(stateWith({}, { machine: "aarch64" }), "absent", /x86-64/);
  tells(stateWith({}, { release: "5.10.0-30-amd64" }), "absent", /older than 5\.11/);
  tells(stateWith({ "/proc/modules": gone }), "absent", /without loadable modules/);
  tells(stateWith({ "/proc/sys/kernel/modules_disabled": "1\n" }), "absent", /modules_disabled/);
  tells(stateWith({ "/proc/kallsyms": gone }), "absent", /KALLSYMS/);
  tells(stateWith({ [`/lib/modules/${RELEASE}/build/Makefile`]: gone }), "absent", /headers .* are not installed \(linux-headers-6\.1/);
  const built = { [`/lib/modules/${RELEASE}/build/Makefile`]: gone, [`/lib/modules/${RELEASE}/updates/dkms/utsusemi.ko.xz`]: "x" };
  tells(stateWith(built), "present", /can be built and loaded/);
});

test("a kernel without the function to hook can't have it; one of which only the beginning was read may", () => {
  const other = "ffffffff81000000 T startup_64\n";
  tells(stateWith({ "/proc/kallsyms": other }), "absent", /no function fixup_vdso_exception/);
  tells(stateWith({ "/proc/kallsyms": `${other}ffffffff81001230 T fixup_vdso_exception\n` }), "present", /can be built/);
  tells(stateWith({ "/proc/kallsyms": other.repeat(2 ** 18) }), "present", /can be built/);
  tells(stateWith({ "/sys/module/module/parameters/sig_enforce": "Y\n" }), "unknown", /signed modules only/);
});

test("where a signature decides, nobody knows beforehand", () => {
  const secureBoot = "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c";
  tells(stateWith({ "/sys/kernel/security/lockdown": "none [integrity] confidentiality\n" }), "unknown", /locked down \(integrity\)/);
  tells(stateWith({ [secureBoot]: Uint8Array.of(6, 0, 0, 0, 1) }), "unknown", /Secure Boot/);
  tells(stateWith({ [secureBoot]: Uint8Array.of(6, 0, 0, 0, 0) }), "present", /can be built/);
});

test("a view that saw nothing knows nothing", () => {
  const files = memoryFiles({}, "unknown");
  assert.equal(moduleState({ files, release: RELEASE, machine: "x86_64" }).state, "unknown");
  assert.equal(moduleState({ files, release: "", machine: "x86_64" }).state, "unknown");
});
