import assert from "node:assert/strict";
import test from "node:test";
import { clueById } from "../../src/clues/index.ts";
import type { Effect } from "../../src/disguise/effect.ts";
import { isUnavailable } from "../../src/disguise/effects/effect-of.ts";
import { effectOf } from "../../src/disguise/effects/index.ts";
import type { Plan, ShownClue } from "../../src/disguise/plan.ts";
import { siteOf } from "../../src/disguise/site.ts";
import { loadStory } from "../../src/disguise/stories/load-stories.ts";
import { metalHost as view } from "../../src/disguise/testing/hosts.ts";
import { mergedEffects } from "../../src/disguise/under-effects.ts";
import type { Carriage, CarrierHost } from "../../src/steward/apply/carriage.ts";
import { CONTAINER_MARKS } from "../../src/steward/carriers/host/never.ts";
import { carryHost } from "../../src/steward/carriers/host.ts";
import { subjectOf } from "../../src/steward/ledger/change.ts";

/** What a story would change of a whole host, and above all what never. */
const PASSWD = "root:x:0:0:root:/root:/bin/bash\nana:x:1000:1000::/home/ana:/bin/bash\n";

/** @param more answers of programs, by their first words */
function hostOf(files: Readonly<Record<string, string>>, more: Readonly<Record<string, string>> = {}): CarrierHost {
  const names = (path: string) => {
    const prefix = path === "/" ? "/" : `${path}/`;
    const inside = Object.keys(files).filter((one) => one.startsWith(prefix));
    return [...new Set(inside.map((one) => one.slice(prefix.length).split("/", 1)[0] ?? ""))];
  };
  return {
    read: (path) => files[path],
    list: names,
    ask: (program, ...words) => {
      const said = more[`${program} ${words.slice(1).join(" ")}`] ?? more[program];
      if (said !== undefined) return said;
      if (program === "uname") return "6.1.0-18-amd64\n";
      return program === "realpath"
        ? words
            .slice(2)
            .map((path) => path.replace(/^\/(s?bin)(\/|$)/, "/usr/$1$2"))
            .join("\n")
        : undefined;
    },
  };
}

const FILES = {
  "/etc/passwd": PASSWD,
  "/etc/motd": "Welcome\n",
  "/etc/hostname": "web1\n",
  "/opt/own/x": "",
  "/usr/bin/python3": "",
  "/usr/sbin/nologin": "",
  "/usr/local/bin/x": "",
  "/var/log/wtmp": "logins",
  "/root/.bashrc": "",
  "/sys/class/net/eth0/device/vendor": "",
  "/proc/modules": "ext4 1 0 - Live 0x0\n",
  "/lib/modules/6.1.0-18-amd64/modules.dep":
    "kernel/drivers/net/vmxnet3/vmxnet3.ko:\nkernel/drivers/scsi/vmw_pvscsi.ko.xz:\nkernel/drivers/misc/vmw_vmci/vmw_vmci.ko:\n",
};

const story = loadStory("lazy-honeypot");

function planOf(shown: readonly ShownClue[]): Plan {
  return { story, cost: 0, budget: 9, risk: 0, shown, leftOut: [], effect: mergedEffects(shown.map(({ effect }) => effect)) };
}

function clueWith(id: string, effect: Effect): ShownClue {
  const clue = clueById(id);
  assert.ok(clue !== undefined, id);
  return { clue, effect };
}

function carried(shown: readonly ShownClue[], also: readonly string[] = [], files: Readonly<Record<string, string>> = FILES): Carriage {
  return carryHost({
    scope: { kind: "host" },
    plan: planOf(shown),
    folder: "/var/lib/own/plans",
    mark: 123_456,
    also,
    host: hostOf(files),
  });
}

const subjects = ({ changes }: Carriage) => changes.map(subjectOf);

