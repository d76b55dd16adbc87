import { hexOf } from "../draw.ts";
import { type EffectOf, type Effects, shows } from "./effect-of.ts";

/** Containers: files, the environment of process 1, cgroups. What Docker numbers, the site draws. */
const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

const environment =
  (container: string): EffectOf =>
  () => ({ initEnvironment: { PATH, TERM: "linux", container } });

/** Of one container everything has the same number. */
const cgroup =
  (path: (number: string) => string): EffectOf =>
  ({ site }) => ({ cgroup: path(hexOf(site, "container", 64)) });

const uuid = (hex: string) => hex.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1_$2_$3_$4_$5");

const TOKENS = "/var/run/secrets/kubernetes.io/serviceaccount";

/** RFC 7519: three parts in base64url; the signature is drawn, so that no server takes it. */
const token: EffectOf = ({ site }) => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const claims = {
    iss: "https://kubernetes.default.svc.cluster.local",
    sub: "system:serviceaccount:default:default",
    aud: ["https://kubernetes.default.svc.cluster.local"],
  };
  const signature = Buffer.from(hexOf(site, "kubernetes-token", 512), "hex").toString("base64url");
  return {
    files: {
      [`${TOKENS}/token`]: `${part({ alg: "RS256", kid: hexOf(site, "kubernetes-key", 32) })}.${part(claims)}.${signature}`,
      [`${TOKENS}/namespace`]: "default",
    },
  };
};

export const containerEffects: Effects = {
  "container.docker-file": shows({ "/.dockerenv": "" }),
  "container.docker-old-file": shows({ "/.dockerinit": "" }),
  "container.podman-file": shows({ "/run/.containerenv": 'engine="podman-4.3.1"\nrootless=0\n' }),
  "container.manager.docker": shows({ "/run/systemd/container": "docker\n" }),
  "container.manager.lxc": shows({ "/run/systemd/container": "lxc\n" }),
  "container.manager.nspawn": shows({ "/run/systemd/container": "systemd-nspawn\n" }),
  "container.host-manager.docker": shows({ "/run/host/container-manager": "docker\n" }),
  "container.host-manager.nspawn": shows({ "/run/host/container-manager": "systemd-nspawn\n" }),
  "container.environment.lxc": environment("lxc"),
  "container.environment.podman": environment("podman"),
  "container.environment.docker": environment("docker"),
  "container.own-processes": () => ({ initEnvironment: { PATH, TERM: "linux" } }),
  "container.cgroup.docker": cgroup((number) => `/docker/${number}`),
  "container.cgroup.podman": cgroup((number) => `/machine.slice/libpod-${number}.scope`),
  "container.cgroup.kubernetes": cgroup(
    (number) => `/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod${uuid(number)}.slice/cri-containerd-${number}.scope`,
  ),
  "container.cgroup.lxc": cgroup((number) => `/lxc/guest-${number.slice(0, 6)}`),
  "container.host-name": ({ site }) => ({ hostName: hexOf(site, "container", 64).slice(0, 12) }),
  "container.lxd-socket": shows({ "/dev/lxd/sock": "" }),
  "container.kubernetes-token": token,
};
