import type { Example } from "../../../../check.ts";
import { localView } from "../../../../views/build-view.ts";
import type { LocalView } from "../../../../views/local-view.ts";
import type { Contents } from "../../../../views/memory-files.ts";

const NOW = 1_700_000_000;
const DAY = 86_400;

/** Files in a folder, with the time of each. */
function dated(folder: string, count: number, time: (at: number) => number): Contents {
  return Object.fromEntries(Array.from({ length: count }, (_, at) => [`${folder}/f${at}`, { text: "x", look: { modified: time(at) } }]));
}

const files = (contents: Contents) => localView({ files: contents });
const x86 = { system: "Linux", node: "web1", release: "6.1.0-40-amd64", version: "#1 SMP", machine: "x86_64" };
const intel = "processor\t: 0\nvendor_id\t: GenuineIntel\nmodel name\t: Intel(R) Xeon(R)\n";
const account = (name: string, uid: number) => `${name}:x:${uid}:${uid}::/home/${name}:/bin/sh\n`;

export const statisticsExamples: Readonly<Record<string, Example<LocalView>>> = {
  "kind.files.one-time": {
    shown: files(dated("/etc", 40, () => NOW - DAY)),
    clean: files(dated("/etc", 40, (at) => NOW - at * DAY)),
  },
  "kind.files.scattered-times": {
    shown: files(dated("/usr/bin", 200, (at) => NOW - at * 37_001)),
    clean: files(dated("/usr/bin", 200, (at) => NOW - Math.floor(at / 20) * 37_001)),
  },
  "kind.files.future-times": {
    shown: files(dated("/etc", 5, (at) => NOW + at * 30 * DAY)),
    clean: files(dated("/etc", 5, (at) => NOW - at * 30 * DAY)),
  },
  "kind.files.nothing-recent": {
    shown: files(dated("/var/log", 30, (at) => NOW - (at + 200) * DAY)),
    clean: files(dated("/var/log", 30, (at) => NOW - at * DAY)),
  },
  "kind.files.no-manuals": { shown: files({}), clean: files({ "/usr/share/man/man1/ls.1.gz": "x" }) },
  "kind.users.few": {
    shown: files({ "/etc/passwd": account("root", 0) }),
    clean: files({ "/etc/passwd": account("root", 0) + account("daemon", 1) + account("nobody", 65_534) + account("anna", 1000) }),
  },
  "kind.users.empty-homes": {
    shown: files({ "/home/anna/.bashrc": "x", "/home/phil": { directory: true } }),
    clean: files({ "/home/anna/.bashrc": "x", "/home/anna/thesis.tex": "x" }),
  },
  "kind.users.no-history": { shown: files({ "/root/.bashrc": "x" }), clean: files({ "/root/.bash_history": "ls\n" }) },
  "kind.users.never-logged-in": {
    shown: files({ "/var/log/wtmp": "", "/var/log/lastlog": "" }),
    clean: files({ "/var/log/wtmp": "records" }),
  },
  "kind.host.just-booted": { shown: files({ "/proc/uptime": "61.00 60.00\n" }), clean: files({ "/proc/uptime": "86400.00 60.00\n" }) },
  "kind.host.no-load": {
    shown: files({ "/proc/uptime": "864000.00 60.00\n", "/proc/loadavg": "0.00 0.00 0.00 1/73 900\n" }),
    clean: files({ "/proc/uptime": "864000.00 60.00\n", "/proc/loadavg": "0.04 0.02 0.00 1/73 900\n" }),
  },
  "kind.host.no-packages": { shown: files({}), clean: files({ "/var/lib/dpkg/status": "Package: dash\n" }) },
  "kind.host.other-packages": {
    shown: localView({ commands: { "tools.package-managers": { status: 0, output: 'apt-get\ndpkg\nID="rocky"\n' } } }),
    clean: localView({ commands: { "tools.package-managers": { status: 0, output: "apt-get\ndpkg\nrpm\nID=debian\n" } } }),
  },
  "kind.host.kernel-log": {
    shown: localView({ uname: x86, kernelLog: ["Linux version 2.6.26-2-686 (Debian 2.6.26-21)"] }),
    clean: localView({ uname: x86, kernelLog: ["Linux version 6.1.0-40-amd64 (debian-kernel@lists.debian.org)"] }),
  },
  "kind.host.processor": {
    shown: localView({ uname: { ...x86, machine: "armv7l" }, files: { "/proc/cpuinfo": intel } }),
    clean: localView({ uname: x86, files: { "/proc/cpuinfo": intel } }),
  },
};
