/** Every error that an operator can put right. docs/errors.md is made from this table, and a test compares the two. A code is never used again for something else. */
export const codes = {
  "config-syntax": { meaning: "The configuration is not YAML.", next: "Correct the line that is named." },
  "config-value": { meaning: "The configuration has an unknown key or a value that is not allowed.", next: "Correct the line that is named; docs/configuration.md lists every key." },
  "file-unreadable": { meaning: "A file that the operator named cannot be read.", next: "Check its path and its permissions." },
  "file-unwritable": { meaning: "A file that the operator named cannot be written.", next: "Check its folder and the permissions." },
  "view-unreadable": { meaning: "A file is neither a saved view nor the output of the detection script.", next: "Name a file that `detect ... --save` wrote, or what the script of `utsusemi detect script` printed." },
  "persona-unknown": { meaning: "No persona has this name.", next: "`utsusemi check --list` names those that are here." },
  "persona-invalid": { meaning: "A persona is broken or contradicts itself.", next: "`utsusemi check FILE` lists every contradiction." },
  "listen-refused": { meaning: "An address and port cannot be listened on.", next: "Stop what listens there, or choose another port in the configuration." },
  "listen-privileged": { meaning: "A port below 1024 needs rights that this process has not.", next: "Start as root (the sensor drops its rights before the first visitor), install the service, or use `ports: unprivileged`." },
  "user-missing": { meaning: "The user that the sensor would drop to does not exist.", next: "Create it: `useradd --system --no-create-home --shell /usr/sbin/nologin utsusemi`, or run `utsusemi service install`." },
  "code-unreachable": { meaning: "Started as root, and no other account can read the checkout, so workers could not give up root's rights.", next: "Move the checkout to where every account can read it, such as /opt/utsusemi, or start as an ordinary user." },
  "state-locked": { meaning: "Another sensor uses this state folder.", next: "Stop it, or choose another folder with --state." },
  "state-unusable": { meaning: "The state folder cannot be used.", next: "Check its owner, its permissions and the free space." },
  "sensor-down": { meaning: "This needs a running sensor, and none answers on this state folder.", next: "Start one: `utsusemi up`." },
  "not-found": { meaning: "There is no visit, file or recording with this name.", next: "`utsusemi sessions` and `utsusemi files` list what is there." },
  "usage": { meaning: "The command was called with arguments that it does not take.", next: "`utsusemi COMMAND --help` shows what it takes." },
  "rights-missing": { meaning: "This needs rights that the caller has not.", next: "Run it as root." },
  "service-unsupported": { meaning: "This machine is not run by systemd.", next: "Start `utsusemi up` from whatever starts services here." },
  "token-missing": { meaning: "The control interface on TCP needs a token file that is missing or open to others.", next: "Let `utsusemi up` create it, or `chmod 600` it." },
  "journal-altered": { meaning: "The journal was changed after it was written.", next: "Keep the state folder as evidence; compare with exported heads." },
  "not-own-host": { meaning: "A host is to be probed that the configuration does not list as owned.", next: "Probe loopback, or list the host under `ownHosts` if it is yours." },
  "fingerprints-invalid": { meaning: "A file of honeypot fingerprints has mistakes.", next: "Correct the lines that are named; signatures/README.md says how they are written." },
} as const satisfies Readonly<Record<string, { readonly meaning: string; readonly next: string }>>;

export type ErrorCode = keyof typeof codes;
