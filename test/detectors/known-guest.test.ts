/**
 * The same machine before a real tool and before our pure function: guests of QEMU in which Debian's own tools run, and the view of each guest.
 * Every answer must be equal, and no function may lack anything.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { asking } from "../../src/detectors/known/local/asked.ts";
import { dmidecodeString, dmidecodeText, KEYWORDS, readDmi } from "../../src/detectors/known/local/dmidecode.ts";
import { bootMessages, foretoldBootMessages } from "../../src/detectors/known/local/kernel-boot.ts";
import { lscpu } from "../../src/detectors/known/local/lscpu.ts";
import { vmwareCheckvm } from "../../src/detectors/known/local/open-vm-tools.ts";
import { type Mode, systemdDetectVirt } from "../../src/detectors/known/local/systemd-detect-virt.ts";
import { virtWhat } from "../../src/detectors/known/local/virt-what.ts";
import type { LocalView } from "../../src/detectors/views/local-view.ts";
import { needs } from "../rig/needs.ts";
import { guestKernel } from "./qemu/guest-kernel.ts";
import { guests } from "./qemu/guests.ts";
import { type GuestLook, lookFromGuest } from "./qemu/looking-guest.ts";

const rig = needs(
  "qemu-system-x86_64",
  "setpriv",
  "busybox",
  "gcc",
  "systemd-detect-virt",
  "virt-what",
  "lscpu",
  "dmidecode",
  "vmware-checkvm",
);

describe("guests", { concurrency: 2, ...rig }, async () => {
  if (rig.skip === false) await guestKernel();
  for (const { name, qemuArguments, expected } of guests)
    test(name, async () => {
      const look = await lookFromGuest(qemuArguments);
      assert.ok(look.view.instructions !== undefined, "the probe told nothing");
      assert.equal(look.answer("systemd-detect-virt --vm").output.trim(), expected, "the guest is not the machine that it should be");
      compareSystemd(look);
      compareVirtWhat(look);
      compareLscpu(look);
      compareDmidecode(look);
      compareCheckvm(look);
      compareKernel(look);
    });
});

function compareSystemd({ view, answer }: GuestLook): void {
  const modes: readonly Mode[] = ["any", "vm", "container"];
  for (const mode of modes) {
    const real = answer(mode === "any" ? "systemd-detect-virt" : `systemd-detect-virt --${mode}`);
    const { says, status, lacking } = systemdDetectVirt(view, mode);
    assert.deepEqual({ output: `${says}\n`, status, lacking }, { ...real, lacking: [] }, `systemd-detect-virt, ${mode}`);
  }
}

function compareVirtWhat({ view, answer }: GuestLook): void {
  const { facts, lacking } = virtWhat(view);
  const output = facts.map((fact) => `${fact}\n`).join("");
  assert.deepEqual({ output, status: 0, lacking }, { ...answer("virt-what"), lacking: [] }, "virt-what");
}

function compareLscpu({ view, answer }: GuestLook): void {
  const { lines, lacking } = lscpu(view);
  const printed = answer("lscpu")
    .output.split("\n")
    .map((line) => line.replace(/^ *([^:]*): +/, "$1: "));
  const real = printed.filter((line) => /^(Hypervisor|Virtualization)/.test(line));
  assert.deepEqual({ lines, lacking }, { lines: real, lacking: [] }, "lscpu");
}

/** The structures that detectors read, in the tool's own words, and each single string. */
function compareDmidecode({ view, answer }: GuestLook): void {
  const reading = readDmi(asking(view));
  const text = answer("dmidecode -t 0,1,2,3").output;
  const first = text.indexOf("Handle ");
  if (reading === undefined) return assert.equal(first, -1, text);
  assert.equal(`${dmidecodeText(reading, [0, 1, 2, 3])}\n`, text.slice(first), "dmidecode -t 0,1,2,3");
  const strings = Object.keys(KEYWORDS).map((keyword) => [`# ${keyword}`, ...dmidecodeString(reading, keyword)].join("\n"));
  assert.equal(`${strings.join("\n")}\n`, answer("dmidecode-strings").output, "dmidecode -s");
}

/** Once as a program that may not use the port, and once as one that may: so both answers of the real tool are seen. */
function compareCheckvm(look: GuestLook): void {
  for (const who of ["", "privileged "] as const) {
    const { says, product, status, lacking } = vmwareCheckvm(who === "" ? look.view : asPrivileged(look));
    const real = look.answer(`${who}vmware-checkvm`);
    assert.deepEqual({ output: `${says}\n`, status, lacking }, { ...real, lacking: [] }, `${who}vmware-checkvm`);
    assert.deepEqual({ output: `${product}\n`, status }, look.answer(`${who}vmware-checkvm -p`), `${who}vmware-checkvm -p`);
  }
}

function compareKernel(look: GuestLook): void {
  assert.deepEqual(foretoldBootMessages(asPrivileged(look)), bootMessages(look.view.kernelLog ?? []));
}

/** The view of who may use ports, which the kernel may. */
function asPrivileged({ view, privilegedPort }: GuestLook): LocalView {
  const { instructions } = view;
  return instructions === undefined ? view : { ...view, instructions: { ...instructions, vmwarePort: { "10": privilegedPort } } };
}
