/** The Debian guest by itself, with each kernel: process 1 is systemd and content, detectors find the real machine, and a login works. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { PORT, saidIn } from "./machine/detectors-inside.ts";
import { Guest } from "./machine/guest.ts";
import { needsGuest } from "./machine/needs-guest.ts";

const REAL = {
  "systemd-detect-virt": "none",
  "systemd-detect-virt --vm": "none",
  "systemd-detect-virt --container": "none",
  lscpu: "Virtualization: AMD-V",
  dmidecode: "system-manufacturer: Dell Inc., system-product-name: PowerEdge R640, bios-vendor: SeaBIOS",
  "vmware-checkvm": "Error: vmware-checkvm must be run inside a virtual machine on a VMware hypervisor product.",
  "vmware-port": "Segmentation fault",
  [PORT]: "version signal=11 code=128",
};

describe("a Debian guest", needsGuest(), () => {
  for (const kernel of ["6.1", "6.12"] as const)
    test(`on ${kernel}: systemd runs it, logins work, and detectors find a real machine`, async () => {
      const guest = await Guest.make({ kernel });
      try {
        await guest.boot();
        assert.match(await guest.do("uname -r"), new RegExp(`^${kernel.replace(".", "\\.")}\\.`));
        assert.equal(await guest.do("cat /proc/1/comm; systemctl is-system-running"), "systemd\nrunning\n");
        assert.equal(
          await guest.do("ssh -o BatchMode=yes deploy@localhost 'id -un; loginctl --no-legend list-sessions | wc -l'"),
          "deploy\n1\n",
        );
        assert.deepEqual({ ...saidIn(await guest.do("look")), "virt-what": undefined }, { ...REAL, "virt-what": undefined });
        assert.equal((await guest.run("echo out; echo err >&2; exit 3")).status, 3);
      } finally {
        await guest.close();
      }
    });
});
