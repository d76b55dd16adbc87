import { readdirSync, readFileSync } from "node:fs";
import { CPUID_VENDORS } from "../../../src/detectors/known/local/systemd-detect-virt-machine.ts";
import type { Contents, Entry } from "../../../src/detectors/views/memory-files.ts";

/**
 * CPUID cannot be forged for a program here, but what it is compared with can: in copies of the tools this processor's hypervisor name and
 * another one are exchanged, and everything else is the tool's own code. So a tool on KVM takes its host for VMware, and whatever it
 * asks after that it asks as on VMware. Only shown in the rig's namespace.
 */
export function toolsThatHear(name: string, live: string): Contents {
  return {
    [systemdLibrary()]: exchanged(systemdLibrary(), name, live),
    ...(lscpuCanHear(name) ? { "/usr/bin/lscpu": exchanged("/usr/bin/lscpu", name, live) } : {}),
    "/usr/libexec/virt-what-cpuid-helper": {
      text: `#!/bin/sh\n${KNOWN_TO_HELPER.includes(name) ? `echo '${name}'\n` : ""}`,
      look: { mode: 0o755 },
    },
  };
}

/** In lscpu the end of VMware's name is at the same time the mode with which it opens files: it cannot be written over. */
export function lscpuCanHear(name: string): boolean {
  return name !== "VMwareVMware";
}

const KNOWN_TO_HELPER: readonly string[] = [
  ...["bhyve bhyve ", "KVMKVMKVM", "LKVMLKVMLKVM", "Microsoft Hv", "OpenBSDVMM58", "TCGTCGTCGTCG", "VMwareVMware", "XenVMMXenVMM"],
];

/** A name that no tool knows. */
export const UNKNOWN_NAME = "AcmeAcmeAcme";

/** Names that systemd or one of the others knows. */
export const KNOWN_NAMES: readonly string[] = [...new Set([...Object.keys(CPUID_VENDORS), ...KNOWN_TO_HELPER, "UnisysSpar64"])];

function systemdLibrary(): string {
  const folder = "/usr/lib/x86_64-linux-gnu/systemd";
  const library = readdirSync(folder).find((name) => /^libsystemd-shared-\d+\.so$/.test(name));
  if (library === undefined) throw new Error(`no libsystemd-shared in ${folder}`);
  return `${folder}/${library}`;
}

/** A program in which the live name stands where the wanted one stood, and nobody's name where the live one did. */
function exchanged(path: string, wanted: string, live: string): Entry {
  const text = readFileSync(path, "latin1");
  return { text: wanted === live ? text : withName(withName(text, live, `?${live.slice(1)}`), wanted, live), look: { mode: 0o755 } };
}

/** Writes a name over another one, into the zero bytes behind it when it is longer, but never beyond them. */
function withName(text: string, before: string, after: string): string {
  return text.split(before).reduce((head, tail) => {
    const free = before.length + (/^\0*/.exec(tail)?.[0].length ?? 0);
    const name = after.slice(0, Math.max(before.length, free - 1)).padEnd(before.length, "\0");
    return head + name + tail.slice(name.length - before.length);
  });
}
