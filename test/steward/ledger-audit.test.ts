import assert from "node:assert/strict";
import test from "node:test";
import { needs } from "../rig/needs.ts";
import { PrivateHost } from "./private-host.ts";

/** Left-overs as an operator meets them: status names them, revert takes away what can only be ours. */
test("status names what is in no ledger; revert sweeps it where nothing else can be hit", needs("root", "unshare"), async () => {
  await using host = await PrivateHost.start();
  const plan = `/tmp/utsusemi-run-4194304-${process.pid.toString(16).padStart(16, "0")}`;
  /** Other tests' processes, and plans in /tmp, are seen from everywhere. */
  const status = async () => {
    const leftovers: readonly { kind: string; what: string }[] = JSON.parse(
      (await host.utsusemi("disguise", "status", "--json")).out,
    ).leftovers;
    return leftovers.filter(({ what }) => what === plan || what.includes("own-audit"));
  };
  assert.deepEqual(await status(), []);
  host.shell(`echo x >${plan}; mkdir -p /etc/systemd/system/own-audit.service.d;
    printf '[Service]\\nExecStart=!${host.folder}/plans/guard-x64 enter x\\n' >/etc/systemd/system/own-audit.service.d/zz.conf`);
  assert.deepEqual((await status()).map(({ kind, what }) => `${kind} ${what}`).sort(), [
    "drop-in /etc/systemd/system/own-audit.service.d/zz.conf",
    `plan ${plan}`,
  ]);
  const reverted = await host.utsusemi("disguise", "revert");
  assert.match(reverted.out, /drop-in \/etc\/systemd\/system\/own-audit\.service\.d\/zz\.conf names the steward's things/);
  assert.equal(host.shell(`ls ${plan} 2>&1 | wc -l; ls ${plan} 2>/dev/null; true`).trim(), "1");
  host.shell("rm -r /etc/systemd/system/own-audit.service.d");
  assert.deepEqual(await status(), []);
});
