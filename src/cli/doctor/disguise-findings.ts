import { knownLocalDetectors } from "../../detectors/known/local/index.ts";
import { isAbsence, lineOf } from "../../detectors/views/files.ts";
import type { LocalView } from "../../detectors/views/local-view.ts";
import { quickView } from "../../disguise/live-view.ts";
import { moduleState } from "../../disguise/module/module-state.ts";
import { type HostTree, hostTree, mountOf } from "../../disguise/overlay/host-tree.ts";
import { needsIn, type Presence } from "../../disguise/plan-needs.ts";
import { tracingFacts } from "../../disguise/tracer/tracing-facts.ts";
import { carrierHost } from "../../steward/apply/carrier-host.ts";
import { isContainer } from "../../steward/apply/refuse-here.ts";
import { hasModule } from "../../steward/carriers/logins/namespace-conf.ts";
import type { Finding } from "./findings.ts";

/** What a disguise has to work with here: each scope, and what decides over the kernel's part. */
export function* disguiseFindings(view: LocalView = quickView(), tree: HostTree = hostTree(false)): Generator<Finding> {
  const needs = needsIn(view);
  const of = (what: string, answer: Presence, texts: Texts): Finding => ({
    what,
    answer,
    cause: texts[answer] ?? "",
    ...(answer === "absent" && texts.mend !== undefined ? { mend: texts.mend } : {}),
  });
  yield of("disguise: rights to apply it", needs.root, {
    absent: "you are not root",
    mend: "Run it as root: sudo utsusemi disguise apply ...",
  });
  yield of("disguise: mount namespaces", needs["mount-namespaces"], {
    absent: "this kernel has none, so no process tree can be disguised",
    mend: "Use --scope host, or a kernel with CONFIG_NAMESPACES.",
  });
  yield of("disguise: services and slices", needs.systemd, {
    present: "systemd runs this machine",
    absent: "systemd does not run this machine",
    mend: "Use --scope user:NAME, or utsusemi disguise run for one command.",
  });
  yield logins();
  yield container(view);
  yield readOnlyEtc(tree);
  yield of("disguise: the firmware's names can be covered", needs.dmi, {
    absent: "there is no DMI in /sys, so nothing can be laid over it",
    mend: LEFT,
  });
  yield of("disguise: CPUID can be forged", needs["cpuid-faulting"], {
    absent: "the processor has no CPUID faulting, or a hypervisor hides it",
    mend: LEFT,
  });
  yield lockdown(view);
  yield secureBoot(view);
  yield kernelModule(view);
  yield* tracingFacts(view.files);
}

const LEFT = "utsusemi disguise plan STORY shows what is left without it.";

type Texts = Partial<Record<Presence | "mend", string>>;

function logins(): Finding {
  const what = "disguise: logins through PAM";
  if (hasModule(carrierHost())) return { what, answer: "present", cause: "pam_namespace is there" };
  const mend = "apt-get install libpam-modules; without it logins by SSH go through a wrapper.";
  return { what, answer: "absent", cause: "pam_namespace.so is not there", mend };
}

/** Who knows containers better than the detectors that are to be misled? */
function container(view: LocalView): Finding {
  const what = "disguise: the whole machine is ours";
  const says = knownLocalDetectors.find(({ id }) => id === "systemd-detect-virt --container")?.judge(view).says ?? "none";
  if (says === "none" && !isContainer(carrierHost())) return { what, answer: "present", cause: "this is no container" };
  return {
    what,
    answer: "absent",
    cause: `this is a container (${says}): its kernel, devices and modules are its host's`,
    mend: "Files, logins and process trees can be disguised here; the rest where the container runs.",
  };
}

function readOnlyEtc(tree: HostTree): Finding {
  const what = "disguise: /etc can be written";
  if (mountOf(tree, "/etc")?.isReadOnly !== true) return { what, answer: "present", cause: "" };
  return {
    what,
    answer: "absent",
    cause: "/etc is mounted read-only",
    mend: "mount -o remount,rw /etc, or utsusemi disguise run, which changes nothing there.",
  };
}

/** kernel_lockdown(7): the mode that holds stands in brackets. */
function lockdown({ files }: LocalView): Finding {
  const what = "disguise: the kernel is not locked down";
  const line = lineOf(files, "/sys/kernel/security/lockdown");
  const mode = /\[(\w+)\]/.exec(line ?? "")?.[1];
  if (mode === "none") return { what, answer: "present", cause: "lockdown is none" };
  if (mode === undefined) return { what, answer: "unknown", cause: "the kernel does not say" };
  return {
    what,
    answer: "absent",
    cause: `lockdown is ${mode}: unsigned modules are refused`,
    mend: "Sign the module with a key that the machine trusts (mokutil).",
  };
}

const SECURE_BOOT = "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c";
/** Four bytes of attributes stand before the value. */
const VALUE_AT = 4;

function secureBoot({ files }: LocalView): Finding {
  const what = "disguise: unsigned modules may be loaded as far as Secure Boot goes";
  const bytes = files.read(SECURE_BOOT);
  if (isAbsence(bytes))
    return { what, answer: bytes === "absent" ? "present" : "unknown", cause: bytes === "absent" ? "there is no Secure Boot" : "" };
  if (bytes[VALUE_AT] !== 1) return { what, answer: "present", cause: "Secure Boot is off" };
  return { what, answer: "absent", cause: "Secure Boot is on", mend: "Sign the module with a key that the machine trusts (mokutil)." };
}

function kernelModule({ files, uname }: LocalView): Finding {
  const { state, cause } = moduleState({ files, release: uname?.release ?? "", machine: uname?.machine ?? "" });
  const mend = cause.includes("headers") ? `apt-get install linux-headers-${uname?.release ?? ""}` : LEFT;
  return { what: "disguise: the kernel module", answer: state, cause, ...(state === "absent" ? { mend } : {}) };
}
