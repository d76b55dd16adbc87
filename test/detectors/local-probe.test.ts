import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { arch, tmpdir } from "node:os";
import { join } from "node:path";
import test, { after } from "node:test";
import { driftPpm } from "../../src/detectors/probes/local/clocks.ts";
import { askProcessor, instructionProbe, parseInstructions } from "../../src/detectors/probes/local/instruction-probe.ts";
import { parseDmesg, parseRecord, readKernelLog } from "../../src/detectors/probes/local/kernel-log.ts";
import { liveFiles } from "../../src/detectors/probes/local/live-files.ts";
import { measurementNames } from "../../src/detectors/probes/local/measurement-names.ts";
import { parsePacketCounters } from "../../src/detectors/probes/local/packet-counters.ts";
import { type LocalStep, takeLocalView } from "../../src/detectors/probes/local/take-local-view.ts";
import { countUnlistedProcesses } from "../../src/detectors/probes/local/unlisted-processes.ts";
import { type Files, isAbsence, lineOf, textOf } from "../../src/detectors/views/files.ts";
import { memoryFiles } from "../../src/detectors/views/memory-files.ts";
import { encodeLocalView, parseLocalView } from "../../src/detectors/views/view-file.ts";
import { needs } from "../rig/needs.ts";

/** The local probe against this host, and against whatever may lie on one. */
const folder = mkdtempSync(join(tmpdir(), "utsusemi-local-"));
after(() => {
  chmodSync(join(host, "closed"), 0o700);
  rmSync(folder, { recursive: true, force: true });
});
const MIB = 1024 * 1024;

const host = join(folder, "host");
mkdirSync(join(host, "closed"), { recursive: true });
writeFileSync(join(host, "plain"), "text\n");
writeFileSync(join(host, "large"), "");
truncateSync(join(host, "large"), 10 * MIB);
writeFileSync(join(host, "closed", "secret"), "x");
writeFileSync(join(host, "unreadable"), "x");
chmodSync(join(host, "unreadable"), 0);
chmodSync(join(host, "closed"), 0);
symlinkSync("loop", join(host, "loop"));
symlinkSync("plain", join(host, "link"));
symlinkSync("nowhere", join(host, "dangling"));
writeFileSync(Buffer.concat([Buffer.from(join(host, "caf")), Buffer.of(0xe9)]), "latin\n");
writeFileSync(join(host, "th\u00e9"), "utf8\n");
writeFileSync(join(host, "new\nline"), "");
spawnSync("mkfifo", [join(host, "fifo")]);

const files = liveFiles(host);

test("a file is read whole, a large one to 4 MiB", () => {
  assert.equal(textOf(files, "/plain"), "text\n");
  assert.equal(textOf(files, "/link"), "text\n");
  assert.equal(files.read("/large").length, 4 * MIB);
  const look = files.look("/large");
  assert.ok(!isAbsence(look) && look.size === 10 * MIB && look.kind === "file");
});

test("what is not there is absent, whatever the reason", () => {
  for (const path of [
    "/nowhere",
    "/dangling",
    "/loop",
    "/plain/below",
    `/${"x".repeat(300)}`,
    `/${"x/".repeat(4000)}`,
    "/nul\0byte",
    "/closed\0",
  ]) {
    assert.equal(files.read(path), "absent", path.slice(0, 20));
    assert.equal(files.list(path), "absent", path.slice(0, 20));
  }
  assert.equal(files.look("/nowhere"), "absent");
  assert.equal(files.read("/"), "absent");
  assert.equal(files.list("/plain"), "absent");
});

test("a FIFO, a socket and a device are there, and are not read", { timeout: 5000 }, async () => {
  const server = createServer().listen(join(host, "socket"));
  await once(server, "listening");
  assert.equal(files.read("/fifo"), "denied");
  assert.equal(files.read("/socket"), "denied");
  assert.equal(liveFiles().read("/dev/zero"), "denied");
  assert.equal(liveFiles().read("/dev/tty"), "denied");
  server.close();
  const zero = liveFiles().look("/dev/zero");
  assert.deepEqual(!isAbsence(zero) && [zero.kind, zero.device], ["device", [1, 5]]);
  const fifo = files.look("/fifo");
  assert.equal(!isAbsence(fifo) && fifo.kind, "other");
});