test("files of a product are new files in new directories, each made once, before what lies in it", () => {
  const effect = { files: { "/opt/cowrie/etc/cowrie.cfg": "[honeypot]\n", "/opt/cowrie/var/log": { directory: true } } } satisfies Effect;
  const carriage = carried([clueWith("files.cowrie", effect)]);
  assert.deepEqual(subjects(carriage), [
    "path /opt/cowrie",
    "path /opt/cowrie/etc",
    "path /opt/cowrie/etc/cowrie.cfg",
    "path /opt/cowrie/var",
    "path /opt/cowrie/var/log",
  ]);
  assert.deepEqual(carriage.seen, effect);
  assert.deepEqual(carriage.leftOut, []);
});

test("what is there stays, but for greetings; logs are never emptied, nothing is hidden", () => {
  const carriage = carried([
    clueWith("files.cowrie", {
      files: { "/opt/own/x": "other", "/var/log/wtmp": "", "/etc/motd": "Welcome\n\nrecorded\n", "/etc/hostname": { absence: "absent" } },
    }),
  ]);
  assert.deepEqual(subjects(carriage), ["path /etc/motd"]);
  assert.equal(carriage.leftOut.length, 3);
});

test("no container mark and nothing that the host acts on is ever made, whatever a story says", () => {
  const paths = [
    ...CONTAINER_MARKS,
    "/run/x",
    "/tmp/sample.elf",
    "/etc/cron.d/x",
    "/etc/ld.so.preload",
    "/etc/systemd/system/tpot.service",
  ];
  for (const path of paths)
    for (const entry of ["", { link: "/x" }, { directory: true }] as const) {
      const carriage = carried([clueWith("container.docker-file", { files: { [path]: entry } })]);
      assert.deepEqual(carriage.changes, [], path);
      assert.deepEqual(carriage.seen?.files, {});
    }
});

test("every built clue of a container, and every file of /proc and /sys, makes nothing on a whole host", () => {
  for (const family of ["container.", "firmware.", "devices.", "kernel.", "processor."]) {
    const shown = Object.keys(effectIds(family)).flatMap((id) => {
      const effect = effectOf(id)?.({ view, site: siteOf(view, "seed") });
      return effect === undefined || isUnavailable(effect) ? [] : [clueWith(id, effect)];
    });
    const { changes } = carried(shown);
    const wrong = changes.filter((change) => !("path" in change) || /^\/(proc|sys|dev|run|\.docker)/.test(change.path));
    assert.deepEqual(
      wrong.filter((change) => change.kind !== "sysctl" || change.name !== "kernel/hostname"),
      [],
      family,
    );
    assert.ok(changes.every(({ kind }) => kind !== "mount"));
  }
});

function effectIds(family: string): Readonly<Record<string, true>> {
  const ids = ["container.docker-file", "container.manager.docker", "container.host-manager.docker", "container.environment.lxc"];
  const more = ["container.cgroup.docker", "container.lxd-socket", "container.kubernetes-token", "firmware.vendor.vmware"];
  const others = ["firmware.table.vmware", "devices.pci.vmware", "kernel.loaded.vmci", "kernel.release.cowrie", "processor.vendor.vmware"];
  return Object.fromEntries([...ids, ...more, ...others].filter((id) => id.startsWith(family)).map((id) => [id, true]));
}

test("where others than root can change names, and where a link stands, nothing is made", () => {
  const shown = [clueWith("files.cowrie", { files: { "/opt/cowrie/x": "", "/etc/motd": "other", "/var/log/y": "" } })];
  const asked = { scope: { kind: "host" }, plan: planOf(shown), folder: "/var/lib/own/plans", mark: 1 } as const;
  const stat = "0 755 /\n1000 755 /opt\n0 775 /var/log\n0 1777 /tmp\n";
  const open = carryHost({ ...asked, host: hostOf(FILES, { stat, "readlink /etc/motd": "/run/motd\n" }) });
  assert.deepEqual(subjects(open), ["path /var/log/y"]);
  assert.deepEqual(open.leftOut, [
    "/etc/motd stays as it is: it is no plain file.",
    "/opt/cowrie/x is left out: others than root can change /opt.",
  ]);
});

