import { drafts } from "./draft.ts";

/** Containers. Their marker files are only ever shown in a mount namespace: on the real root, process 1 would believe them at the next boot. */
export const container = drafts(
  "container",
  {
    mechanisms: ["overlay"],
    scope: ["tree"],
    needs: ["root", "mount-namespaces"],
    cost: 0,
    risk: 0,
    noticed: false,
    source: "systemd src/basic/virt.c; Ansible facts; ohai; virt-what",
  },
  [
    ["docker-file", "/.dockerenv is there.", "systemd-detect-virt virt-what ansible ohai", { noticed: true }],
    ["docker-old-file", "/.dockerinit is there, as in Docker before 1.11.", "virt-what ansible ohai", { noticed: true }],
    ["podman-file", "/run/.containerenv is there.", "systemd-detect-virt", { noticed: true }],
    ["manager.docker", "/run/systemd/container names docker.", "systemd-detect-virt ansible", { slot: "container-manager" }],
    ["manager.lxc", "/run/systemd/container names lxc.", "systemd-detect-virt ansible", { slot: "container-manager" }],
    ["manager.nspawn", "/run/systemd/container names systemd-nspawn.", "systemd-detect-virt ansible", { slot: "container-manager" }],
    ["host-manager.docker", "/run/host/container-manager names docker.", "systemd-detect-virt", { slot: "container-host" }],
    ["host-manager.nspawn", "/run/host/container-manager names systemd-nspawn.", "systemd-detect-virt", { slot: "container-host" }],
    [
      "environment.lxc",
      "Process 1 of the tree has container=lxc in its environment.",
      "systemd-detect-virt virt-what ansible ohai",
      { mechanisms: ["namespace"], cost: 1, slot: "container-environment" },
    ],
    [
      "environment.podman",
      "Process 1 of the tree has container=podman in its environment.",
      "systemd-detect-virt virt-what ansible",
      { mechanisms: ["namespace"], cost: 1, slot: "container-environment" },
    ],
    [
      "environment.docker",
      "Process 1 of the tree has container=docker in its environment.",
      "systemd-detect-virt ansible",
      { mechanisms: ["namespace"], cost: 1, slot: "container-environment" },
    ],
    ["cgroup.docker", "The cgroup is one of Docker's, with 64 digits.", "virt-what ohai", { mechanisms: ["namespace"], slot: "cgroup" }],
    ["cgroup.podman", "The cgroup is one of Podman's.", "virt-what", { mechanisms: ["namespace"], slot: "cgroup" }],
    ["cgroup.kubernetes", "The cgroup is one of a Kubernetes pod.", "human", { mechanisms: ["namespace"], slot: "cgroup" }],
    ["cgroup.lxc", "The cgroup is one of LXC's.", "ohai", { mechanisms: ["namespace"], slot: "cgroup" }],
    [
      "host-name",
      "The host's name is twelve hexadecimal digits, as Docker gives it.",
      "human",
      { mechanisms: ["namespace"], cost: 1, slot: "host-name" },
    ],
    ["lxd-socket", "LXD's socket for guests is there.", "ohai", { source: "ohai; LXD documentation, dev-lxd" }],
    [
      "kubernetes-token",
      "A service account's token lies where pods have theirs.",
      "human malware",
      { cost: 1, risk: 1, noticed: true, source: "Kubernetes documentation, service accounts; peirates" },
    ],
    [
      "own-processes",
      "A process tree has numbers of its own, from 1.",
      "systemd-detect-virt human",
      { mechanisms: ["namespace"], cost: 2 },
    ],
    ["cgroup-namespace", "The tree's cgroup is its root: 0::/.", "systemd-detect-virt", { mechanisms: ["namespace"], cost: 1 }],
    ["layered-root", "The root is an overlay of layers with hashes for names.", "human", { cost: 1 }],
    [
      "fake-root",
      "Who is root may change no owner and mount nothing: a user namespace.",
      "human malware",
      { mechanisms: ["namespace"], cost: 1, noticed: true },
    ],
  ],
);
