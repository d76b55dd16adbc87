import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import type { Writable } from "node:stream";
import test from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { startTraced } from "../../src/disguise/tracer/start-traced.ts";
import type { TracingEvent } from "../../src/disguise/tracer/tracer-event.ts";
import { compile, folder, metal, needsFaulting, type Ran, run, specFile, TRACER, vmware, vmwareSpec } from "./tracer-rig.ts";

/** The tracer behind a service: the service stays what it is, and runs whether or not somebody may trace it. */
const gcc = { ...needsFaulting("gcc"), timeout: 60_000 };
const rootAndGcc = { ...needsFaulting("root", "gcc", "setpriv"), timeout: 60_000 };
const NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] as const;
const ASKING = ["asking", "3", "1"] as const;
const FORGED = "forged 3, real 0\n";
const REAL = "forged 0, real 3\n";

function behind(front: readonly string[], ...command: readonly string[]): Ran {
  return run([...front, TRACER, "--behind", vmware, "--", ...command]);
}

test("the service keeps its process, parent, files and environment, and has no child that it did not make", gcc, () => {
  const look =
    'echo $$ $PPID; ls /proc/self/fd | tr "\\n" " "; env | sort; cat /proc/$$/task/$$/children; echo; grep -E "^Sig(Blk|Ign)" /proc/self/status';
  const narrowed = compile("narrowed");
  for (const front of [[], [narrowed, "subreaper", "--"]]) {
    const lines = (ran: Ran) => ran.stdout.replace(/^\d+ /, "").replaceAll(/^\d+ $/gm, "child");
    const under = behind(front, "sh", "-c", look);
    assert.equal(under.stderr, "");
    assert.equal(lines(under), lines(run([...front, "sh", "-c", look])));
  }
  assert.equal(behind([], compile("tree"), ...ASKING).stdout, FORGED);
});

test("where a service's filter refuses or kills who traces, the service runs as it is, and that is said", gcc, () => {
  const [tree, narrowed] = [compile("tree"), compile("narrowed")];
  const under = (...words: readonly string[]) => behind([narrowed, ...words, "--"], tree, ...ASKING);
  const refused: Readonly<Record<string, RegExp>> = {
    "refuse ptrace": /may not be traced/,
    "kill ptrace": /a filter of system calls forbids tracing/,
    "kill seccomp": /a filter of system calls forbids tracing/,
    "refuse clone": /no more processes/,
  };
  for (const [words, why] of Object.entries(refused)) {
    const { status, signal, stdout, stderr } = under(...words.split(" "));
    assert.deepEqual([status, signal, stdout], [0, null, REAL], words);
    assert.match(stderr, why, words);
  }
  assert.deepEqual(under("kill", "setpriority"), { status: 0, signal: null, stdout: FORGED, stderr: "" });
  assert.equal(run([narrowed, "refuse", "ptrace", "--", TRACER, vmware, "--", tree, ...ASKING]).status, 125, "without --behind");
});

test("a spec that cannot be read is no reason for a service not to run; a command that is not there is", gcc, () => {
  const wrong = specFile("wrong", "utsusemi-tracer 1\nothers\n");
  const events = ["--events", "77"];
  for (const [options, why] of [
    [[wrong], /:2: /],
    [[join(folder, "none.spec")], /cannot read/],
    [["fd:9"], /cannot read fd:9/],
    [[...events, vmware], /not an open file: --events/],
  ] as const) {
    const ran = run([TRACER, "--behind", ...options, "--", compile("tree"), ...ASKING]);
    assert.deepEqual([ran.status, ran.stdout], [0, REAL]);
    assert.match(ran.stderr, why);
  }
  assert.equal(behind([], "no-such-program").status, 127);
  const nested = behind([TRACER, metal, "--"], compile("tree"), ...ASKING);
  assert.deepEqual([nested.status, nested.stdout], [0, REAL], "somebody traces it already");
  assert.match(nested.stderr, /may not be traced/);
});

test("rights that were dropped before, or that the service drops itself", rootAndGcc, () => {
  const tree = compile("tree");
  for (const ran of [behind(NOBODY, tree, ...ASKING), behind([], ...NOBODY, tree, ...ASKING)])
    assert.deepEqual(ran, { status: 0, signal: null, stdout: FORGED, stderr: "" });
});

const isThere = (pid: number) => /^\d+ \(.*\) [^ZX]/s.test(statOf(pid));

function statOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, "latin1");
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    return "";
  }
}

interface Service {
  readonly pid: number;
  readonly started: TracingEvent;
  readonly gone: Promise<number | string | null>;
  readonly traced: Promise<void>;
  readonly output: () => string;
  readonly input: Writable;
  readonly takenOver: () => boolean;
}

async function startService(...command: readonly [string, ...string[]]): Promise<Service> {
  const started = Promise.withResolvers<TracingEvent>();
  let text = "";
  let takenOver = false;
  const { child, traced } = startTraced({
    spec: vmwareSpec,
    command,
    program: TRACER,
    behind: true,
    stdio: ["pipe", "pipe", "inherit"],
    onEvent: (event) => {
      if (event.event === "started") started.resolve(event);
      takenOver ||= event.event === "took-over";
    },
  });
  assert.ok(child.stdin !== null);
  child.stdout?.setEncoding("latin1").on("data", (more: string) => {
    text += more;
  });
  const gone = new Promise<number | string | null>((resolve) => child.once("close", (code, signal) => resolve(code ?? signal)));
  const said = { output: () => text, takenOver: () => takenOver };
  return { pid: child.pid ?? 0, started: await started.promise, gone, traced, input: child.stdin, ...said };
}

async function until(what: () => boolean): Promise<void> {
  for (const end = Date.now() + 10_000; !what(); await pause(5)) assert.ok(Date.now() < end, "not within 10 s");
}

test("stopped as systemd stops: SIGTERM to all at once ends the service by its own handler, and both of ours", gcc, async () => {
  const script = `trap 'echo stopping; ${compile("tree")} one; exit 3' TERM; ${compile("tree")} asking 20 1; echo ready; while :; do sleep 0.05; done`;
  for (const order of ["service first", "service last"]) {
    const service = await startService("sh", "-c", script);
    const { tracer, guardian } = service.started;
    assert.equal(readFileSync(`/proc/${tracer}/cgroup`, "latin1"), readFileSync(`/proc/${service.pid}/cgroup`, "latin1"));
    assert.equal(readFileSync(`/proc/${guardian}/cgroup`, "latin1"), readFileSync(`/proc/${service.pid}/cgroup`, "latin1"));
    await until(() => /ready/.test(service.output()));
    const all = [service.pid, tracer, guardian];
    for (const pid of order === "service first" ? all : all.toReversed()) process.kill(pid, "SIGTERM");
    assert.equal(await service.gone, 3, order);
    await service.traced;
    assert.equal(service.output(), "forged 20, real 0\nready\nstopping\n");
    await until(() => !isThere(tracer) && !isThere(guardian));
  }
});

test("the tracer killed: the guardian goes on for the service", gcc, async () => {
  const service = await startService("sh", "-c", `echo ready; read line; ${compile("tree")} asking 20 1`);
  await until(() => /ready/.test(service.output()));
  process.kill(service.started.tracer, "SIGKILL");
  await until(() => service.takenOver());
  service.input.end("\n");
  assert.equal(await service.gone, 0);
  assert.equal(service.output(), "ready\nforged 20, real 0\n");
  await service.traced;
});
