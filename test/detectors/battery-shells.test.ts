import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { chmod, mkdir, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { type BatteryCommand, battery, CUT_OFF, NOT_ASKED } from "../../src/detectors/battery/battery.ts";
import { judgeAll } from "../../src/detectors/check.ts";
import { checks } from "../../src/detectors/checks/local/kind/index.ts";
import { type BatteryOptions, runBattery } from "../../src/detectors/probes/local/run-battery.ts";
import { localView } from "../../src/detectors/views/build-view.ts";
import type { LocalView } from "../../src/detectors/views/local-view.ts";
import { needs, programPath } from "../rig/needs.ts";

/**
 * The battery on real shells: what it expects must hold on each of them, for root and for nobody, with GNU's programs and with busybox's. A
 * check that finds something here is wrong.
 */
const SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const NOBODY = 65_534;

/** A folder in which `sh` is the shell in question; for busybox nothing else is on the path but its applets. */
async function shellFolder(name: "dash" | "bash" | "busybox"): Promise<{ readonly options: BatteryOptions } & AsyncDisposable> {
  const program = programPath(name) ?? "";
  const folder = join(tmpdir(), `utsusemi-shell-${name}-${process.pid}-${Math.random().toString(36).slice(2)}`);
  await mkdir(folder);
  await chmod(folder, 0o755);
  const applets = name === "busybox" ? execFileSync(program, ["--list"], { encoding: "utf8" }).trim().split("\n") : ["sh"];
  await Promise.all(applets.map((applet) => symlink(program, join(folder, applet))));
  const PATH = name === "busybox" ? folder : `${folder}:${SYSTEM_PATH}`;
  return {
    options: { shell: [join(folder, "sh")], environment: { PATH, HOME: "/", TERM: "dumb" } },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

function wrongIn(commands: LocalView["commands"]): readonly string[] {
  return judgeAll(checks, localView({ commands })).flatMap(({ id, ratio, judgement }) =>
    judgement.verdict === "shown" && id in byCommand && ratio >= 3 ? [`${id}: ${judgement.seen}`] : [],
  );
}

/** Checks of answers: the files of an empty view say nothing. */
const byCommand = Object.fromEntries(
  checks.filter(({ family }) => !["honeypot-installation", "use", "file-statistics"].includes(family)).map(({ id }) => [id, true]),
);

function leftFolders(): readonly string[] {
  return readdirSync(tmpdir()).filter((name) => /^\.u[0-9a-f]{24}$/.test(name));
}

for (const name of ["dash", "bash", "busybox"] as const) {
  for (const uid of [0, NOBODY]) {
    test(`the battery finds nothing wrong with ${name} run by user ${uid}`, needs(name, "root"), async () => {
      await using shell = await shellFolder(name);
      const commands = await runBattery({ ...shell.options, uid });
      assert.deepEqual(Object.keys(commands).sort(), battery.map(({ id }) => id).sort());
      assert.deepEqual(wrongIn(commands), []);
      const unasked = Object.entries(commands).filter(([, { status }]) => status === NOT_ASKED || status === CUT_OFF);
      assert.ok(unasked.length <= battery.length / 6, `not asked: ${unasked.map(([id]) => id).join(", ")}`);
      assert.equal(commands["host.uid"]?.output, `${uid}\n`);
    });
  }
}

const containers: Readonly<Record<string, readonly string[]>> = {
  "namespaces of its own": ["--pid", "--fork", "--mount-proc", "--net", "--uts", "--ipc", "--mount"],
  "a user namespace, where root is not root": ["--user", "--map-root-user", "--pid", "--fork", "--mount-proc", "--net"],
};

for (const [name, flags] of Object.entries(containers)) {
  test(`the battery finds nothing wrong in a container: ${name}`, needs("unshare", "root"), async () => {
    const shell = [programPath("unshare") ?? "", ...flags, "/bin/sh"] as const;
    const commands = await runBattery({ shell, environment: { PATH: SYSTEM_PATH, HOME: "/root" } });
    assert.deepEqual(Object.keys(commands).length, battery.length);
    assert.deepEqual(wrongIn(commands), []);
  });
}

const HANG: readonly BatteryCommand[] = [
  { id: "hang", line: "echo before; sleep 31.4159; echo after", seconds: 1 },
  { id: "hang-beside", line: "sleep 31.4159", seconds: 1, overlapped: true },
  { id: "next", line: "echo next" },
];

test("a command that hangs is cut off by whatever timeout there is, and nothing of it is left", needs("dash", "busybox"), async () => {
  await using gnu = await shellFolder("dash");
  await using small = await shellFolder("busybox");
  for (const { options } of [gnu, small]) await cutsOff(options);
});

test("a command that hangs is cut off where timeout does not work", needs("dash"), async () => {
  await using shell = await shellFolder("dash");
  const folder = shell.options.environment?.["PATH"]?.split(":")[0] ?? "";
  await symlink("/bin/false", join(folder, "timeout"));
  await cutsOff(shell.options);
});

async function cutsOff(options: BatteryOptions): Promise<void> {
  const commands = await runBattery({ ...options, battery: HANG });
  assert.equal(commands["hang"]?.status, CUT_OFF);
  assert.equal(commands["hang-beside"]?.status, CUT_OFF);
  assert.match(commands["hang"]?.output ?? "", /^before\n(?:(?:Terminated|Killed)\n)?$/);
  assert.equal(commands["next"]?.output, "next\n");
  assert.deepEqual(sleeping(), []);
}

function sleeping(): readonly string[] {
  return readdirSync("/proc").filter((pid) => /^\d+$/.test(pid) && commandLine(pid).includes("31.4159"));
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "latin1");
  } catch (error) {
    if (error instanceof Error && "code" in error) return "";
    throw error;
  }
}

test("a battery that takes too long is ended with what was answered, and its folder is gone", needs("dash"), async () => {
  await using shell = await shellFolder("dash");
  const before = leftFolders();
  const commands = await runBattery({
    ...shell.options,
    withinMs: 1000,
    battery: [{ id: "first", line: "echo first" }, ...HANG.map((one) => ({ ...one, seconds: 30 }))],
  });
  assert.equal(commands["first"]?.output, "first\n");
  assert.equal(commands["next"], undefined);
  assert.deepEqual(
    leftFolders().filter((name) => !before.includes(name)),
    [],
  );
  assert.deepEqual(sleeping(), []);
});

test("output without end is cut, also where a hostile shell prints it", needs("dash", "busybox"), async () => {
  await using shell = await shellFolder("dash");
  const endless = await runBattery({
    ...shell.options,
    battery: [
      { id: "endless", line: "yes", seconds: 1 },
      { id: "next", line: "echo next" },
    ],
  });
  assert.equal(endless["endless"]?.output.length, 65_536);
  assert.equal(endless["next"]?.output, "next\n");
  assert.deepEqual(await runBattery({ shell: ["/usr/bin/yes"], withinMs: 5000 }), {});
  assert.deepEqual(await runBattery({ shell: ["/no/such/shell"] }), {});
});
