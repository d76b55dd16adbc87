import { lscpu } from "../../src/detectors/known/local/lscpu.ts";
import { vmwareCheckvm } from "../../src/detectors/known/local/open-vm-tools.ts";
import { systemdDetectVirt } from "../../src/detectors/known/local/systemd-detect-virt.ts";
import { virtWhat } from "../../src/detectors/known/local/virt-what.ts";
import type { LocalView } from "../../src/detectors/views/local-view.ts";

/** What the real tools say, by one script and its output; and what is foretold of them for a view. */
const MARK = "\u0001";
const TOOLS = ["systemd-detect-virt --vm", "systemd-detect-virt --container", "virt-what", "LC_ALL=C lscpu", "vmware-checkvm", "uname -n"];
/** vmware-checkvm refuses on standard error; what virt-what says there is its shell's complaint about what it may not read. */
export const SCRIPT = TOOLS.map((tool) => `printf '${MARK}'; ${tool} ${tool === "virt-what" ? "2>/dev/null" : "2>&1"}`).join("\n");

export type Answers = readonly (readonly [tool: string, says: string])[];

export function answersIn(output: string): Answers {
  const parts = output.split(MARK).slice(1);
  return TOOLS.map((tool, at): [string, string] => [tool, trimmed(tool, parts[at] ?? "no answer")]);
}

function trimmed(tool: string, text: string): string {
  if (!tool.endsWith("lscpu")) return text.trimEnd();
  const lines = [...text.matchAll(/^(Virtualization|Virtualization type|Hypervisor|Hypervisor vendor): +(.*)$/gm)];
  return lines.map(([, field, value]) => `${field}: ${value}`).join("\n");
}

export function foretold(view: LocalView): Answers {
  const says = [
    systemdDetectVirt(view, "vm").says,
    systemdDetectVirt(view, "container").says,
    virtWhat(view).facts.join("\n"),
    lscpu(view).lines.join("\n"),
    vmwareCheckvm(view).says,
    view.uname?.node ?? "",
  ];
  return TOOLS.map((tool, at): [string, string] => [tool, says[at] ?? ""]);
}
