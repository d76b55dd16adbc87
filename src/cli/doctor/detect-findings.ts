import { askProcessor, instructionProbe } from "../../detectors/probes/local/instruction-probe.ts";
import { openPacketProbe } from "../../detectors/probes/remote/packet-probe.ts";
import type { Finding } from "./findings.ts";

/** What `detect` can look at here. */
export async function* detectFindings(): AsyncGenerator<Finding> {
  yield await processorProbe();
  yield await rawPackets();
}

async function processorProbe(): Promise<Finding> {
  const what = "detect local can ask the processor";
  const program = instructionProbe();
  if (program === undefined) return { what, answer: "absent", cause: `there is no probe for ${process.arch}` };
  const answered = await askProcessor(program);
  if (answered !== undefined) return { what, answer: "present", cause: `${Object.keys(answered.cpuid).length} CPUID leaves` };
  return {
    what,
    answer: "absent",
    cause: "the probe could not run",
    mend: `Let ${program} be executed: it must not lie on a file system that is mounted noexec.`,
  };
}

async function rawPackets(): Promise<Finding> {
  const what = "detect remote can send raw packets";
  const probe = await openPacketProbe("127.0.0.1");
  if ("absent" in probe)
    return {
      what,
      answer: "absent",
      cause: probe.absent,
      mend: "Run detect remote as root: otherwise headers, LAND and echo times are left out.",
    };
  probe.close();
  return { what, answer: "present", cause: "IPv4" };
}