test("links are looked at, not followed", () => {
  const loop = files.look("/loop");
  const dangling = files.look("/dangling");
  assert.ok(!isAbsence(loop) && loop.kind === "link" && loop.target === "loop");
  assert.ok(!isAbsence(dangling) && dangling.target === "nowhere");
});

test("names are sorted bytewise, and every name that is listed can be read again", () => {
  const names = files.list("/");
  assert.ok(!isAbsence(names));
  assert.deepEqual(
    names.filter((name) => /caf|th|new/.test(name)),
    ["caf\u00e9", "new\nline", "th\u00e9"],
  );
  assert.equal(textOf(files, "/caf\u00e9"), "latin\n");
  assert.equal(textOf(files, "/th\u00e9"), "utf8\n");
  for (const name of names) assert.notEqual(files.look(`/${name}`), "absent", name);
});

test("what consumes the kernel's messages is left to whom it belongs", () => {
  assert.equal(liveFiles().read("/proc/kmsg"), "denied");
  assert.equal(liveFiles("/").read("//proc/kmsg"), "denied");
});

test("the whole of /proc/self and the network's and devices' files are read without a throw, and within seconds", {
  timeout: 60_000,
}, () => {
  const live = liveFiles();
  const start = performance.now();
  const seen = ["/proc/self", "/proc/sys/kernel", "/proc/net", "/sys/class/net", "/sys/kernel", "/sys/module"].map((path) =>
    walk(live, path, 3),
  );
  assert.ok(seen.reduce((a, b) => a + b) > 200);
  assert.ok(performance.now() - start < 30_000);
});

/** Everything that is asked of every file below; how many there were. */
function walk(live: Files, path: string, depth: number): number {
  live.read(path);
  live.look(path);
  const names = live.list(path);
  if (isAbsence(names) || depth === 0) return 1;
  return names.slice(0, 60).reduce((sum, name) => sum + walk(live, `${path}/${name}`, depth - 1), 1);
}

const AS_NOBODY = ["--reuid", "65534", "--regid", "65534", "--clear-groups", "--"] as const;

/** Runs lines of a module as nobody, who must be able to read the checkout (as with workers that drop their rights). */
async function asNobody(lines: string): Promise<string> {
  const child = spawn("setpriv", [...AS_NOBODY, process.execPath, "--input-type=module-typescript", "-e", lines], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { HOME: "/" },
  });
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  const [code] = await once(child, "close");
  assert.equal(code, 0);
  return Buffer.concat(chunks).toString();
}

const source = (path: string) => JSON.stringify(join(import.meta.dirname, "..", "..", "src", "detectors", path));

test("what another user keeps is denied", needs("setpriv", "root"), async () => {
  chmodSync(folder, 0o755);
  const lines = `import { liveFiles } from ${source("probes/local/live-files.ts")};
    const files = liveFiles(${JSON.stringify(host)});
    console.log(JSON.stringify([files.read("/unreadable"), files.read("/closed/secret"), files.list("/closed"), files.look("/closed").kind]));`;
  assert.deepEqual(JSON.parse(await asNobody(lines)), ["denied", "denied", "denied", "directory"]);
});

