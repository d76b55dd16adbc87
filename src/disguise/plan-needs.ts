import type { Need } from "../clues/clue.ts";
import { exists, isAbsence, lineOf, textOf } from "../detectors/views/files.ts";
import type { LocalView } from "../detectors/views/local-view.ts";

/** What a mechanism needs, as far as a view tells: there, not there, or not known. */
export type Presence = "present" | "absent" | "unknown";

const presence = (there: boolean | undefined): Presence => (there === undefined ? "unknown" : there ? "present" : "absent");

export function needsIn(view: LocalView): Readonly<Record<Need, Presence>> {
  const { files, uid, uname } = view;
  return {
    root: presence(uid === undefined ? undefined : uid === 0),
    "mount-namespaces": mountNamespaces(view),
    ptrace: ptrace(view),
    "cpuid-faulting": cpuidFaulting(view),
    modules: modules(view),
    kprobes: presence(exists(files, "/sys/kernel/tracing/kprobe_events") === true ? true : undefined),
    dmi: presence(exists(files, "/sys/class/dmi/id")),
    systemd: presence(exists(files, "/run/systemd/system")),
    bpf: presence(exists(files, "/proc/sys/kernel/unprivileged_bpf_disabled") === true ? true : undefined),
    x86: presence(uname === undefined ? undefined : /^(?:x86_64|i[3-6]86)$/.test(uname.machine)),
  };
}

function mountNamespaces({ files }: LocalView): Presence {
  const look = files.look("/proc/self/ns/mnt");
  if (!isAbsence(look)) return "present";
  return look === "absent" && exists(files, "/proc/self/ns") === true ? "absent" : "unknown";
}

/** Yama, admin-guide/LSM/Yama: 3 forbids it to everybody until the next boot. */
function ptrace({ files }: LocalView): Presence {
  const scope = lineOf(files, "/proc/sys/kernel/yama/ptrace_scope");
  if (scope !== undefined) return scope === "3" ? "absent" : "present";
  return files.read("/proc/sys/kernel/yama/ptrace_scope") === "absent" ? "present" : "unknown";
}

/** The kernel's own flag: processors of Intel since Ivy Bridge, of AMD since Linux 6.17. */
function cpuidFaulting({ files }: LocalView): Presence {
  const flags = /^flags\s*:(.*)$/m.exec(textOf(files, "/proc/cpuinfo") ?? "")?.[1];
  return presence(flags === undefined ? undefined : /\bcpuid_fault\b/.test(flags));
}

function modules({ files }: LocalView): Presence {
  if (lineOf(files, "/proc/sys/kernel/modules_disabled") === "1") return "absent";
  return presence(exists(files, "/proc/modules"));
}
