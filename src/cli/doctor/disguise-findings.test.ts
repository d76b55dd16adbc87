import assert from "node:assert/strict";
import test from "node:test";
import { type Contents, overlaidFiles } from "../../detectors/views/memory-files.ts";
import { parseMounts } from "../../disguise/overlay/host-tree.ts";
import { metalHost } from "../../disguise/testing/hosts.ts";
import { disguiseFindings } from "./disguise-findings.ts";

function found(files: Contents, mounts = "1 1 8:1 / / rw - ext4 /dev/sda rw\n") {
  const tree = { look: () => undefined, count: () => 0, mounts: parseMounts(mounts), hasOverlays: true, hasLockedMounts: false };
  const all = [...disguiseFindings({ ...metalHost, files: overlaidFiles(metalHost.files, files) }, tree)];
  return (what: string) => all.find((one) => one.what.includes(what));
}

const EFI = "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c";

test("what stands in a disguise's way is told, with what helps", () => {
  const here = found(
    {
      "/sys/kernel/security/lockdown": "none [integrity] confidentiality\n",
      [EFI]: Uint8Array.of(6, 0, 0, 0, 1),
      "/sys/class/dmi/id": { absence: "absent" },
      "/run/systemd/system": { absence: "absent" },
      "/run/systemd/container": "lxc\n",
    },
    "1 1 8:1 / / rw - ext4 /dev/sda rw\n2 1 8:2 / /etc ro - ext4 /dev/sdb rw\n",
  );
  for (const what of ["services", "whole machine", "/etc", "firmware", "locked down", "Secure Boot", "kernel module"]) {
    assert.equal(here(what)?.answer, "absent", what);
    assert.notEqual(here(what)?.mend, undefined, what);
  }
  assert.match(here("locked down")?.cause ?? "", /integrity/);
  assert.match(here("whole machine")?.cause ?? "", /lxc/);
});

test("where nothing stands in the way, that is told", () => {
  const here = found({
    "/sys/kernel/security/lockdown": "[none] integrity\n",
    [EFI]: Uint8Array.of(6, 0, 0, 0, 0),
    "/run/systemd/system": { directory: true },
  });
  for (const what of ["services", "/etc", "locked down", "Secure Boot"]) assert.equal(here(what)?.answer, "present", what);
  assert.equal(found({ "/sys/kernel/security/lockdown": { absence: "denied" } })("locked down")?.answer, "unknown");
});
