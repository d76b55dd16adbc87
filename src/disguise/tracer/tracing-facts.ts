import { exists, type Files, lineOf, textOf } from "../../detectors/views/files.ts";

/** Something that decides over who may be traced, disguised or answered here, as `doctor` shows it. */
export interface TracingFact {
  readonly what: string;
  readonly answer: "present" | "absent" | "unknown";
  readonly cause: string;
  /** The step that would help. */
  readonly mend?: string;
}

/** Pure, from the host's files. What nobody could look at is never absent. */
export function tracingFacts(files: Files): readonly TracingFact[] {
  return [tracing(files), userNamespaces(files), unifiedCgroups(files)];
}

const YAMA = "/proc/sys/kernel/yama/ptrace_scope";

/** The kernel's Documentation/admin-guide/LSM/Yama.rst. */
function tracing(files: Files): TracingFact {
  const what = "disguise: processes may be traced";
  const scope = lineOf(files, YAMA);
  if (scope === undefined) {
    const isAbsent = exists(files, YAMA) === false;
    return isAbsent
      ? { what, answer: "present", cause: "nothing restricts ptrace" }
      : { what, answer: "unknown", cause: `${YAMA} cannot be read` };
  }
  const cause = `kernel.yama.ptrace_scope is ${scope}`;
  if (scope === "0" || scope === "1") return { what, answer: "present", cause };
  if (scope === "2") return { what, answer: "present", cause: `${cause}: as root only` };
  return {
    what,
    answer: "absent",
    cause: `${cause}, until the next boot`,
    mend: "Set it to 1 in /etc/sysctl.d and boot again. Until then disguise run answers by a library that dynamic programs load.",
  };
}

/** user_namespaces(7); Debian's own switch beside it. */
function userNamespaces(files: Files): TracingFact {
  const what = "disguise: an ordinary user can run a disguised command";
  const closed = ["/proc/sys/user/max_user_namespaces", "/proc/sys/kernel/unprivileged_userns_clone"].find(
    (path) => lineOf(files, path) === "0",
  );
  if (closed !== undefined)
    return { what, answer: "absent", cause: `${closed} is 0`, mend: "Run `disguise run` as root, or allow user namespaces there." };
  const isKnown = exists(files, "/proc/sys/user/max_user_namespaces");
  if (isKnown === true) return { what, answer: "present", cause: "user namespaces are allowed" };
  if (isKnown === undefined) return { what, answer: "unknown", cause: "the kernel's limits cannot be looked at" };
  return { what, answer: "absent", cause: "this kernel has no user namespaces", mend: "Run `disguise run` as root." };
}

/** proc_pid_cgroup(5): by these the kernel module knows the processes of a service. */
function unifiedCgroups(files: Files): TracingFact {
  const what = "disguise: the kernel module knows services by their cgroups";
  const own = textOf(files, "/proc/1/cgroup");
  if (own === undefined) return { what, answer: "unknown", cause: "/proc/1/cgroup cannot be read" };
  if (/^0::\/init\.scope$/m.test(own)) return { what, answer: "present", cause: "systemd keeps them in cgroup v2" };
  return {
    what,
    answer: "absent",
    cause: "process 1 is no systemd in cgroup v2",
    mend: "Nothing in a container. Elsewhere boot with systemd.unified_cgroup_hierarchy=1, or use other scopes.",
  };
}
