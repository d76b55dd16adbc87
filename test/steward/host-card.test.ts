import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import test, { after, before } from "node:test";
import { clueById } from "../../src/clues/index.ts";
import { liveFiles } from "../../src/detectors/probes/local/live-files.ts";
import type { LocalView } from "../../src/detectors/views/local-view.ts";
import { overlaidFiles } from "../../src/detectors/views/memory-files.ts";
import { isUnavailable } from "../../src/disguise/effects/effect-of.ts";
import { effectOf } from "../../src/disguise/effects/index.ts";
import type { Plan } from "../../src/disguise/plan.ts";
import { siteOf } from "../../src/disguise/site.ts";
import { loadStory } from "../../src/disguise/stories/load-stories.ts";
import { mergedEffects } from "../../src/disguise/under-effects.ts";
import { carrierHost } from "../../src/steward/apply/carrier-host.ts";
import { carryHost } from "../../src/steward/carriers/host.ts";
import { Ledger } from "../../src/steward/ledger/ledger.ts";
import { folderStore } from "../../src/steward/ledger/ledger-store.ts";
import { realHost } from "../../src/steward/ledger/real-host.ts";
import { applyAll, clean, LINKS, takeOwnNamespaces } from "../disguise/ledger-rig.ts";
import { needs } from "../rig/needs.ts";

/** Clues of the network card, made for real on a card of a network namespace of the test's own: what ip(8) and /sys say before, under and after. */
const folder = mkdtempSync("/dev/shm/host-card-");
const full = needs("root", "ip");
before(() => {
  if (full.skip !== false) return;
  takeOwnNamespaces();
  execFileSync("sh", ["-ec", `${LINKS}; mount -t sysfs sysfs /sys; ip address add 192.0.2.7/24 dev card0; ip link set other up`]);
});
after(() => clean(folder));

/** A pair of links has no device behind it, which cards have. */
const host = {
  ...carrierHost(),
  list: (path: string) => (path === "/sys/class/net" ? ["card0"] : path === "/sys/class/net/card0" ? ["device"] : carrierHost().list(path)),
};
const view: LocalView = {
  takenAtMs: 0,
  files: overlaidFiles(liveFiles(), {
    "/sys/class/net/card0/device/vendor": "0x1234\n",
    "/sys/class/net/card0/address": "02:00:00:00:00:01\n",
  }),
  commands: {},
  measurements: {},
};

function planOf(ids: readonly string[]): Plan {
  const shown = ids.map((id) => {
    const [clue, effect] = [clueById(id), effectOf(id)?.({ view, site: siteOf(view, "card") })];
    assert.ok(clue !== undefined && effect !== undefined && !isUnavailable(effect), id);
    return { clue, effect };
  });
  const effect = mergedEffects(shown.map((one) => one.effect));
  return { story: loadStory("metal"), cost: 0, budget: 9, risk: 0, shown, leftOut: [], effect };
}

const reads = (program: string, ...words: readonly string[]) => execFileSync(program, words, { encoding: "latin1" });
const links = () => reads("sh", "-c", "ip -4 -o address show; ip -br link show | awk '{ print $1, $3 }'; ls /sys/class/net");

test("each clue of the card is seen while it is applied, with address and routes as before, and gone after", full, () => {
  const at = links();
  const clues: readonly (readonly [id: string, name: RegExp, address: string])[] = [
    ["network.address.vmware", /^card0$/, "00:0c:29:00:00:01"],
    ["network.address.virtualbox", /^card0$/, "08:00:27:00:00:01"],
    ["network.address.qemu", /^card0$/, "52:54:00:00:00:01"],
    ["network.address.xen", /^card0$/, "00:16:3e:00:00:01"],
    ["network.address.hyper-v", /^card0$/, "00:15:5d:00:00:01"],
    ["network.address.metal", /^card0$/, "ac:1f:6b:00:00:01"],
    ["network.name.vmware", /^ens(33|160|192)$/, "02:00:00:00:00:01"],
    ["network.name.virtualbox", /^enp0s3$/, "02:00:00:00:00:01"],
    ["network.name.qemu", /^ens(3|18)$/, "02:00:00:00:00:01"],
    ["network.name.hyper-v", /^eth0$/, "02:00:00:00:00:01"],
    ["network.name.xen", /^enX0$/, "02:00:00:00:00:01"],
  ];
  for (const [id, name, address] of clues) {
    const { changes } = carryHost({ scope: { kind: "host" }, plan: planOf([id]), folder, mark: 1, also: [id], host });
    const ledger = () => new Ledger(folderStore(join(folder, "ledger")), realHost({ process1: process.pid }));
    applyAll(ledger(), changes);
    const [, shown = ""] = /^\d+: ([^:@\s]+)\s+inet 192\.0\.2\.7\/24 /m.exec(reads("ip", "-o", "address", "show")) ?? [];
    assert.match(shown, name, id);
    assert.equal(reads("cat", `/sys/class/net/${shown}/address`), `${address}\n`, id);
    assert.match(reads("ip", "route"), new RegExp(`^192\\.0\\.2\\.0/24 dev ${shown} `, "m"), id);
    assert.deepEqual(ledger().revert(), []);
    assert.equal(links(), at, id);
  }
});
