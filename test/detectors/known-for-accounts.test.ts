/**
 * Real tools that an ordinary account runs, and what is foretold of them from a view that root took: this host as it is, and generated hosts whose
 * tables only root may read. Their refusals count as well.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { askAll } from "../../src/detectors/known/known-detector.ts";
import { knownLocalDetectors } from "../../src/detectors/known/local/index.ts";
import type { LocalView } from "../../src/detectors/views/local-view.ts";
import { type Contents, overlaidFiles } from "../../src/detectors/views/memory-files.ts";
import type { Viewer } from "../../src/detectors/views/viewer.ts";
import { seenBy } from "../../src/detectors/views/viewer-files.ts";
import { liveView } from "../../src/disguise/live-view.ts";
import { withShownAttributes } from "../../src/disguise/shown-attributes.ts";
import { type Answered, type InstalledDetector, installedDetectors } from "../../src/disguise/verify/installed-detectors.ts";
import { needs } from "../rig/needs.ts";
import type { GeneratedView } from "./local-views/generated-view.ts";
import { machineViews } from "./local-views/machines.ts";
import { showView } from "./show-view.ts";

const tools = needs("root", "unshare", "systemd-detect-virt", "virt-what", "lscpu", "dmidecode", "ansible", "ohai", "vmware-checkvm");

/** As `asNobody` has it. */
const NOBODY: Viewer = { uid: 65534, gid: 65534, groups: [], capabilities: 0 };
const DMIDECODE = "/usr/sbin/dmidecode";
const VIRTUALBOX = machineViews["VirtualBox, innotek's early exit"]?.changes ?? {};

const views: Readonly<Record<string, Contents>> = {
  "as it is": {},
  "virtual machine bit alone": machineViews["virtual machine bit alone"]?.changes ?? {},
  "VirtualBox, innotek's early exit": VIRTUALBOX,
  "VirtualBox with a dmidecode that is set-uid": {
    ...VIRTUALBOX,
    [DMIDECODE]: { text: readFileSync(DMIDECODE, "latin1"), look: { mode: 0o4755 } },
  },
};

for (const [name, changes] of Object.entries(views))
  test(`what is foretold for an account is what the tools say to it: ${name}`, tools, async () => {
    const live = await liveView({ measures: false });
    const shown = withShownAttributes(changes, live.files);
    const detectors = installedDetectors.filter(({ isVersion, probe }) => isVersion?.(versionOf(probe)) ?? true);
    assert.ok(detectors.length >= 8);
    assert.deepEqual(said(detectors, { changes: shown, options: { asNobody: true } }), foretold(detectors, live, shown));
  });

function versionOf([program = "", ...words]: readonly string[]): string {
  return showView({}, [program, ...words]).stdout;
}

function foretold(detectors: readonly InstalledDetector[], live: LocalView, changes: Contents): Readonly<Record<string, string>> {
  const view = seenBy({ ...live, files: overlaidFiles(live.files, changes) }, NOBODY);
  const says = new Map(askAll(knownLocalDetectors, view).map(({ id, verdict }) => [id, verdict.says]));
  return Object.fromEntries(detectors.map(({ id }) => [id, says.get(id) ?? "not foretold"]));
}

const MARK = "\u0001\u0002";

/** All of them in one namespace, each with its status and what it complained of. */
function said(detectors: readonly InstalledDetector[], { changes, options = {} }: GeneratedView): Readonly<Record<string, string>> {
  const commands = detectors.flatMap((detector) => detector.commands.map((command) => ({ detector, command })));
  const quoted = (words: readonly string[]) => words.map((word) => `'${word}'`).join(" ");
  const steps = commands.map(({ command }) => `printf '%s' "$( { ${quoted(command)}; echo "${MARK}$?" >&3; } 2>&1 >&4 3>&4 4>&-)${MARK}"`);
  const { stdout, stderr } = showView(changes, ["sh", "-c", `export HOME=/ LC_ALL=C.UTF-8; exec 4>&1; ${steps.join("; ")}`], options);
  const parts = stdout.split(MARK);
  assert.equal(parts.length, 1 + commands.length * 2, stderr);
  const answers = commands.map(({ detector }, index): [InstalledDetector, Answered] => {
    const [out = "", rest = ""] = parts.slice(index * 2);
    const [, status = "", err = ""] = /^(\d+)\n([\s\S]*)$/.exec(rest) ?? [];
    return [detector, { status: Number(status), out, err }];
  });
  const of = (wanted: InstalledDetector) => answers.flatMap(([detector, answer]) => (detector === wanted ? [answer] : []));
  return Object.fromEntries(detectors.map((detector) => [detector.id, detector.read(of(detector)) ?? "no answer"]));
}
