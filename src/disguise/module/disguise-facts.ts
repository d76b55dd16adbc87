import { exists, type Files, lineOf, textOf } from "../../detectors/views/files.ts";
import { type ModuleHost, moduleState } from "./module-state.ts";

/** What the machine disguise finds on a host, as `doctor` shows it. A fact that nobody could look at never makes anything absent. */
export interface DisguiseFact {
  readonly what: string;
  readonly answer: "present" | "absent" | "unknown";
  readonly cause: string;
  /** The step that would help. */
  readonly mend?: string;
}

/**
 * What there is here of that by which a machine is disguised: pure, from the host's files and what uname says.
 * CPUID faulting, whether processes may be traced, the kernel module, DMI fields, namespaces, cgroups of version 2.
 */
export function disguiseFacts(host: ModuleHost): readonly DisguiseFact[] {
  const { files } = host;
  return [cpuidFaulting(files), tracing(files), module(host), dmi(files), userNamespaces(files), unifiedCgroups(files)];
}

function cpuidFaulting(files: Files): DisguiseFact {
  const what = "a disguise can forge CPUID";
  const flags = /^flags\s*:(.*)$/m.exec(textOf(files, "/proc/cpuinfo") ?? "")?.[1];
  if (flags === undefined) return { what, answer: "unknown", cause: "/proc/cpuinfo does not tell what the processor can do" };
  if (/\bcpuid_fault\b/.test(flags)) return { what, answer: "present", cause: "the processor can make CPUID fault" };
  return {
    what,
    answer: "absent",
    cause: "this processor, or the hypervisor below it, cannot make CPUID fault",
    mend: "Nothing to be done here: the VMware port and all files are shown without it.",
  };
}

const YAMA = "/proc/sys/kernel/yama/ptrace_scope";

/** The kernel's Documentation/admin-guide/LSM/Yama.rst. */
function tracing(files: Files): DisguiseFact {
  const what = "a disguise can trace processes";
  const scope = lineOf(files, YAMA);
  if (scope === undefined) {
    if (exists(files, YAMA) === false) return { what, answer: "present", cause: "nothing restricts ptrace" };
    return { what, answer: "unknown", cause: `${YAMA} cannot be read` };
  }
  if (scope === "0" || scope === "1") return { what, answer: "present", cause: `kernel.yama.ptrace_scope is ${scope}` };
  if (scope === "2") return { what, answer: "present", cause: "kernel.yama.ptrace_scope is 2: as root only" };
  return {
    what,
    answer: "absent",
    cause: `kernel.yama.ptrace_scope is ${scope}, until the next boot`,
    mend: "Set kernel.yama.ptrace_scope to 1 in /etc/sysctl.d and boot again; until then the preload library answers for dynamic programs.",
  };
}

function module(host: ModuleHost): DisguiseFact {
  const what = "the kernel module can be loaded";
  const { state, cause } = moduleState(host);
  const mend = MENDS.find(([pattern]) => pattern.test(cause))?.[1];
  return { what, answer: state, cause: sentencePart(cause), ...(state === "present" || mend === undefined ? {} : { mend }) };
}

const MENDS: readonly (readonly [RegExp, string])[] = [
  [/headers/, "apt-get install linux-headers-$(uname -r) make gcc"],
  [/locked down|Secure Boot|signed/, "Sign the module with a key of yours: mokutil --import, and let DKMS sign (kernel/module/README.md)."],
  [/modules_disabled/, "Boot again without kernel.modules_disabled."],
];

/** Without its capital and its full stop, for the middle of a line. */
function sentencePart(sentence: string): string {
  return sentence
    .replace(/^The\b|^This\b|^Secure\b|^Loading\b|^It\b/, (word) => (word === "Secure" ? word : word.toLowerCase()))
    .replace(/\.$/, "");
}

const DMI = "/sys/devices/virtual/dmi/id";

function dmi(files: Files): DisguiseFact {
  const what = "this host has DMI fields";
  const answer = exists(files, `${DMI}/sys_vendor`);
  if (answer === undefined) return { what, answer: "unknown", cause: `${DMI} cannot be looked at` };
  if (answer) return { what, answer: "present", cause: lineOf(files, `${DMI}/sys_vendor`) ?? "sys_vendor is there" };
  return {
    what,
    answer: "absent",
    cause: `${DMI} is not there`,
    mend: "Nothing to be done: clues of the firmware are left out, as they would be in a container or on some processors.",
  };
}

/** user_namespaces(7); Debian's own switch beside it. */
function userNamespaces(files: Files): DisguiseFact {
  const what = "an ordinary user can run a disguised command";
  const closed = ["/proc/sys/user/max_user_namespaces", "/proc/sys/kernel/unprivileged_userns_clone"].find(
    (path) => lineOf(files, path) === "0",
  );
  if (closed !== undefined)
    return { what, answer: "absent", cause: `${closed} is 0`, mend: "Run `disguise run` as root, or allow user namespaces there." };
  const isKnown = exists(files, "/proc/sys/user/max_user_namespaces");
  return isKnown === true
    ? { what, answer: "present", cause: "user namespaces are allowed" }
    : { what, answer: isKnown === false ? "absent" : "unknown", cause: "this kernel has no user namespaces, or does not say" };
}

/** proc_pid_cgroup(5): by these the module and systemd know the processes of a service. */
function unifiedCgroups(files: Files): DisguiseFact {
  const what = "services have cgroups of version 2";
  const own = textOf(files, "/proc/1/cgroup");
  if (own === undefined) return { what, answer: "unknown", cause: "/proc/1/cgroup cannot be read" };
  if (/^0::\/init\.scope$/m.test(own)) return { what, answer: "present", cause: "systemd runs them there" };
  return {
    what,
    answer: "absent",
    cause: "process 1 is no systemd in a unified hierarchy",
    mend: "Nothing to be done in a container. Elsewhere: boot with systemd.unified_cgroup_hierarchy=1.",
  };
}
