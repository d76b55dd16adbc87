/** What is foretold for a host under effects that the module carries is what the real tools say in a guest where the module carries them. */
import assert from "node:assert/strict";
import { arch } from "node:os";
import test from "node:test";
import { vmwareCheckvm } from "../../src/detectors/known/local/open-vm-tools.ts";
import { systemdDetectVirt } from "../../src/detectors/known/local/systemd-detect-virt.ts";
import { textOf } from "../../src/detectors/views/files.ts";
import type { LocalView } from "../../src/detectors/views/local-view.ts";
import type { Effect, Site } from "../../src/disguise/effect.ts";
import { isUnavailable } from "../../src/disguise/effects/effect-of.ts";
import { effectOf } from "../../src/disguise/effects/index.ts";
import { carriedByModule } from "../../src/disguise/module/carried-by-module.ts";
import { encodeSettings } from "../../src/disguise/module/module-settings.ts";
import { mergedEffects, underEffects } from "../../src/disguise/under-effects.ts";
import { lookFromGuest } from "../detectors/qemu/looking-guest.ts";
import { needs } from "../rig/needs.ts";
import { buildModule } from "./module/build-module.ts";
import { kernelTree } from "./module/kernel-tree.ts";
import { machine, runModuleGuest, type Sections } from "./module/module-guest.ts";

const programs = ["qemu-system-x86_64", "setpriv", "busybox", "dash", "gcc", "make", "strip", "virt-what", "lscpu", "dmidecode"];
const rig =
  arch() === "x64" ? needs(...programs, "systemd-detect-virt", "vmware-checkvm") : { skip: "the module is for x86-64, as the guest is" };

const CLUES = [
  ...["processor.port.machine", "processor.port.version", "processor.flag"],
  ...["firmware.vendor.vmware", "firmware.product.vmware", "firmware.board.vmware", "firmware.bios.vmware", "firmware.serial.vmware"],
  "firmware.modalias.vmware",
];
const ID = "/sys/devices/virtual/dmi/id";
const site: Site = { seed: "module", memoryMiB: 8192, processors: 2, megahertz: 2400 };

test("what is foretold for the module's effects is what tools say under it", rig, async () => {
  const { view } = await lookFromGuest(machine());
  const effect = effectFor(view);
  const { settings, rest } = carriedByModule(effect, view.files, { cgroups: [], cgroupPaths: [], uids: [], host: true });
  assert.deepEqual(rest, {}, "the module carries all of it");
  const encoded = encodeSettings(settings);
  assert.ok("text" in encoded);
  const said = await toolsUnder(encoded.text, Object.keys(effect.files ?? {}));

  compare(said("before"), view);
  compare(said("under"), underEffects(view, [effect]));
  compare(said("after"), view);
  const port = effect.vmwarePort ?? {};
  const asked = [...said("port").matchAll(/^command=(\d+) eax=(\w+)/gm)];
  assert.equal(asked.length, 6);
  for (const [, command = "", eax = ""] of asked) assert.equal(Number.parseInt(eax, 16), (port[command] ?? port["others"])?.eax, command);
});

function effectFor(view: LocalView): Effect {
  const made: Effect[] = [];
  for (const id of CLUES) {
    const answer = effectOf(id)?.({ view: underEffects(view, made), site }) ?? assert.fail(`no clue ${id}`);
    assert.ok(!isUnavailable(answer), id);
    made.push(answer);
  }
  return mergedEffects(made);
}

async function toolsUnder(settings: string, paths: readonly string[]): Promise<(section: string) => string> {
  const tree = await kernelTree("6.1");
  const { module } = await buildModule(tree);
  const sections: Sections = await runModuleGuest(tree, { utsusemi: module }, { script: scriptFor(settings, paths) });
  return (section) => sections.get(section) ?? assert.fail(`no section ${section}`);
}

const scriptFor = (settings: string, paths: readonly string[]): string => `
tell() {
  systemd-detect-virt --vm; vmware-checkvm 2>&1; vmware-checkvm -p 2>&1
  for path in ${paths.join(" ")}; do echo "# $path"; grep -v '^\\(cpu MHz\\|bogomips\\)' $path; done
}
section before
tell
section load
insmod /lib/utsusemi.ko
settings <<'END'
${settings}END
section under
tell
section port
ask command=1 command=10 command=17 command=20 command=45 command=99
section unload
rmmod utsusemi
section after
tell
`;

/** The clock's figures are measured anew in each guest. */
function compare(told: string, view: LocalView): void {
  const [verdict, checkvm, product] = told.split("\n");
  assert.equal(verdict, systemdDetectVirt(view, "vm").says);
  assert.deepEqual([checkvm, product], [vmwareCheckvm(view).says, vmwareCheckvm(view).product]);
  const files = told.split(/^# /m).slice(1);
  assert.ok(files.length > 5);
  for (const file of files) {
    const end = file.indexOf("\n");
    const [path, text] = [file.slice(0, end), file.slice(end + 1)];
    const foretold = textOf(view.files, path)?.replaceAll(/^(cpu MHz|bogomips).*\n/gm, "");
    assert.equal(text, foretold, path);
    assert.ok(path.startsWith(ID) || path === "/proc/cpuinfo");
  }
}
