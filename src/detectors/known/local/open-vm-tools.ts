import type { LocalView, Registers } from "../../views/local-view.ts";
import type { KnownDetector, KnownVerdict } from "../known-detector.ts";
import { type Asked, asking, brief } from "./asked.ts";
import { cpuid, hypervisorBit, hypervisorName, vendorOf } from "./cpuid.ts";

/**
 * vmware-checkvm of open-vm-tools: asks the processor, not the firmware. A guest of KVM or Xen is refused by its CPUID name before the port is
 * touched; whoever else answers the port as VMware does is believed, also a processor without the hypervisor bit. Its options are not even read
 * before it believes.
 */
const MAGIC = 0x564d_5868;
const VERSION = 6;
const NO_ANSWER = 0xffff_ffff;
/** The upper half of ECX stays like this where nobody answered in it: an old product that does not tell its type. */
const TYPE_UNTOLD = 0xffff;
const PRODUCTS: Readonly<Record<number, string>> = { 2: "ESX Server", 4: "Workstation" };
const REFUSAL = "Error: vmware-checkvm must be run inside a virtual machine on a VMware hypervisor product.";
/** Leaf whose ECX says how to call instead of the port: bit 0 VMMCALL, bit 1 VMCALL, which is looked at first. */
const CALL_LEAF = 0x4000_0010;

export interface CheckvmAnswer extends KnownVerdict {
  /** What `-p` prints instead. */
  readonly product: string;
  /** The exit status; 132: killed by its own VMCALL. */
  readonly status: number;
}

export function vmwareCheckvm(view: LocalView): CheckvmAnswer {
  const asked = asking(view);
  const answer = ask(asked);
  const { reasons: because, lacking } = asked;
  if (answer === "killed")
    return { says: "Illegal instruction", product: "Illegal instruction", sees: "nothing", because, lacking, status: 132 };
  if (answer === "no") return { says: REFUSAL, product: REFUSAL, sees: "nothing", because, lacking, status: 1 };
  const product = PRODUCTS[typeOf(answer)] ?? "Unknown";
  return { says: `VMware software version ${VERSION} (good)`, product, sees: "virtual-machine", because, lacking, status: 0 };
}

function ask(asked: Asked): Registers | "no" | "killed" {
  const name = hypervisorBit(asked) ? hypervisorName(asked) : "";
  if (name === "KVMKVMKVM" || name === "XenVMMXenVMM") return refused(asked, `CPUID names ${brief(name)}, which is another hypervisor`);
  if (name !== "VMwareVMware" && answersAsXen(asked)) return refused(asked, "Xen answers its own CPUID");
  const { answer, how } = version(asked);
  if (answer === undefined) asked.lacks(how);
  if (answer === "fault" && how !== PORT) return killed(asked, how);
  if (answer === undefined || answer === "fault") return refused(asked, `${how} is refused`);
  return believed(asked, how, answer);
}

function believed(asked: Asked, how: string, answer: Registers): Registers | "no" {
  if (answer.ebx !== MAGIC || answer.eax === NO_ANSWER) return refused(asked, `${how} does not answer as VMware`);
  if (answer.eax !== VERSION) return refused(asked, `${how} answers with version ${answer.eax}`);
  asked.because(`${how} answers GETVERSION with version ${VERSION}`);
  return answer;
}

/** The port's fault is caught, a call's is not. */
function killed(asked: Asked, how: string): "killed" {
  asked.because(`CPUID asks for ${how}, which the processor does not know`);
  return "killed";
}

function refused(asked: Asked, why: string): "no" {
  asked.because(why);
  return "no";
}

function answersAsXen({ view }: Asked): boolean {
  const answer = view.instructions?.xenCpuid;
  return answer !== undefined && answer !== "fault" && vendorOf(answer) === "XenVMMXenVMM";
}

const PORT = "port 0x5658";

function version(asked: Asked): { readonly how: string; readonly answer: Registers | "fault" | undefined } {
  const { instructions } = asked.view;
  const calls = callBits(asked);
  if ((calls & 2) !== 0) return { how: "VMCALL", answer: instructions?.vmcall };
  if ((calls & 1) !== 0) return { how: "VMMCALL", answer: instructions?.vmmcall };
  return { how: PORT, answer: instructions?.vmwarePort["10"] };
}

/** Only VMware's own CPUID leaves are believed to speak of calls. */
function callBits(asked: Asked): number {
  if (!hypervisorBit(asked)) return 0;
  const leaf = cpuid(asked, "40000000");
  if (leaf === undefined || vendorOf(leaf) !== "VMwareVMware" || leaf.eax < CALL_LEAF) return 0;
  return cpuid(asked, CALL_LEAF.toString(16))?.ecx ?? 0;
}

function typeOf({ ecx }: Registers): number {
  return ecx >>> 16 === TYPE_UNTOLD ? 0 : ecx;
}

export const vmwareCheckvmDetector: KnownDetector<LocalView> = {
  id: "vmware-checkvm",
  title: "vmware-checkvm of open-vm-tools",
  version: "12.2 (Debian 12)",
  source: "open-vm-tools checkvm, lib/misc vmcheck and hostinfo; the program's behaviour",
  runAs: "anyone",
  judge: (view) => {
    const { product: _product, status: _status, ...verdict } = vmwareCheckvm(view);
    return verdict;
  },
};