test("a view is taken by a user without any rights, and saved and read again", needs("setpriv", "root"), async () => {
  const lines = `import { takeLocalView } from ${source("probes/local/take-local-view.ts")};
    import { encodeLocalView } from ${source("views/view-file.ts")};
    const { view, recorded } = await takeLocalView();
    view.files.read("/etc/shadow");
    view.files.read("/proc/sys/kernel/osrelease");
    process.stdout.write(encodeLocalView(view, recorded()));`;
  const parsed = parseLocalView(await asNobody(lines));
  assert.ok(parsed.status === "done", parsed.status === "malformed" ? parsed.why : "");
  const { uid, files: seen, uname, instructions, measurements } = parsed.value;
  assert.equal(uid, 65_534);
  assert.equal(seen.read("/etc/shadow"), "denied");
  assert.equal(lineOf(seen, "/proc/sys/kernel/osrelease"), uname?.release);
  assert.equal(instructions === undefined, arch() !== "x64");
  assert.ok((measurements["readRate.nsPerRead"]?.length ?? 0) > 10);
});

test("a view of this host holds what the host says", async () => {
  const steps: LocalStep[] = [];
  const answer = { status: 0, output: "up 1 day\n", tookMs: 2 };
  const runBattery = () => Promise.resolve({ "uptime.plain": answer });
  const { view, recorded } = await takeLocalView({ runBattery, onStep: (step) => steps.push(step) });
  assert.deepEqual(steps, ["processor", "kernel log", "measurements", "commands"]);
  const uname = spawnSync("uname", ["-snrvm"], { encoding: "utf8" }).stdout.trim();
  assert.equal([view.uname?.system, view.uname?.node, view.uname?.release, view.uname?.version, view.uname?.machine].join(" "), uname);
  assert.deepEqual(view.commands, { "uptime.plain": answer });
  assert.equal(view.environment?.["PATH"], process.env["PATH"]);
  assert.equal(view.uid, process.geteuid?.());
  assert.ok((view.rootBytes ?? 0) > MIB);
  assert.deepEqual(recorded(), { reads: {}, lists: {}, looks: {} });
  assert.equal(lineOf(view.files, "/proc/sys/kernel/ostype"), "Linux");
  assert.deepEqual(Object.keys(recorded().reads), ["/proc/sys/kernel/ostype"]);
  assert.equal(parseLocalView(encodeLocalView(view, recorded())).status, "done");
});

test("every measurement of this host has a name in the table, and every name is measured here", async () => {
  const { view } = await takeLocalView();
  assert.deepEqual(Object.keys(view.measurements).sort(), Object.keys(measurementNames).sort());
  for (const [name, samples] of Object.entries(view.measurements)) assert.ok(samples.length > 0 && samples.every(Number.isFinite), name);
  const [drift = 0] = view.measurements["clock.wallAgainstMonotonicPpm"] ?? [];
  assert.ok(Math.abs(drift) < 20_000, `${drift} ppm`);
  assert.ok((view.measurements["readRate.nsPerRead"] ?? []).every((ns) => ns > 1));
});

test("where files are looked up can be another root, and no probe means no instructions", async () => {
  const { view } = await takeLocalView({ root: host, instructionProbe: undefined });
  assert.equal(textOf(view.files, "/plain"), "text\n");
  assert.equal(view.instructions, undefined);
});

const hostile: readonly (readonly [string, string])[] = [
  ["never ends", "sleep 60"],
  ["prints without end", "yes"],
  ["prints nothing", "true"],
  ["prints no JSON", "echo '{'"],
  ["prints another JSON", "echo '{\"cpuid\":[]}'"],
  ["fails after a right answer", `"${instructionProbe()}"; exit 3`],
];

for (const [name, script] of hostile) {
  test(`a processor probe that ${name} is not believed`, { timeout: 10_000 }, async () => {
    const program = join(folder, "hostile");
    writeFileSync(program, `#!/bin/sh\nexec 2>/dev/null\n${script.startsWith('"') ? "" : "exec "}${script}\n`, { mode: 0o755 });
    assert.equal(await askProcessor(program, { timeout: 300 }), undefined);
  });
}

test("a processor probe that is missing, or no program, is not believed", async () => {
  assert.equal(await askProcessor(join(folder, "nowhere")), undefined);
  assert.equal(await askProcessor(folder), undefined);
  assert.equal(await askProcessor(join(host, "plain")), undefined);
});

