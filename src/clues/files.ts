import { drafts } from "./draft.ts";

/** Files that a honeypot, a sandbox or its recorder leaves on a host. */
const PRODUCT = { scope: ["tree", "host"], noticed: true } as const;
const GUEST = { ...PRODUCT, risk: 1 } as const;

export const files = drafts(
  "files",
  {
    mechanisms: ["overlay", "files"],
    scope: ["tree"],
    needs: ["root", "mount-namespaces"],
    cost: 0,
    risk: 0,
    noticed: true,
    source: "the product's own documentation and packages; Rowe, Custy and Duong, Fake Honeypots (2006)",
  },
  [
    ["cowrie", "Cowrie is installed in /opt.", "human malware", PRODUCT],
    ["kippo", "Kippo is installed in /opt, with its log of twisted.", "human malware", PRODUCT],
    ["dionaea", "Dionaea is configured, with a folder of caught binaries.", "human malware", PRODUCT],
    ["honeyd", "Honeyd is configured: /etc/honeypot/honeyd.conf.", "human malware", PRODUCT],
    ["sebek", "Sebek's installer and settings lie about.", "human malware", PRODUCT],
    ["opencanary", "OpenCanary is configured: /etc/opencanaryd.", "human malware", PRODUCT],
    ["t-pot", "T-Pot keeps its logs in /data.", "human malware", PRODUCT],
    ["glastopf", "Glastopf is installed in /opt.", "human malware", PRODUCT],
    ["conpot", "Conpot's templates of control systems are installed.", "human malware", PRODUCT],
    ["nepenthes", "Nepenthes is configured: /etc/nepenthes.", "human malware", PRODUCT],
    ["honeytrap", "Honeytrap is configured: /etc/honeytrap.", "human malware", PRODUCT],
    ["honeywall", "The Honeywall's settings are there: /etc/honeywall.conf.", "human malware", PRODUCT],
    ["heralding", "Heralding collects credentials here.", "human malware", PRODUCT],
    ["mailoney", "Mailoney takes mail here.", "human malware", PRODUCT],
    ["labrea", "LaBrea, the tarpit, is configured.", "human malware", PRODUCT],
    ["sandbox", "An analysis sandbox's agent and its sample lie about.", "human malware", { ...PRODUCT, risk: 1 }],
    ["vmware-tools", "VMware's tools are configured: /etc/vmware-tools.", "human malware", { ...GUEST, machine: "vmware" }],
    ["virtualbox-additions", "VirtualBox's additions are installed in /opt.", "human malware", { ...GUEST, machine: "virtualbox" }],
    ["qemu-agent", "QEMU's agent for guests is installed.", "human malware", { ...GUEST, machine: "qemu" }],
    [
      "honeypot-names",
      "Files and folders are called honeypot.",
      "human malware",
      { source: "Rowe, Custy and Duong, Fake Honeypots (2006)" },
    ],
    ["bait-names", "Files are named after what intruders look for.", "human", { noticed: true }],
    ["canary-keys", "Cloud keys lie where nobody uses them.", "human malware", { risk: 1 }],
    [
      "research-notice",
      "The greeting says that this is a monitored research sensor.",
      "human",
      { cost: 1, noticed: false, slot: "greeting" },
    ],
    ["recorded-notice", "The greeting says that every session is recorded.", "human", { cost: 1, noticed: false, slot: "greeting" }],
    ["recordings", "Recordings of terminals lie in /var/log.", "human", {}],
    ["snoopy", "Snoopy, which logs every execution, is configured.", "human", { noticed: false }],
    ["process-accounting", "The kernel seems to account for every process.", "human", { noticed: false, source: "acct(5)" }],
    [
      "preloaded",
      "A library that logs is loaded into every program: /etc/ld.so.preload.",
      "human malware",
      { mechanisms: ["preload"], cost: 1, noticed: false, source: "ld.so(8)" },
    ],
    ["changed-times", "Times of files are all alike, or random.", "human", { source: "Rowe, distortions of directories" }],
    [
      "vaccines",
      "Lock files by which known bots believe that they run already.",
      "malware",
      { mechanisms: ["files"], scope: ["host"], cost: 1 },
    ],
    [
      "analysts-tools",
      "Tools of analysts are configured: yara with rules, and inetsim, which plays the Internet.",
      "human malware",
      { ...PRODUCT, cost: 1, risk: 1 },
    ],
  ],
);
