import { drafts } from "./draft.ts";

/** Addresses, names of interfaces, and what the wire shows. */
const ADDRESS = {
  mechanisms: ["address"],
  scope: ["tree", "host"],
  needs: ["root"],
  risk: 1,
  cost: 2,
  noticed: false,
  slot: "address",
} as const;
const NAME = { ...ADDRESS, slot: "interface-name" } as const;

/** What the wire engine shows to everybody, or to suspects. */
const ENGINE = { mechanisms: ["engine"], needs: ["root", "bpf"], source: "own collection" } as const;
const SAID = { ...ENGINE, mechanisms: ["engine", "responder"], source: "nmap-service-probes; nuclei templates, network/honeypot" } as const;
/** What takes a conversation, which only a sensor holds. */
const TALK = { mechanisms: ["responder"] } as const;
const PORTS = { ...ENGINE, slot: "unused-ports" } as const;

export const network = drafts(
  "network",
  {
    mechanisms: ["process"],
    scope: ["network"],
    needs: [],
    cost: 0,
    risk: 0,
    noticed: true,
    source: "nmap-service-probes; nuclei templates, network/honeypot; own collection",
  },
  [
    [
      "address.vmware",
      "The network card's address is VMware's, 00:0C:29 or 00:50:56.",
      "nmap human malware",
      { ...ADDRESS, machine: "vmware", source: "IEEE OUI" },
    ],
    [
      "address.virtualbox",
      "The network card's address is VirtualBox's, 08:00:27.",
      "nmap human malware",
      { ...ADDRESS, machine: "virtualbox", source: "IEEE OUI" },
    ],
    [
      "address.qemu",
      "The network card's address is QEMU's, 52:54:00.",
      "nmap human malware",
      { ...ADDRESS, machine: "qemu", source: "QEMU net/net.c" },
    ],
    [
      "address.xen",
      "The network card's address is Xen's, 00:16:3E.",
      "nmap human malware",
      { ...ADDRESS, machine: "xen", source: "IEEE OUI" },
    ],
    [
      "address.hyper-v",
      "The network card's address is Hyper-V's, 00:15:5D.",
      "nmap human malware",
      { ...ADDRESS, machine: "hyper-v", source: "IEEE OUI" },
    ],
    [
      "address.metal",
      "The network card's address is that of a maker of cards.",
      "nmap human malware",
      { ...ADDRESS, risk: 0, machine: "metal", source: "IEEE OUI" },
    ],
    [
      "name.vmware",
      "The interface is called ens33, ens160 or ens192, as in VMware's guests.",
      "human malware",
      { ...NAME, machine: "vmware", source: "systemd.net-naming-scheme(7)" },
    ],
    [
      "name.virtualbox",
      "The interface is called enp0s3, as in VirtualBox's guests.",
      "human malware",
      { ...NAME, machine: "virtualbox", source: "systemd.net-naming-scheme(7)" },
    ],
    [
      "name.qemu",
      "The interface is called ens3 or ens18, as in QEMU's and Proxmox's guests.",
      "human malware",
      { ...NAME, machine: "qemu", source: "systemd.net-naming-scheme(7)" },
    ],
    [
      "name.hyper-v",
      "The interface is called eth0, as in Hyper-V's guests: its cards are on no bus that gives names.",
      "human malware",
      { ...NAME, machine: "hyper-v", source: "systemd.net-naming-scheme(7)" },
    ],
    [
      "name.xen",
      "The interface is called enX0, as in Xen's guests.",
      "human malware",
      { ...NAME, machine: "xen", source: "systemd.net-naming-scheme(7), v255" },
    ],
    [
      "promiscuous",
      "A network card listens to everybody's packets, by its flags.",
      "human",
      {
        mechanisms: ["overlay"],
        scope: ["tree"],
        needs: ["root", "mount-namespaces"],
        noticed: false,
        source: "Linux include/uapi/linux/if.h",
      },
    ],
    ["telnet-greeting", "A telnet service greets as Cowrie's does: FF FD 1F.", "nmap fingerprint.cowrie", SAID],
    ["ftp-greeting", "An FTP service greets as Dionaea's does.", "nmap fingerprint.dionaea", SAID],
    ["second-ssh", "A second SSH service has Cowrie's answers to odd versions.", "nuclei detect-kippo-cowrie fingerprint.cowrie", TALK],
    ["redis-error", "Redis answers QUIT without a line end as decoys do.", "nuclei fingerprint.redishoneypot", TALK],
    ["mysql-salt", "MySQL greets with the same salt every time, as Dionaea does.", "nuclei fingerprint.dionaea", SAID],
    ["smtp-help", "SMTP refuses HELP in Mailoney's words.", "nuclei fingerprint.mailoney", TALK],
    ["elasticsearch-answers", "Elasticsearch answers as Elasticpot does.", "nuclei fingerprint.elasticpot", TALK],
    [
      "port-set",
      "The open ports are those of Dionaea, and some greet as its services do.",
      "human nmap nuclei ports.honeypot-set fingerprint.dionaea",
      { ...PORTS, cost: 1, risk: 1 },
    ],
    ["two-systems", "Ports of Windows' services are open beside those of Linux.", "human nmap", { ...ENGINE, cost: 1, risk: 1 }],
    [
      "control-systems",
      "Ports of S7, Modbus and other controllers are open beside web services.",
      "human nmap",
      { ...ENGINE, cost: 1, risk: 1 },
    ],
    ["t-pot-page", "T-Pot's landing page is on port 64297.", "nuclei fingerprint.tpot human", TALK],
    [
      "many-pages",
      "One web page is the default page of many servers at once.",
      "nuclei-hpd fingerprint.page-of-many human",
      { ...TALK, source: "projectdiscovery/nuclei, honeypotdetector" },
    ],
    ["granting-proxy", "A proxy grants every connection and makes none.", "human"],
    ["swallowing-relay", "A mail relay takes every message and sends none.", "human", { cost: 1 }],
    ["tarpit", "An SSH service sends its first byte late.", "human", { risk: 1 }],
    ["same-answer", "Unused ports answer the same to everything.", "nmap human"],
    [
      "all-ports",
      "All ports are open, and hold whoever connects.",
      "nmap stack.random-ports-open stack.zero-window human",
      { ...PORTS, cost: 2, source: "drk1wi/portspoof; ivre" },
    ],
    [
      "holding-ports",
      "Ports that bots look for take every connection and hold it without a word, as LaBrea did.",
      "nmap stack.zero-window stack.no-options human malware",
      { ...ENGINE, source: "LaBrea; Degreaser (ACSAC 2014)" },
    ],
    [
      "nonsense",
      "Exploits and odd packets get no answer, or one that no service would give.",
      "nmap human",
      { ...ENGINE, source: "Kitazawa and Shinoda, Fake Honeypot" },
    ],
    [
      "other-service",
      "Whoever became suspect reaches a decoy at the port of the real service.",
      "nmap nuclei human",
      { ...ENGINE, mechanisms: ["engine", "responder"], cost: 2, source: "Yamada, scan-triggered honeypots" },
    ],
    [
      "slow-echo",
      "Echoes and answers come later than from the neighbours, to suspects.",
      "rtt.icmp-against-neighbour rtt.tcp-against-neighbour human",
      { ...ENGINE, cost: 1, noticed: false, source: "Kitazawa and Shinoda, Fake Honeypot; nmap qscan" },
    ],
    [
      "stack-mismatch",
      "The time to live does not belong to the system that the banners name, to suspects.",
      "nmap stack.ttl-against-banner human",
      { ...ENGINE, cost: 1, noticed: false },
    ],
    [
      "ip-id-counts",
      "Identifications of packets count up by one, as virtual hosts of honeyd have them, to suspects.",
      "nmap human",
      { ...ENGINE, noticed: false },
    ],
    [
      "option-order",
      "TCP options come in the order of another system, to suspects.",
      "nmap stack.options-against-banner human",
      { ...ENGINE, cost: 1, noticed: false },
    ],
    ["clock-per-port", "Each port has a clock of its own.", "nmap", { noticed: false }],
    [
      "land",
      "After a LAND packet the host is silent to its sender.",
      "land.silent-after human",
      { ...ENGINE, cost: 1, source: "Kitazawa and Shinoda, Fake Honeypot" },
    ],
    [
      "name-answers",
      "Names in the neighbourhood are answered with many addresses.",
      "human malware",
      { cost: 2, source: "Kakumaru, NetBIOS dilution" },
    ],
    [
      "outbound-limit",
      "The first connections out pass, later ones don't, as behind a Honeywall.",
      "human malware",
      { scope: ["tree"], cost: 1, source: "The Honeynet Project, Honeywall" },
    ],
    ["sensor-name", "Reverse DNS and certificates call the host a sensor.", "human", { noticed: false }],
    [
      "resolves-everything",
      "Every name resolves and every page is there, as in a sandbox.",
      "malware human",
      { scope: ["tree"], cost: 1, risk: 1 },
    ],
  ],
);
