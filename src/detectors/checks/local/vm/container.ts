import { type Check, clean, type Judgement, shown, unknown } from "../../../check.ts";
import { exists, type Files, lineOf, textOf } from "../../../views/files.ts";
import type { LocalView } from "../../../views/local-view.ts";
import { processesOf, processOf } from "../processes.ts";
import { excerpt, family, type Mark, namesIn, numberIn } from "./families.ts";
import { judgeLog } from "./kernel-log.ts";

/** The marks of containers and of kernels that are programs: what a system without a machine of its own shows. */
const { judged, texts, present } = family("container");
const SYSTEMD = "systemd src/basic/virt.c";

/** A line of /proc/self/mountinfo (proc(5)): root within the file system, where, and after the dash what and from where. */
interface Mount {
  readonly root: string;
  readonly at: string;
  readonly kind: string;
  readonly options: string;
}

const MAX_MOUNTS = 4096;

function mountsOf(files: Files): readonly Mount[] | undefined {
  const text = textOf(files, "/proc/self/mountinfo") ?? textOf(files, "/proc/1/mountinfo");
  return text
    ?.split("\n", MAX_MOUNTS)
    .map(mountOf)
    .filter((one) => one !== undefined);
}

function mountOf(line: string): Mount | undefined {
  const fields = line.slice(0, 8192).split(" ");
  const dash = fields.indexOf("-", 6);
  const [, , , root, at] = fields;
  if (dash < 0 || root === undefined || at === undefined) return undefined;
  return { root, at, kind: fields[dash + 1] ?? "", options: fields.slice(dash + 2).join(" ") };
}

function withMounts(judge: (mounts: readonly Mount[]) => Judgement): (view: LocalView) => Judgement {
  return ({ files }) => {
    const mounts = mountsOf(files);
    return mounts === undefined || mounts.length === 0 ? unknown("the mounts could not be read") : judge(mounts);
  };
}

const lxcfsMount = withMounts((mounts) => {
  const found = mounts.find(({ kind, at }) => kind === "fuse.lxcfs" && at.startsWith("/proc/"));
  return found === undefined ? clean("no such mount") : shown(found.at);
});

const cgroupMarks: readonly Mark[] = [
  [/\/docker(?:\/|-)[0-9a-f]{12,64}/, "Docker"],
  [/\/kubepods(?:\.slice)?\b[^\n]{0,40}/, "Kubernetes"],
  [/\/libpod-[0-9a-f]{12,64}/, "Podman"],
  [/\/lxc(?:\.payload)?[./][^\n]{0,40}|\/machine\.slice\/machine-lxc[^\n]{0,40}/, "LXC"],
  [/\/(?:containerd|cri-containerd|crio|buildkit|garden|ecs|mesos)[/-][0-9a-f-]{8,64}/, "containerd and others"],
  [/\/machine\.slice\/systemd-nspawn[^\n]{0,40}/, "systemd-nspawn"],
];

/** What starts a system; anything else as the first process is a container's program. */
const inits = /^(?:systemd|init|runit|runit-init|openrc-init|s6-svscan|sinit|dinit|busybox|upstart|shepherd|launchd|procd)$/;

const maskedByRuntimes = new Set([
  "/proc/kcore",
  "/proc/keys",
  "/proc/timer_list",
  "/proc/sched_debug",
  "/proc/latency_stats",
  "/proc/acpi",
  "/sys/firmware",
]);
const givenByRuntimes = new Set(["/etc/hosts", "/etc/hostname", "/etc/resolv.conf"]);

