import type { Instructions, LocalView } from "../../views/local-view.ts";
import type { KnownDetector, KnownVerdict } from "../known-detector.ts";
import { asking } from "./asked.ts";

/**
 * The oldest question of all, as malware and its teachers write it in a few lines: the magic number in EAX, command 10 (GETVERSION) in ECX, port 5658h in
 * EDX, and IN. VMware answers with the magic number in EBX. The processor refuses it to ordinary programs elsewhere, which ends them.
 */
const MAGIC = 0x564d_5868;
const GET_VERSION = "10";

/** What such a program prints of the answer; undefined: it was not asked. */
export function vmwarePortSays({ vmwarePort }: Pick<Instructions, "vmwarePort">): string | undefined {
  const answer = vmwarePort[GET_VERSION];
  if (answer === undefined) return undefined;
  if (answer === "fault") return "Segmentation fault";
  return answer.ebx === MAGIC ? `VMware, version ${answer.eax}, product ${answer.ecx}` : "not VMware";
}

function judge({ instructions, ...view }: LocalView): KnownVerdict {
  const asked = asking(view);
  const says = instructions === undefined ? undefined : vmwarePortSays(instructions);
  if (says === undefined) asked.lacks("port 0x5658");
  const isVmware = says?.startsWith("VMware") === true;
  if (isVmware) asked.because("port 0x5658 answers with VMware's magic number");
  return {
    says: says ?? "Segmentation fault",
    sees: isVmware ? "virtual-machine" : "nothing",
    because: asked.reasons,
    lacking: asked.lacking,
  };
}

export const vmwarePortDetector: KnownDetector<LocalView> = {
  id: "vmware-port",
  title: "VMware's port, asked by hand",
  version: "GETVERSION",
  source: "open-vm-tools, lib/include/backdoor_def.h",
  runAs: "anyone",
  judge,
};