test("accounts have no password, no shell and a number of their own; nobody else's line changes", () => {
  const line = "phil:x:1000:1000:Phil California,,,:/home/phil:/bin/bash";
  const { changes, seen } = carried([clueWith("people.cowrie-user", { files: { "/etc/passwd": `${PASSWD}${line}\n` } })]);
  const wanted = `${PASSWD}phil:*:1001:1001:Phil California,,,:/home/phil:/usr/sbin/nologin\n`;
  assert.deepEqual(changes, [{ kind: "file", path: "/etc/passwd", contents: Buffer.from(wanted).toString("base64") }]);
  assert.deepEqual(seen?.files, { "/etc/passwd": wanted });
});

test("a process whose program is there gets it bound over; one whose program is not there gets the sleeper as a file", () => {
  const python = { name: "twistd", program: "/usr/bin/python3", arguments: ["/opt/cowrie/env/bin/python3", "twistd"] };
  const tools = { name: "auditd", program: "/sbin/auditd", arguments: ["/sbin/auditd"] };
  const carriage = carried([clueWith("processes.cowrie", { processes: [python, tools] })]);
  assert.deepEqual(
    carriage.changes.map((change) => ("path" in change ? `${change.kind} ${change.path}` : change.kind)),
    ["file /var/lib/own/plans/sleeper", "process", "file /usr/sbin/auditd", "process"],
  );
  const [twistd, auditd] = carriage.changes.filter((change) => change.kind === "process");
  assert.deepEqual([twistd?.body, twistd?.program, auditd?.body], ["/var/lib/own/plans/sleeper", "/usr/bin/python3", undefined]);
  assert.match(twistd?.token ?? "", /^[0-9a-f]{32}$/);
  assert.deepEqual(carriage.seen?.processes, [python, tools]);
  assert.deepEqual(carried([clueWith("processes.cowrie", { processes: [python, tools] })]), carriage);
});

test("an interpreter that is not there is not made: scripts of the host would run it", () => {
  const { "/usr/bin/python3": _, ...files } = FILES;
  const python = { name: "python3", program: "/usr/bin/python3", arguments: ["/usr/bin/python3", "x"] };
  const { changes, leftOut } = carried([clueWith("processes.sandbox", { processes: [python] })], [], files);
  assert.deepEqual([changes, leftOut.length], [[], 1]);
});

test("the host's name is a setting and a file", () => {
  const { changes } = carried([clueWith("people.host-name.cowrie", { hostName: "svr04" })]);
  assert.deepEqual(changes.map(subjectOf), ["sysctl kernel/hostname", "path /etc/hostname"]);
});

test("modules and the network card are changed only where their clue was asked for, and modules only where the kernel has them", () => {
  const modules = clueWith("kernel.loaded.vmxnet3", { modules: ["vmxnet3", "vmw_pvscsi", "vboxguest"] });
  const card = [
    clueWith("network.address.vmware", { network: { address: "00:0c:29:01:02:03" } }),
    clueWith("network.name.vmware", { network: { name: "ens192" } }),
  ];
  const unasked = carried([modules, ...card]);
  assert.deepEqual([unasked.changes, unasked.leftOut.length], [[], 2]);
  const asked = carried([modules, ...card], ["kernel.loaded.vmxnet3", "network.address.vmware", "network.name.vmware"]);
  assert.deepEqual(subjects(asked), [
    "module vmxnet3",
    "path /etc/modules-load.d/vmxnet3.conf",
    "module vmw_pvscsi",
    "path /etc/modules-load.d/vmw_pvscsi.conf",
    "link-name eth0",
    "link-address ens192",
  ]);
  assert.deepEqual(asked.leftOut, ["This kernel (6.1.0-18-amd64) has no module vboxguest."]);
  assert.deepEqual(subjects(carried([modules, ...card], ["network.address.vmware"])), ["link-address eth0"]);
});