test("an answer with one register too many is refused whole", () => {
  const good = '"vmwarePort":{},"rdpmc":{},"tables":{},"cpuidCycles":[],"plainCycles":[]';
  assert.ok(parseInstructions(`{"cpuid":{"0.0":{"eax":1,"ebx":2,"ecx":3,"edx":4}},${good}}`) !== undefined);
  assert.equal(parseInstructions(`{"cpuid":{"0.0":{"eax":1,"ebx":2,"ecx":3,"edx":4,"esi":5}},${good}}`), undefined);
  assert.equal(parseInstructions(`{"cpuid":{"0.0":{"eax":-1,"ebx":2,"ecx":3,"edx":4}},${good}}`), undefined);
});

test("the kernel's log comes without time stamps, from the device or from dmesg", () => {
  assert.deepEqual(parseRecord("6,339,5140900,-;NET: Registered\n SUBSYSTEM=net\n"), ["NET: Registered"]);
  assert.deepEqual(parseRecord("4,1,0,-,caller=T1;two\\x0alines \\x1b[0m;\n"), ["two", "lines \u001b[0m;"]);
  assert.deepEqual(parseRecord("garbage"), []);
  assert.deepEqual(parseDmesg("[    0.000000] Linux version\n<6>[12345.678901][    T1] x [1.0] y\nplain\n"), [
    "Linux version",
    "x [1.0] y",
    "plain",
  ]);
});

test("a log that cannot be read is undefined; a device that is none is not waited for", () => {
  assert.equal(readKernelLog(join(folder, "nowhere"), join(folder, "nowhere")), undefined);
  assert.equal(readKernelLog(join(host, "fifo"), "false"), undefined);
  assert.deepEqual(readKernelLog(join(host, "plain"), "true"), []);
});

test("root reads the same log from the device and from dmesg", needs("dmesg", "root"), () => {
  const fromDevice = readKernelLog();
  const fromProgram = readKernelLog(join(folder, "nowhere"));
  assert.ok(fromDevice !== undefined && fromProgram !== undefined && fromDevice.length > 10);
  assert.deepEqual(fromDevice.slice(20, 30), fromProgram.slice(20, 30));
});

test("packets are counted by interface, whatever stands in the file", () => {
  const text = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo: 1000      10    0    0    0     0          0         0     1000      11    0    0    0     0       0          0
  eth0:5000 50 0 0 0 0 0 0 6000 61 0 0 0 0 0 0
wg0:  1 2 3 4 5 6 7 8 9 100 0 0 0 0 0 0
`;
  assert.deepEqual(parsePacketCounters(text), { loopback: 11, others: 161 });
  assert.deepEqual(parsePacketCounters("eth0: x\nlo:\n:\n\0"), { loopback: 0, others: 0 });
});

test("a process that the listing leaves out is counted; threads, and those that ended, are not", () => {
  const status = (id: number) => `Name:\tx\nTgid:\t${id}\nPid:\t7\n`;
  const shown = memoryFiles({ "/proc/1/status": status(1), "/proc/9/status": status(9) });
  const all = memoryFiles({ "/proc/5/status": status(5), "/proc/7/status": status(6), "/proc/1/status": status(1) });
  const seen: Files = { ...shown, read: all.read };
  assert.equal(
    countUnlistedProcesses(seen, (id) => [1, 5, 7, 8, 9].includes(id)),
    1,
  );
  assert.equal(
    countUnlistedProcesses(shown, (id) => id === 8),
    0,
  );
  assert.equal(countUnlistedProcesses(memoryFiles({}, "unknown")), undefined);
});

test("drift is the wall clock's, in parts per million", () => {
  assert.equal(Math.round(driftPpm({ wallMs: 0, monotonicMs: 0 }, { wallMs: 1001, monotonicMs: 1000 })), 1000);
  assert.equal(driftPpm({ wallMs: 0, monotonicMs: 5 }, { wallMs: 10, monotonicMs: 5 }), 0);
});
