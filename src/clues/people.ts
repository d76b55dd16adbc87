import { drafts } from "./draft.ts";

/** Accounts, names and habits. */
const NAME = { mechanisms: ["namespace"], cost: 1, slot: "host-name" } as const;

export const people = drafts(
  "people",
  {
    mechanisms: ["overlay"],
    scope: ["tree"],
    needs: ["root", "mount-namespaces"],
    cost: 1,
    risk: 0,
    noticed: false,
    source: "cowrie/cowrie: honeyfs and cowrie.cfg.dist; Rowe, Custy and Duong, Fake Honeypots (2006)",
  },
  [
    ["cowrie-user", "/etc/passwd has Phil California, Cowrie's standard user.", "human malware"],
    ["telling-account", "/etc/passwd has an account of a honeypot.", "human malware", { noticed: false }],
    ["recorder-shell", "/etc/shells has a shell that records.", "human", { cost: 0, source: "tlog; sudosh" }],
    ["host-name.cowrie", "The host is called svr04, as Cowrie is unless told otherwise.", "human malware", NAME],
    ["host-name.kippo", "The host is called svr03 or nas3, as Kippo and old Cowries are.", "human malware", NAME],
    ["host-name.honeypot", "The host is called honeypot.", "human malware", NAME],
    ["host-name.sandbox", "The host is called sandbox.", "human malware", { ...NAME, risk: 1 }],
    ["host-name.sensor", "The host is called after its place among the sensors.", "human", NAME],
    ["history-withheld", "root keeps no history of commands.", "human", {}],
    ["no-logins", "Nobody has ever logged in: wtmp and lastlog are empty.", "human", {}],
    [
      "session-recorded",
      "The session's own recording grows while it is looked at.",
      "human",
      { mechanisms: ["files"], noticed: true, source: "Kitazawa and Shinoda, Fake Honeypot" },
    ],
    ["analysts-home", "A home folder has been used by an analyst.", "human", { noticed: true }],
  ],
);
