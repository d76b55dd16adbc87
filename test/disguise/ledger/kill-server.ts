import { execFileSync } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import { isDeepStrictEqual } from "node:util";
import koffi from "koffi";
import type { Change } from "../../../src/steward/ledger/change.ts";
import { Ledger } from "../../../src/steward/ledger/ledger.ts";
import { applyAll, filesIn, hostIn, kernelIn, LINKS, ledgerIn, makeRoot, storeIn, tokenOf, type Whole, wholeOf } from "../ledger-rig.ts";
import { steppingPorts } from "./stepping-ports.ts";

/**
 * Makes or undoes changes in a folder, and is killed at every step of it, each time in a fork of its own: a kill -9 costs milliseconds so, and
 * not the start of a program. Then the next start, which is this process, brings everything back. Runs in namespaces of its own (ledger-kill.ts);
 * says in JSON how many steps there were and at which something was left.
 */
const library = koffi.load("libc.so.6");
const c: {
  fork(): number;
  getpid(): number;
  kill(pid: number, signal: number): number;
  waitpid(pid: number, status: number[], options: number): number;
  _exit(status: number): void;
} = {
  fork: library.func("int fork()"),
  getpid: library.func("int getpid()"),
  kill: library.func("int kill(int, int)"),
  waitpid: library.func("int waitpid(int, _Out_ int *, int)"),
  _exit: library.func("void _exit(int)"),
};

const [folder = "", what = "apply", which = "files"] = process.argv.slice(2);
const SIGKILL = 9;
const changes: readonly Change[] = which === "files" ? filesIn(join(folder, "root")) : kernelIn(join(folder, "root"), process.pid);

/** wait(2): answer at once. */
const WNOHANG = 1;
/** A copy has one thread only: where it wanted another one it stands still, and is killed and made anew. */
const STUCK_MS = 30_000;
const MOST_COPIES = 4;

/** Runs it in a copy of this process; answers how that ended, as wait(2) gives it. Undefined: it stood still, and was killed where it was. */
function inFork(work: () => void): number | undefined {
  // Garbage is collected by other threads, so there must be none to collect in the copy.
  globalThis.gc?.({ type: "minor" });
  const pid = c.fork();
  if (pid === 0) {
    try {
      work();
      c._exit(0);
    } catch (error) {
      process.stderr.write(`${error}\n`);
      c._exit(1);
    }
  }
  if (pid < 0) throw new Error("no copy of this process can be made");
  return statusOf(pid);
}

function statusOf(pid: number): number | undefined {
  const status = [0];
  for (const from = performance.now(); performance.now() - from < STUCK_MS; Atomics.wait(PAUSE, 0, 0, 1))
    if (c.waitpid(pid, status, WNOHANG) === pid) return status[0] ?? -1;
  c.kill(pid, SIGKILL);
  c.waitpid(pid, status, 0);
  return undefined;
}

const PAUSE = new Int32Array(new SharedArrayBuffer(4));

function worked(at: number): void {
  const ports = steppingPorts({ store: storeIn(folder), host: hostIn(folder) }, at, () => c.kill(c.getpid(), SIGKILL));
  const ledger = new Ledger(ports.store, ports.host);
  if (what === "apply") applyAll(ledger, changes);
  else if (ledger.revert().length > 0) throw new Error("conflicts");
}

/** How the work ended that was to be killed at this step. */
function endedAt(at: number): number {
  for (let copies = 0; copies < MOST_COPIES; copies += 1) {
    const prepared = what === "revert" ? inFork(() => applyAll(ledgerIn(folder), changes)) : 0;
    if (prepared !== 0 && prepared !== undefined) throw new Error("the changes cannot be made");
    const ended = prepared === undefined ? undefined : inFork(() => worked(at));
    if (ended !== undefined) return ended;
    ledgerIn(folder).revert();
  }
  throw new Error("copies of this process stand still");
}

/** The next start, killed as well. */
function recovered(at: number): void {
  const ports = steppingPorts({ store: storeIn(folder), host: hostIn(folder) }, at, () => c.kill(c.getpid(), SIGKILL));
  new Ledger(ports.store, ports.host).recover();
}

/** What is wrong after a kill at this step; undefined: all is as before. */
function wrongAfter(at: number): string | undefined {
  inFork(() => recovered(1 + (at % 11)));
  const conflicts = [...ledgerIn(folder).recover(), ...ledgerIn(folder).revert(), ...ledgerIn(folder).revert()];
  if (conflicts.length > 0) return `step ${at}: ${JSON.stringify(conflicts)}`;
  if (ledgerIn(folder).entries.length > 0) return `step ${at}: the ledger is not empty`;
  const now = wholeOf(folder);
  if (!isDeepStrictEqual(now, before))
    return `step ${at}: ${JSON.stringify(differing(now))} instead of ${JSON.stringify(differing(before, now))}`;
  return hostIn(folder).running(tokenOf(process.pid)) === undefined ? undefined : `step ${at}: the process runs`;
}

/** What of it is not as in the other. */
function differing(one: Whole, other: Whole = before): unknown {
  const files = Object.entries(one.files).filter(([path, entry]) => !isDeepStrictEqual(entry, other.files[path]));
  return { ...one, files: Object.fromEntries(files) };
}

makeRoot(folder);
execFileSync("sh", ["-c", LINKS]);
const before = wholeOf(folder);
const failures: string[] = [];
let steps = 0;
for (let ended = SIGKILL; ended === SIGKILL && failures.length < 3; steps += 1) {
  ended = endedAt(steps + 1);
  if (ended !== SIGKILL && ended !== 0) failures.push(`step ${steps + 1}: ended with ${ended}`);
  const wrong = wrongAfter(steps + 1);
  if (wrong !== undefined) failures.push(wrong);
}
process.stdout.write(JSON.stringify({ steps: steps - 1, failures }));
