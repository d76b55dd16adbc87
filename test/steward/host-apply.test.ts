import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync } from "node:fs";
import { join } from "node:path";
import test, { after, before } from "node:test";
import { takeLocalView } from "../../src/detectors/probes/local/take-local-view.ts";
import { type Plan, planStory } from "../../src/disguise/plan.ts";
import { siteOf } from "../../src/disguise/site.ts";
import { loadStory } from "../../src/disguise/stories/load-stories.ts";
import type { Carriage } from "../../src/steward/apply/carriage.ts";
import { carrierHost } from "../../src/steward/apply/carrier-host.ts";
import { CONTAINER_MARKS } from "../../src/steward/carriers/host/never.ts";
import { carryHost } from "../../src/steward/carriers/host.ts";
import type { Change } from "../../src/steward/ledger/change.ts";
import { Ledger } from "../../src/steward/ledger/ledger.ts";
import { folderStore } from "../../src/steward/ledger/ledger-store.ts";
import { realHost } from "../../src/steward/ledger/real-host.ts";
import { takeSnapshot } from "../../src/steward/ledger/snapshot.ts";
import { applyAll, clean, takeOwnNamespaces } from "../disguise/ledger-rig.ts";
import { needs } from "../rig/needs.ts";

/**
 * A story for a whole host, made for real: the host is this one, in a mount namespace of the test's own, where /etc, /usr and /var are covered and /opt
 * and /root are empty, so that what is made there goes with it.
 */
const COVERED = ["/etc", "/usr", "/var"];
const EMPTY = ["/opt", "/root"];
const folder = mkdtempSync("/dev/shm/disguise-host-");
const isRoot = process.getuid?.() === 0;
before(() => {
  if (isRoot) cover();
});
after(() => {
  if (isRoot) ledger().revert();
  if (isRoot) execFileSync("umount", ["--lazy", join(folder, "covers")]);
  clean(folder);
});

function cover(): void {
  takeOwnNamespaces();
  const upper = join(folder, "covers");
  mkdirSync(upper);
  execFileSync("mount", ["-t", "tmpfs", "-o", "mode=755", "tmpfs", upper]);
  for (const path of EMPTY) execFileSync("mount", ["-t", "tmpfs", "-o", "mode=755", "tmpfs", path]);
  for (const path of COVERED) {
    const [above, work] = [join(upper, `above${path}`), join(upper, `work${path}`)];
    for (const one of [above, work]) mkdirSync(one, { recursive: true });
    execFileSync("mount", ["-t", "overlay", "-o", `lowerdir=${path},upperdir=${above},workdir=${work}`, "overlay", path]);
  }
}

async function planned(name: string, also: readonly string[]): Promise<Plan> {
  const { view } = await takeLocalView();
  const planning = planStory({ story: loadStory(name), view, site: siteOf(view, "host"), acceptRisk: true, also, budget: 40 });
  assert.ok(planning.plan !== undefined, JSON.stringify(planning));
  return planning.plan;
}

async function carried(name: string, also: readonly string[] = []): Promise<Carriage> {
  const plans = join(folder, "plans");
  mkdirSync(plans, { recursive: true });
  return carryHost({ scope: { kind: "host" }, plan: await planned(name, also), folder: plans, mark: 654_321, also, host: carrierHost() });
}

const ledger = () => new Ledger(folderStore(join(folder, "ledger")), realHost({ process1: process.pid }));

const said = (line: string) => spawnSync("sh", ["-c", line], { encoding: "latin1", cwd: "/" }).stdout;

/** Of what a story touches; other tests may change what else lies in /etc. */
const touched = (changes: readonly Change[]) => [
  ...EMPTY.map((path) => takeSnapshot(path)),
  ...changes.flatMap((change) =>
    "path" in change && !EMPTY.some((folder) => change.path.startsWith(folder)) ? [[change.path, realHost().look(change.path)]] : [],
  ),
];

test("a story for the whole host: readers before, under and after, and every file as it was", needs("root", "ip"), async (context) => {
  const readers = [
    "hostname; cat /etc/hostname",
    "cat /opt/cowrie/etc/cowrie.cfg; ls /opt",
    "getent passwd phil || echo nobody",
    "ls -ld /.dockerenv /run/.containerenv 2>&1 | wc -l",
  ];
  const asked = () => readers.map(said);
  const at = asked();
  const { changes } = await carried("lazy-honeypot", ["processes.cowrie"]);
  const files = touched(changes);
  const began = performance.now();
  applyAll(ledger(), changes);
  context.diagnostic(`${changes.length} changes made in ${Math.round(performance.now() - began)} ms`);
  const under = asked();
  assert.equal(under[0], "svr04\nsvr04\n");
  assert.match(under[1] ?? "", /^\[honeypot\]\n.*cowrie/s);
  assert.match(under[2] ?? "", /^phil:\*:\d+:\d+:Phil California,,,:\/home\/phil:\/usr\/sbin\/nologin\n$/);
  const twistd = changes.find((change) => change.kind === "process" && change.name === "twistd");
  assert.ok(twistd?.kind === "process");
  // Other tests may run the same: ours is known by its number.
  const [pid = ""] = (realHost().running(twistd.token) ?? "").split(" ");
  assert.match(said(`ps -o comm=,args= -p ${pid}`), /^twistd +\/opt\/cowrie\/env\/bin\/python3 \/opt\/cowrie\/env\/bin\/twistd /);
  assert.equal(under[3], at[3]);
  assert.deepEqual(ledger().revert(), []);
  assert.deepEqual(asked(), at);
  assert.equal(realHost().running(twistd.token), undefined);
  assert.deepEqual(touched(changes), files);
});

test(
  "a process has the program, the arguments and the name of the story, belongs to process 1, and who is killed comes back",
  needs("root"),
  async () => {
    const { changes } = await carried("lazy-honeypot", ["processes.cowrie"]);
    const twistd = changes.find((change) => change.kind === "process" && change.name === "twistd");
    assert.ok(twistd?.kind === "process");
    const own = changes.filter((change) => change === twistd || ("path" in change && change.path.endsWith("/sleeper")));
    applyAll(ledger(), own);
    const [pid = ""] = (realHost().running(twistd.token) ?? "").split(" ");
    assert.equal(said(`readlink /proc/${pid}/exe`), said("readlink -f /usr/bin/python3"));
    assert.equal(said(`tr '\\0' ' ' </proc/${pid}/cmdline; cat /proc/${pid}/comm`), `${twistd.command.join(" ")} twistd\n`);
    assert.equal(said(`ps -o ppid= -p ${pid}`).trim(), "1");
    assert.ok(!said(`tr '\\0' '\\n' </proc/${pid}/environ`).toLowerCase().includes("utsusemi"));
    process.kill(Number(pid), "SIGKILL");
    while (realHost().running(twistd.token) !== undefined) said("sleep 0.02");
    applyAll(ledger(), own);
    assert.notEqual((realHost().running(twistd.token) ?? pid).split(" ")[0], pid);
    assert.deepEqual(ledger().revert(), []);
    assert.equal(realHost().running(twistd.token), undefined);
  },
);

test("no story makes a container mark on the real root", needs("root"), async () => {
  for (const name of ["container-sensor", "lazy-honeypot", "monitored-host"])
    for (const change of (await carried(name)).changes)
      assert.ok(!("path" in change) || !CONTAINER_MARKS.some((mark) => change.path.startsWith(mark)), JSON.stringify(change));
});
