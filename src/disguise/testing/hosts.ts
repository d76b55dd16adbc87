import { metalBut, metalFiles, signature } from "../../detectors/checks/local/vm/testing/metal.ts";
import { textOf } from "../../detectors/views/files.ts";
import type { LocalView } from "../../detectors/views/local-view.ts";
import type { Contents } from "../../detectors/views/memory-files.ts";
import type { Effect, Site } from "../effect.ts";
import { isUnavailable } from "../effects/effect-of.ts";
import { effectOf } from "../effects/index.ts";
import { underEffects } from "../under-effects.ts";

/** Hosts that stories are tried on: a server on metal, and a guest of KVM that has everything that such guests show. */
export const site: Site = { seed: "one", memoryMiB: 196_608, processors: 64, megahertz: 2095 };

const more: Contents = {
  "/etc/shells": "/bin/sh\n/bin/bash\n",
  "/var/log/wtmp": Buffer.alloc(384, 1),
  "/proc/sys/kernel/tainted": "0\n",
  "/etc/issue": "Debian GNU/Linux 12 \\n \\l\n",
};

/** The host on metal runs guests itself; without its own bridge to them nothing on it has a hypervisor's name. */
export const metalHost: LocalView = metalBut({
  files: { ...more, "/proc/modules": String(metalFiles["/proc/modules"]).replaceAll(/^vmw_.*\n|^.*vsock.*\n/gm, "") },
});

const GUEST = [
  "firmware.vendor.qemu",
  "firmware.product.qemu",
  "firmware.bios.qemu",
  "firmware.chassis.qemu",
  "firmware.modalias.qemu",
  "firmware.table.qemu",
  "firmware.acpi.bochs",
  "processor.flag",
  "kernel.listed.virtio",
  "kernel.clocksource.kvm",
  "kernel.command-line.virtio",
  "network.address.qemu",
];

/** A guest of KVM under QEMU, built with the same effects that stories are built of. */
export const kvmGuest: LocalView = dressed(kvmMetal());

function dressed(bare: LocalView): LocalView {
  const made: Effect[] = [];
  for (const id of GUEST) made.push(effectOn(underEffects(bare, made), id));
  return underEffects(bare, made);
}

function kvmMetal(): LocalView {
  const log = (metalBut({}).kernelLog ?? []).map((line) =>
    line.startsWith("Booting paravirtualized") ? "Booting paravirtualized kernel on KVM" : line,
  );
  return metalBut({
    leaves: { "1.0": { eax: 0x50654, ebx: 0x20800, ecx: 0xfffefbff, edx: 0xbfebfbff }, "40000000.0": signature("KVMKVMKVM") },
    files: { ...more, "/proc/modules": textOf(metalHost.files, "/proc/modules") ?? "" },
    parts: { kernelLog: [...log, "Hypervisor detected: KVM"] },
  });
}

export function effectOn(view: LocalView, id: string): Effect {
  const answer = effectOf(id)?.({ view, site });
  if (answer === undefined || isUnavailable(answer)) throw new Error(`${id}: ${answer?.unavailable ?? "no effect"}`);
  return answer;
}

export function under(view: LocalView, id: string): LocalView {
  return underEffects(view, [effectOn(view, id)]);
}
