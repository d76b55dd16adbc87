import { type Asked, brief } from "./asked.ts";
import { type Failure, firstLine, isFailure } from "./systemd-lines.ts";

/** Of what a container without a name is told by. */
export type UnnamedContainer = "cgroup" | "pid-namespace";

/** systemd's questions about containers, in their order. */
export function detectContainer(asked: Asked, unnamed: UnnamedContainer): string | Failure {
  const early = openvz(asked) ?? wsl(asked) ?? proot(asked);
  if (early !== undefined) return early;
  const manager = managerName(asked);
  if (isFailure(manager)) return manager;
  if (manager !== undefined) return translated(asked, manager);
  return markerFile(asked) ?? unnamedContainer(asked, unnamed) ?? "none";
}

/** /proc/vz is in the container and outside, /proc/bc only outside. */
function openvz(asked: Asked): string | undefined {
  if (!asked.there("/proc/vz") || asked.there("/proc/bc")) return undefined;
  asked.because("/proc/vz is there, /proc/bc is not");
  return "openvz";
}

function wsl(asked: Asked): string | undefined {
  const release = firstLine(asked.read("/proc/sys/kernel/osrelease"));
  if (release === undefined || isFailure(release) || !/Microsoft|WSL/.test(release.text)) return undefined;
  asked.because(`/proc/sys/kernel/osrelease is ${brief(release.text)}`);
  return "wsl";
}

/** A tracer whose name begins with proot. */
function proot(asked: Asked): string | undefined {
  const tracer = /^TracerPid:[ \t]*0*([1-9][0-9]*)\s/m.exec(asked.text("/proc/self/status") ?? "")?.[1];
  if (tracer === undefined) return undefined;
  const name = firstLine(asked.read(`/proc/${tracer}/comm`));
  if (name === undefined || isFailure(name) || !name.text.startsWith("proot")) return undefined;
  asked.because(`process ${tracer}, named ${brief(name.text)}, traces us`);
  return "proot";
}

/** What the container's manager said of itself: three places, the first that is not empty wins. */
function managerName(asked: Asked): string | Failure | undefined {
  for (const path of ["/run/host/container-manager", "/run/systemd/container"]) {
    const line = firstLine(asked.read(path));
    if (isFailure(line)) return line;
    if (line?.some !== true) continue;
    asked.because(`${path} says ${brief(line.text)}`);
    return line.text;
  }
  const environment = asked.text("/proc/1/environ")?.split("\0") ?? [];
  const named = environment.find((variable) => variable.startsWith("container="))?.slice("container=".length);
  if (named !== undefined) asked.because(`process 1 has container=${brief(named)} in its environment`);
  return named;
}

const MANAGERS: readonly string[] = ["lxc", "lxc-libvirt", "systemd-nspawn", "docker", "podman", "rkt", "wsl", "proot", "pouch"];

/** `oci` names no manager: then files decide. */
function translated(asked: Asked, manager: string): string {
  if (manager === "oci") return markerFile(asked) ?? "container-other";
  return MANAGERS.includes(manager) ? manager : "container-other";
}

const MARKERS: readonly (readonly [path: string, id: string])[] = [
  ["/run/.containerenv", "podman"],
  ["/.dockerenv", "docker"],
];

function markerFile(asked: Asked): string | undefined {
  const found = MARKERS.find(([path]) => asked.there(path));
  if (found !== undefined) asked.because(`${found[0]} is there`);
  return found?.[1];
}

function unnamedContainer(asked: Asked, unnamed: UnnamedContainer): string | undefined {
  const reason = unnamed === "cgroup" ? nestedCgroup(asked) : pidNamespace(asked);
  if (reason === undefined) return undefined;
  asked.because(reason);
  return "container-other";
}

/** The root of a cgroup tree has files that others have not, and the other way round. */
function nestedCgroup(asked: Asked): string | undefined {
  if (asked.view.files.look("/proc/self/ns/cgroup") === "absent") return undefined;
  if (asked.there("/sys/fs/cgroup/cgroup.controllers")) return nestedCgroup2(asked);
  if (!asked.there("/sys/fs/cgroup/systemd") || asked.there("/sys/fs/cgroup/systemd/release_agent")) return undefined;
  return "/sys/fs/cgroup/systemd has no release_agent";
}

function nestedCgroup2(asked: Asked): string | undefined {
  if (!asked.there("/sys/fs/cgroup/cgroup.events")) return undefined;
  if (asked.there("/sys/fs/cgroup/cgroup.type")) return "/sys/fs/cgroup has a cgroup.type, as only cgroups below the root have";
  return asked.there("/sys/kernel/cgroup/features") ? undefined : "/sys/fs/cgroup has cgroup.events, as only cgroups below the root have";
}

/** The kernel gives the first pid namespace this number. */
const FIRST_PID_NAMESPACE = "pid:[4026531836]";

function pidNamespace(asked: Asked): string | undefined {
  const look = asked.view.files.look("/proc/self/ns/pid");
  if (look === "unknown") asked.lacks("/proc/self/ns/pid");
  if (typeof look === "string" || look.target === undefined || look.target === FIRST_PID_NAMESPACE) return undefined;
  return `the pid namespace is ${brief(look.target)}, not the first one`;
}
