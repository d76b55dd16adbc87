import type { Example } from "../../../../check.ts";
import { localView } from "../../../../views/build-view.ts";
import type { LocalView } from "../../../../views/local-view.ts";
import type { Contents } from "../../../../views/memory-files.ts";

const files = (contents: Contents): LocalView => localView({ files: contents });
const uname = (release: string) => ({ system: "Linux", node: "web1", release, version: "#1 SMP", machine: "x86_64" });
const bookworm = { "/etc/os-release": 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_ID="12"\nID=debian\n' };
const PASSWD = "root:x:0:0:root:/root:/bin/bash\nanna:x:1000:1000::/home/anna:/bin/bash\n";

export const examples: Readonly<Record<string, Example<LocalView>>> = {
  "trait.local.no-password": {
    shown: files({ "/etc/passwd": `${PASSWD}guest::1001:1001::/home/guest:/bin/sh\n` }),
    clean: files({ "/etc/passwd": PASSWD, "/etc/shadow": "root:*:19000::::::\nanna:$y$j9T$a$b:19000::::::\n" }),
  },
  "trait.local.second-root": {
    shown: files({ "/etc/passwd": `${PASSWD}toor:x:0:0::/root:/bin/sh\n` }),
    clean: files({ "/etc/passwd": PASSWD }),
  },
  "trait.local.open-configuration": {
    shown: files({ "/etc/passwd": { text: PASSWD, look: { mode: 0o666 } } }),
    clean: files({ "/etc/passwd": { text: PASSWD, look: { mode: 0o644 } } }),
  },
  "trait.local.open-remote-login": {
    shown: files({ "/etc/ssh/sshd_config": "PermitRootLogin yes\nPermitEmptyPasswords yes\n" }),
    clean: files({ "/etc/ssh/sshd_config": "PermitRootLogin yes\n#PermitEmptyPasswords yes\n" }),
  },
  "trait.local.trusted-everybody": {
    shown: files({ "/etc/hosts.equiv": "+ +\n" }),
    clean: files({ "/etc/exports": "/srv 192.0.2.0/24(rw)\n" }),
  },
  "trait.local.old-kernel": {
    shown: localView({ files: bookworm, uname: uname("3.2.0-4-amd64") }),
    clean: localView({ files: bookworm, uname: uname("5.10.0-30-amd64") }),
  },
  "trait.local.canary-keys": {
    shown: files({ "/opt/.aws/credentials": "[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\n" }),
    clean: files({ "/root/.aws/credentials": "[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\n" }),
  },
  "trait.local.bait-names": {
    shown: files({ "/root/passwords.txt": "x", "/root/credit-cards.xlsx": "x" }),
    clean: files({ "/root/passwords.txt": "x", "/root/notes.txt": "x" }),
  },
  "trait.local.honeypot-names": { shown: files({ "/opt/honeypot/run.sh": "x" }), clean: files({ "/opt/honeycomb/run.sh": "x" }) },
  "trait.local.research-notice": {
    shown: files({ "/etc/motd": "This system is a research sensor of the CERT.\n" }),
    clean: files({ "/etc/motd": "Authorised use only. All activity is monitored.\n" }),
  },
  "trait.local.telling-account": {
    shown: files({ "/etc/passwd": `${PASSWD}cowrie:x:999:999::/home/cowrie:/bin/false\n` }),
    clean: files({ "/etc/passwd": PASSWD }),
  },
};
