import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import type { Effect } from "../../src/disguise/effect.ts";
import { prepareRun, type RunOptions } from "../../src/disguise/run/start-run.ts";

/** Runs a command under effects as `disguise run` does, but as a child. */
export function runUnder(effects: readonly Effect[], command: readonly string[], options: RunOptions = {}): SpawnSyncReturns<string> {
  const prepared = prepareRun(effects, command, { environment: ENVIRONMENT, folder: "/", ...options });
  const [argv0 = "", ...words] = prepared.words;
  return spawnSync(prepared.program, words, { argv0, encoding: "latin1", timeout: 60_000, input: "" });
}

export function shellUnder(effects: readonly Effect[], line: string): string {
  const { stdout, stderr } = runUnder(effects, ["sh", "-c", line]);
  return `${stdout}${stderr}`;
}

export const ENVIRONMENT = { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", LANG: "C" };

/** A small VMware guest. */
export const vmware: Effect = {
  files: {
    "/sys/class/dmi/id/sys_vendor": "VMware, Inc.\n",
    "/sys/class/dmi/id/product_name": "VMware Virtual Platform\n",
    "/sys/class/dmi/id/product_uuid": "564d0000-0000-0000-0000-000000000001\n",
    "/proc/bus/pci/devices": "0078\t15ad0710\t0\t0\t0\t0\t0\t0\t0\t0\t0\t0\t0\t0\t0\t0\t0\n",
  },
};

/** What Docker and LXC leave. */
export const container: Effect = {
  files: { "/.dockerenv": "", "/.dockerinit": "" },
  initEnvironment: { container: "lxc" },
};

export const honeypot: Effect = {
  hostName: "svr04",
  files: {
    "/etc/hostname": "svr04\n",
    "/home/phil/.bash_history": "",
    "/opt/cowrie/etc/cowrie.cfg": {
      text: "[honeypot]\nhostname = svr04\n",
      look: { mode: 0o640, uid: 0, gid: 4, modified: 1_600_000_000 },
    },
    "/opt/cowrie/var/log/cowrie": { directory: true },
  },
  processes: [{ name: "twistd", program: "/usr/bin/python3", arguments: ["/usr/bin/python3", "/opt/cowrie/bin/twistd", "-n", "cowrie"] }],
};
