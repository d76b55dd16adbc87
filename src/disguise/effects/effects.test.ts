import assert from "node:assert/strict";
import test from "node:test";
import { clues } from "../../clues/index.ts";
import { knownLocalDetectors } from "../../detectors/known/local/index.ts";
import { localChecks } from "../../detectors/local-detectors.ts";
import type { LocalView } from "../../detectors/views/local-view.ts";
import { effectOn, kvmGuest, metalHost, under } from "../testing/hosts.ts";
import { filesUnder } from "../under-effects.ts";
import { effects } from "./index.ts";

/** Clues that take something away are tried on a guest, all others on metal. */
const HIDES = /(?:\.metal|\.no-flag|\.no-hypervisor|\.nothing-virtual)$/;
const withDrivers = under(metalHost, "kernel.listed.virtio");

function hostFor(id: string): LocalView {
  if (id === "kernel.listed.nothing-virtual") return withDrivers;
  return HIDES.test(id) ? kvmGuest : metalHost;
}

const built = clues.filter(({ id }) => Object.hasOwn(effects, id));

function saidOf(view: LocalView): ReadonlyMap<string, string> {
  return new Map(knownLocalDetectors.map(({ id, judge }) => [id, judge(view).says]));
}

const shownBy = (view: LocalView) => localChecks.filter(({ judge }) => judge(view).verdict === "shown").map(({ id }) => id);
const before = new Map([metalHost, kvmGuest, withDrivers].map((view) => [view, { said: saidOf(view), shown: shownBy(view) }]));

test("no effect without a clue, and most clues have one", () => {
  const ids = new Set(clues.map(({ id }) => id));
  assert.deepEqual(
    Object.keys(effects).filter((id) => !ids.has(id)),
    [],
  );
  assert.ok(built.length >= 150, `${built.length}`);
});

for (const clue of built)
  test(`${clue.id} changes the answers of exactly those detectors that the catalogue names`, () => {
    const host = hostFor(clue.id);
    const said = before.get(host)?.said ?? new Map();
    const after = saidOf(under(host, clue.id));
    const reacting = [...after].filter(([id, says]) => said.get(id) !== says).map(([id]) => id.split(" ")[0] ?? "");
    const tools = new Set(knownLocalDetectors.map(({ id }) => id.split(" ")[0] ?? ""));
    assert.deepEqual([...new Set(reacting)].sort(), clue.reacts.filter((one) => tools.has(one)).sort());
  });

/** What only somebody who reads it understands; no detector of ours looks for it. */
const READ_BY_PEOPLE: readonly string[] = [
  "container.host-name",
  "files.analysts-tools",
  "firmware.board.qemu",
  "firmware.board.xen",
  "firmware.serial.hyper-v",
  "firmware.serial.qemu",
  "firmware.serial.virtualbox",
  "firmware.serial.xen",
  "network.name.hyper-v",
  "people.analysts-home",
  "people.host-name.honeypot",
  "people.host-name.sandbox",
  "people.host-name.sensor",
];

test("every effect changes what a known detector or a check of ours says; the others are named", () => {
  const silent = built.filter(({ id }) => {
    const host = hostFor(id);
    const view = under(host, id);
    const { said, shown } = before.get(host) ?? { said: new Map(), shown: [] };
    return [...saidOf(view)].every(([one, says]) => said.get(one) === says) && shownBy(view).join() === shown.join();
  });
  assert.deepEqual(silent.map(({ id }) => id).sort(), READ_BY_PEOPLE);
});

test("every effect changes at least one thing, and names files by paths without links", () => {
  for (const { id } of built) {
    const host = hostFor(id);
    const effect = effectOn(host, id);
    assert.notDeepEqual(effect, {}, id);
    for (const path of Object.keys(filesUnder(host, effect))) {
      assert.match(path, /^\/[^/]/, id);
      assert.ok(!path.startsWith("/sys/class/dmi/id/"), `${id} ${path}`);
    }
  }
});

test("no effect looks where a view says nothing: it says so instead, or needs nothing of the host", () => {
  const blind: LocalView = { ...metalHost, files: { read: () => "unknown", list: () => "unknown", look: () => "unknown" } };
  for (const [id, effect] of Object.entries(effects)) {
    const answer = effect({ view: blind, site: { seed: "s", memoryMiB: 1024, processors: 1, megahertz: 1000 } });
    assert.ok("unavailable" in answer ? answer.unavailable.length > 5 : Object.keys(answer).length > 0, id);
  }
});
