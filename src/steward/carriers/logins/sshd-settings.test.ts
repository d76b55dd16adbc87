import assert from "node:assert/strict";
import test from "node:test";
import type { CarrierHost } from "../../apply/carriage.ts";
import { sshdSettings } from "./sshd-settings.ts";

const account = { name: "ann", uid: 1001, gid: 1001, home: "/home/ann", shell: "/bin/sh" };
const TOLD = `port 22
usepam yes
forcecommand none
chrootdirectory none
trustedusercakeys none
authorizedkeyscommand none
authorizedkeysfile .ssh/authorized_keys /etc/keys/%u %h/100%%
subsystem sftp /usr/lib/openssh/sftp-server -l INFO
`;

function hostWith(config: string, told = TOLD): CarrierHost {
  return { read: () => config, list: () => [], ask: (_, ...words) => (words[2]?.startsWith("user=ann,") === true ? told : undefined) };
}

test("what sshd says of itself, for one user", () => {
  const settings = sshdSettings(account, hostWith("Include /etc/ssh/sshd_config.d/*.conf\n"));
  assert.deepEqual(settings, {
    usesPam: true,
    hasOwnFolder: true,
    forcedCommand: "none",
    changedRoot: "none",
    otherKeys: false,
    keyFiles: ["/home/ann/.ssh/authorized_keys", "/etc/keys/ann", "/home/ann/100%"],
    sftp: "/usr/lib/openssh/sftp-server -l INFO",
  });
  assert.equal(sshdSettings({ ...account, name: "bob" }, hostWith("")), undefined);
});

test("files of sshd_config.d count for everybody where they are included before the first Match", () => {
  const has = (config: string) => sshdSettings(account, hostWith(config))?.hasOwnFolder;
  assert.equal(has("Port 22\n  include sshd_config.d/*.conf\n"), true);
  assert.equal(has('Include="/etc/ssh/sshd_config.d/*.conf"\n'), true);
  assert.equal(has("Include /etc/other/*.conf /etc/ssh/sshd_config.d/*.conf\nMatch User x\n"), true);
  assert.equal(has("Match User x\nInclude /etc/ssh/sshd_config.d/*.conf\n"), false);
  assert.equal(has("#Include /etc/ssh/sshd_config.d/*.conf\n"), false);
  assert.equal(has(""), false);
});
