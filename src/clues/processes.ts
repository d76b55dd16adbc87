import { drafts } from "./draft.ts";

/** Processes whose name gives something away. They do nothing, and who kills one is seen. */
const GUEST = { risk: 2 } as const;

export const processes = drafts(
  "processes",
  {
    mechanisms: ["process"],
    scope: ["host", "tree"],
    needs: ["root"],
    cost: 0,
    risk: 0,
    noticed: true,
    source: "the products' own services; kill lists of bots",
  },
  [
    ["vmware-tools", "VMware's services for guests run: vmtoolsd and VGAuthService.", "human malware", { ...GUEST, machine: "vmware" }],
    ["virtualbox-additions", "VirtualBox's service for guests runs: VBoxService.", "human malware", { ...GUEST, machine: "virtualbox" }],
    ["qemu-agent", "QEMU's service for guests runs: qemu-ga.", "human malware", { ...GUEST, machine: "qemu" }],
    ["spice-agent", "The service of QEMU's remote screen runs: spice-vdagentd.", "human malware", { ...GUEST, machine: "qemu" }],
    ["xen-agent", "Xen's service for guests runs: xe-daemon.", "human malware", { ...GUEST, machine: "xen" }],
    ["hyper-v-agent", "Hyper-V's service for guests runs: hv_kvp_daemon.", "human malware", { ...GUEST, machine: "hyper-v" }],
    ["parallels-tools", "Parallels' service for guests runs: prltoolsd.", "human malware", { ...GUEST }],
    ["cowrie", "Cowrie runs as twistd.", "human malware", {}],
    ["dionaea", "Dionaea runs.", "human malware", {}],
    ["honeyd", "Honeyd runs for a whole network.", "human malware", {}],
    ["opencanary", "OpenCanary runs as twistd.", "human malware", {}],
    ["honeytrap", "Honeytrap runs.", "human malware", {}],
    ["sandbox", "A sandbox's agent runs: analyzer.py.", "human malware", { risk: 1 }],
    ["falco", "Falco sees every system call.", "human malware", { risk: 1 }],
    ["sniffer", "tcpdump writes down what the network card hears.", "human malware", { risk: 1 }],
    ["snort", "Snort watches the network from here.", "human malware", { risk: 1 }],
    ["audit-agent", "The kernel's audit is written down: auditd.", "human", {}],
    ["fleet-agent", "An inventory agent runs: osqueryd.", "human", {}],
    ["recorder", "A recorder of sessions runs: tlog-rec-session.", "human", {}],
    ["tracer", "strace is attached to the SSH server.", "human malware", { risk: 1 }],
    ["endpoint-agent", "An endpoint agent runs; which one is the site's choice.", "human malware", { cost: 1, risk: 1 }],
    [
      "traced",
      "Somebody traces us: TracerPid.",
      "human malware",
      { mechanisms: ["tracer"], needs: ["ptrace"], scope: ["tree"], cost: 2, risk: 1, source: "proc(5); a by-product of the tracer" },
    ],
  ],
);
