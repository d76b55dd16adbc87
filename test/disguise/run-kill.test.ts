import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import test, { afterEach } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Effect } from "../../src/disguise/effect.ts";
import { prepareRun } from "../../src/disguise/run/start-run.ts";
import { needs } from "../rig/needs.ts";
import { container, ENVIRONMENT, honeypot } from "./run-rig.ts";

/** Whichever process of a disguised tree is killed, nothing of it stays: no process, mount, namespace, cgroup or file. */
const CGROUP = "utsusemi-kill-test";
const stories: Readonly<Record<string, readonly Effect[]>> = {
  "with process numbers of its own": [honeypot, container, { cgroup: `/${CGROUP}/${"ab".repeat(32)}` }],
  "among the host's processes": [honeypot, { cgroup: `/${CGROUP}/${"cd".repeat(32)}` }],
};

/** Descendants that detached themselves are in it, and a shell that ignores what it may ignore. */
const COMMAND = "trap '' TERM HUP INT; setsid sleep 977 & (setsid sleep 978 &) ; sleep 979 & echo ready; while :; do sleep 980; done";

for (const [story, effects] of Object.entries(stories))
  test(`nothing stays after a kill -9 of any process, ${story}`, { ...needs("root"), timeout: 60_000 }, async () => {
    const count = await rounds(effects);
    assert.ok(count >= 8, `${count} processes`);
  });

/** A test that fails leaves nothing either. */
const started = new Set<ChildProcess>();
afterEach(() => {
  for (const keeper of started) keeper.kill("SIGPWR");
  started.clear();
});

/** Starts the tree, kills its process number `round`, and looks; until each has been killed once. */
async function rounds(effects: readonly Effect[]): Promise<number> {
  const before = hostState();
  let processes = Number.POSITIVE_INFINITY;
  for (let round = 0; round < processes; round += 1) {
    const keeper = start(effects);
    started.add(keeper);
    await ready(keeper);
    const tree = treeOf(keeper.pid ?? 0);
    processes = Math.min(processes, tree.length);
    const spaces = new Set(tree.map(({ space }) => space)).difference(new Set([readlinkSync("/proc/self/ns/mnt")]));
    const victim = tree[round];
    if (victim === undefined) break;
    process.kill(victim.pid, "SIGKILL");
    // Of what the command started, only its end ends the tree.
    const isMember = victim.name === "sleep" || victim.name === "twistd";
    await sleep(isMember ? 50 : 0);
    if (isMember) assert.equal(keeper.exitCode, null, `${victim.name} ended the tree`);
    if (isMember || victim.pid === janitorOf(tree)) keeper.kill("SIGPWR");
    await gone(tree, spaces, victim.name);
    assert.deepEqual(hostState(), before, `after ${victim.name} was killed`);
  }
  return processes;
}

interface Member {
  readonly pid: number;
  readonly name: string;
  /** Mount namespace. */
  readonly space: string;
}

function start(effects: readonly Effect[]): ChildProcess {
  const { program, words } = prepareRun(effects, ["sh", "-c", COMMAND], { environment: ENVIRONMENT, folder: "/" });
  const [argv0 = "", ...rest] = words;
  return spawn(program, rest, { argv0, stdio: ["ignore", "pipe", "inherit"] });
}

async function ready(keeper: ChildProcess): Promise<void> {
  await new Promise<void>((resolve) => keeper.stdout?.once("data", () => resolve()));
  await sleep(50);
}

function treeOf(pid: number): readonly Member[] {
  const children = existsSync(`/proc/${pid}/task/${pid}/children`)
    ? readFileSync(`/proc/${pid}/task/${pid}/children`, "latin1")
        .split(" ")
        .filter((word) => word !== "")
    : [];
  const name = readFileSync(`/proc/${pid}/comm`, "latin1").trim();
  return [{ pid, name, space: readlinkSync(`/proc/${pid}/ns/mnt`) }, ...children.flatMap((child) => treeOf(Number(child)))];
}

/** The second process that shares the host's mounts. */
function janitorOf(tree: readonly Member[]): number | undefined {
  return tree.filter(({ space }) => space === tree[0]?.space)[1]?.pid;
}

async function gone(tree: readonly Member[], spaces: ReadonlySet<string>, killed: string): Promise<void> {
  const left = () => tree.filter(({ pid }) => isAlive(pid)).map(({ name, pid }) => `${name} ${pid}`);
  const until = Date.now() + 5000;
  const users = () => readdirSync("/proc").filter((name) => /^\d+$/.test(name) && spaces.has(spaceOf(name)));
  while ((left().length > 0 || users().length > 0 || existsSync(cgroupFolder())) && Date.now() < until) await sleep(10);
  assert.deepEqual(left(), [], `after ${killed} was killed`);
  assert.deepEqual(users(), [], `a mount namespace stays after ${killed} was killed`);
}

function isAlive(pid: number): boolean {
  return existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readOrNothing(`/proc/${pid}/status`));
}

function spaceOf(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/ns/mnt`);
  } catch (error) {
    if (error instanceof Error && "code" in error) return "";
    throw error;
  }
}

function readOrNothing(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch (error) {
    if (error instanceof Error && "code" in error) return "";
    throw error;
  }
}

function cgroupFolder(): string {
  const mount = /^\S+ \S+ \S+ \S+ (\S+) rw\S* .*- cgroup2 /m.exec(readFileSync("/proc/self/mountinfo", "latin1"))?.[1];
  return `${mount}/${CGROUP}`;
}

/** What a tree could leave behind, as the host sees it. Other tests make network namespaces, which are mounts as well. */
function hostState() {
  const mounts = readFileSync("/proc/self/mountinfo", "latin1").split("\n");
  return {
    mounts: mounts.filter((line) => !line.includes("/run/netns")).map((line) => line.split(" ").slice(3).join(" ")),
    cgroup: existsSync(cgroupFolder()),
    plans: readdirSync(tmpdir()).filter((name) => name.startsWith(`utsusemi-run-${process.pid}-`)),
    files: ["/opt/cowrie", "/home/phil", "/.dockerinit"].filter((path) => existsSync(path)),
  };
}