export const containerChecks: readonly Check<LocalView>[] = [
  present(
    {
      id: "vm.container.docker-file",
      looksAt: "/.dockerenv, /.dockerinit",
      reason: "Docker left its mark in the root directory.",
      ratio: 1.3,
      source: `${SYSTEMD}; Ansible facts; ohai`,
    },
    ["/.dockerenv", "/.dockerinit"],
  ),
  present(
    {
      id: "vm.container.podman-file",
      looksAt: "/run/.containerenv",
      reason: "Podman left its mark in /run.",
      ratio: 1.3,
      source: SYSTEMD,
    },
    ["/run/.containerenv"],
  ),
  present(
    {
      id: "vm.container.manager",
      looksAt: "/run/host/container-manager, /run/systemd/container",
      reason: "A container's manager, or systemd after asking for it, wrote down its name.",
      ratio: 1.3,
      source: "systemd, container interface",
    },
    ["/run/host/container-manager", "/run/systemd/container"],
  ),
  texts(
    {
      id: "vm.container.cgroup",
      looksAt: "/proc/1/cgroup, /proc/self/cgroup",
      reason: "The control group that this runs in was made by a container's engine.",
      ratio: 1.3,
      source: "Ansible facts; ohai",
    },
    ["/proc/1/cgroup", "/proc/self/cgroup"],
    cgroupMarks,
  ),
  texts(
    {
      id: "vm.container.environment",
      looksAt: "/proc/1/environ",
      reason: "The first process was told in its environment which container it is in.",
      ratio: 1.3,
      source: `${SYSTEMD}; virt-what; Ansible facts`,
    },
    ["/proc/1/environ"],
    [[/(?:^|\0)(?:container=|KUBERNETES_SERVICE_HOST=)[^\0]{1,40}/, "its manager"]],
  ),
  judged(
    {
      id: "vm.container.overlay-root",
      looksAt: "/proc/self/mountinfo, /",
      reason: "The root is an overlay of layers, as engines build it from images.",
      ratio: 1.3,
      source: "proc(5); overlay file system of Docker, containerd and Podman",
    },
    withMounts((mounts) => {
      const root = mounts.findLast(({ at }) => at === "/");
      if (root === undefined) return unknown("the root's mount is hidden");
      return /^(?:overlay|aufs|fuse\.fuse-overlayfs)$/.test(root.kind)
        ? shown(`${root.kind} ${excerpt(root.options)}`)
        : clean(excerpt(root.kind));
    }),
  ),
  judged(
    {
      id: "vm.container.masked-files",
      looksAt: "/proc/self/mountinfo, below /proc and /sys",
      reason: "Files of the kernel are covered, as container runtimes do to keep their host's secrets.",
      ratio: 1.3,
      source: "OCI runtime specification, maskedPaths",
    },
    withMounts((mounts) => {
      const masked = mounts.filter(({ at }) => maskedByRuntimes.has(at));
      return masked.length === 0 ? clean("nothing is covered") : shown(masked.map(({ at }) => at).join(" "));
    }),
  ),
  judged(
    {
      id: "vm.container.given-files",
      looksAt: "/proc/self/mountinfo, /etc/hosts, /etc/hostname and /etc/resolv.conf",
      reason: "The files with the host's name and its name servers are mounted from elsewhere, one by one.",
      ratio: 1.3,
      source: "Docker and Kubernetes, files given to containers",
    },
    withMounts((mounts) => {
      const given = mounts.filter(({ at, root }) => givenByRuntimes.has(at) && root !== "/");
      return given.length === 0 ? clean("none is a mount") : shown(given.map(({ at }) => at).join(" "));
    }),
  ),
  judged(
    {
      id: "vm.container.lxcfs",
      looksAt: "/proc/self/mountinfo, fuse.lxcfs; /dev/lxd/sock",
      reason: "The kernel's figures come from a program that adapts them to a container.",
      ratio: 1.3,
      source: "LXCFS; ohai (/dev/lxd/sock)",
    },
    (view) => (exists(view.files, "/dev/lxd/sock") === true ? shown("/dev/lxd/sock") : lxcfsMount(view)),
  ),
  present(
    {
      id: "vm.container.kubernetes-token",
      looksAt: "/var/run/secrets/kubernetes.io",
      reason: "Kubernetes put a service account's token here.",
      ratio: 1.3,
      source: "Kubernetes documentation, service accounts",
    },
    ["/var/run/secrets/kubernetes.io/serviceaccount", "/run/secrets/kubernetes.io/serviceaccount"],
  ),
  judged(
    {
      id: "vm.container.cgroup-namespace",
      looksAt: "/sys/fs/cgroup/cgroup.events and cgroup.type",
      reason: "The root of the control groups has files that only lower ones have: it is not the real root.",
      ratio: 1.3,
      source: `${SYSTEMD}, detect_container_files`,
    },
    ({ files }) => {
      const names = files.list("/sys/fs/cgroup");
      if (typeof names === "string") return names === "absent" ? clean("no control groups") : unknown(`/sys/fs/cgroup: ${names}`);
      const found = names.find((name) => name === "cgroup.events" || name === "cgroup.type");
      return found === undefined ? clean("the real root") : shown(found);
    },
  ),
  judged(
    {
      id: "vm.container.first-process",
      looksAt: "/proc/1",
      reason: "The first process is no init, but whatever was to run here.",
      ratio: 1.3,
      source: "own collection",
    },
    ({ files }) => {
      const first = processOf(files, 1);
      if (first === undefined) return unknown("the first process could not be looked at");
      return inits.test(first.name) ? clean(excerpt(first.name)) : shown(`"${excerpt(first.name)}"`);
    },
  ),
  judged(
    {
      id: "vm.container.no-kernel-threads",
      looksAt: "/proc, children of process 2",
      reason: "No thread of the kernel can be seen: the process numbers are a namespace's own.",
      ratio: 1.3,
      source: "pid_namespaces(7)",
    },
    ({ files }) => {
      const processes = processesOf(files);
      if (typeof processes === "string" || !processes.some(({ pid }) => pid === 1)) return unknown("processes are hidden");
      const threads = processes.filter(({ pid, ppid, name }) => ppid === 2 || (pid === 2 && name === "kthreadd")).length;
      return threads === 0 ? shown(`none among ${processes.length} processes`) : clean(`${threads} threads`);
    },
  ),
  judged(
    {
      id: "vm.container.user-namespace",
      looksAt: "/proc/self/uid_map",
      reason: "User numbers are mapped to others: root here is somebody else outside.",
      ratio: 1.4,
      source: "user_namespaces(7)",
    },
    ({ files }) => {
      const map = textOf(files, "/proc/self/uid_map")?.slice(0, 4096);
      if (map === undefined) return unknown("the map could not be read");
      return /^\s*0\s+0\s+4294967295\s*$/.test(map) ? clean("all users, as they are") : shown(excerpt(map.replaceAll(/\s+/g, " ")));
    },
  ),
  judged(
    {
      id: "vm.container.virtual-cable",
      looksAt: "/sys/class/net/eth0/ifindex and iflink",
      reason: "The network card is one end of a virtual cable whose other end is in another namespace.",
      ratio: 1.3,
      source: "veth(4)",
    },
    ({ files }) => {
      const [index, link] = ["ifindex", "iflink"].map((name) => numberIn(textOf(files, `/sys/class/net/eth0/${name}`), /^(\d{1,9})\s*$/));
      if (exists(files, "/sys/class/net/eth0") === false && exists(files, "/sys/class/net/lo") === true) return clean("no eth0");
      if (index === undefined || link === undefined) return unknown("the card could not be looked at");
      const cable = index !== link && exists(files, "/sys/class/net/eth0/device") === false;
      return cable ? shown(`${index} leads to ${link}`) : clean("a card of its own");
    },
  ),
  texts(
    {
      id: "vm.container.wsl",
      looksAt: "/proc/sys/kernel/osrelease",
      reason: "The kernel is Microsoft's for Windows' subsystem.",
      ratio: 1.2,
      source: `${SYSTEMD}; lscpu`,
    },
    ["/proc/sys/kernel/osrelease"],
    [[/Microsoft|microsoft-standard|WSL\d?/, "Windows"]],
  ),
  judged(
    {
      id: "vm.container.gvisor",
      looksAt: "kernel log; /proc/version",
      reason: "The kernel is gVisor, a program: its log jokes, and its version is always the same.",
      ratio: 1.5,
      source: "gVisor, pkg/sentry/kernel/syslog.go",
    },
    (view) => {
      const version = textOf(view.files, "/proc/version");
      if (version?.startsWith("Linux version 4.4.0 #1 SMP Sun Jan 10 15:06:54 PST 2016") === true) return shown("its fixed version");
      const log = judgeLog(view, [[/Starting gVisor\.\.\./, "gVisor"]]);
      return log.verdict === "unknown" && version !== undefined ? clean("another version") : log;
    },
  ),
  judged(
    {
      id: "vm.container.proot",
      looksAt: "/proc/self/status, TracerPid",
      reason: "What runs here is traced by proot, which pretends another root.",
      ratio: 1.4,
      source: SYSTEMD,
    },
    ({ files }) => {
      const tracer = numberIn(textOf(files, "/proc/self/status"), /^TracerPid:\t(\d{1,10})$/m);
      if (tracer === undefined) return unknown("it is not known who traces");
      if (tracer === 0) return clean("nobody");
      const name = lineOf(files, `/proc/${tracer}/comm`) ?? "";
      return name.startsWith("proot") ? shown(excerpt(name)) : clean("another tracer");
    },
  ),
  judged(
    {
      id: "vm.container.openvz",
      looksAt: "/proc/vz, /proc/bc",
      reason: "OpenVZ shows its guests' directory and not its host's.",
      ratio: 1.4,
      source: `${SYSTEMD}; virt-what; Ansible facts`,
    },
    ({ files }) => {
      const [guest, host] = [exists(files, "/proc/vz"), exists(files, "/proc/bc")];
      if (guest === undefined) return unknown("not looked at");
      return guest && host === false ? shown("/proc/vz without /proc/bc") : clean("not a guest's");
    },
  ),
  texts(
    {
      id: "vm.container.vserver",
      looksAt: "/proc/self/status, VxID",
      reason: "The process carries a context number of Linux-VServer.",
      ratio: 1.4,
      source: "virt-what; ohai",
    },
    ["/proc/self/status"],
    [[/^(?:VxID|s_context):\s*[1-9]\d*/m, "Linux-VServer"]],
  ),
  judged(
    {
      id: "vm.container.few-devices",
      looksAt: "/dev",
      reason: "There are only the dozen device nodes that the runtime specification asks for.",
      ratio: 1.3,
      source: "OCI runtime specification, default devices",
    },
    ({ files }) => {
      const nodes = namesIn(files, "/dev");
      if (nodes.length === 0) return unknown("no device could be looked at");
      const hardware = nodes.filter((name) =>
        /^(?:mem|kmsg|tty0|ttyS\d|input|disk|sd[a-z]|nvme\d|vd[a-z]|loop|rtc|cpu|dri|snd|mapper|vcs)/.test(name),
      ).length;
      return hardware === 0 ? shown(`${nodes.length} nodes, none of hardware`) : clean(`${hardware} of hardware`);
    },
  ),
];
