import type { Persona } from "../../decoy/persona.ts";
import { testPersona } from "../../testkit/test-persona.ts";
import { programs } from "../programs/index.ts";

/**
 * A small Debian-like machine on which every program exists, for tests of the shell and of commands: bash for logins, dash as /bin/sh.
 * Real personas come from profiles/.
 */
const SHELLS = ["bash", "dash"];
const NAMES = [...programs.map((program) => program.name), ...SHELLS];

const MTIME = 1_748_736_000;

const directories = [
  "/usr",
  "/usr/bin",
  "/usr/sbin",
  "/usr/local",
  "/usr/local/bin",
  "/var",
  "/var/log",
  "/var/mail",
  "/opt",
  "/mnt",
  "/srv",
  "/run",
  "/lib",
  "/boot",
];
const links = [
  ["/bin", "usr/bin"],
  ["/sbin", "usr/sbin"],
  ["/usr/bin/sh", "dash"],
  ["/etc/localtime", "/usr/share/zoneinfo/UTC"],
] as const;

const files: Readonly<Record<string, string>> = {
  "/etc/hostname": "willow\n",
  "/etc/passwd":
    "root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\nada:x:1000:1000:Ada,,,:/home/ada:/bin/bash\n",
  "/etc/group": "root:x:0:\ndaemon:x:1:\nada:x:1000:\n",
  "/etc/hosts": "127.0.0.1\tlocalhost\n127.0.1.1\twillow\n",
  "/etc/issue": "Debian GNU/Linux 12 \\n \\l\n\n",
  "/etc/shadow": "root:*:19000:0:99999:7:::\n",
};

const manifest = [
  testPersona.tree.manifest,
  ...directories.map((path) => `${path}\td\t755\t0\t0\t4096\t${MTIME}`),
  ...links.map(([path, target]) => `${path}\tl\t777\t0\t0\t${target.length}\t${MTIME}\t${target}`),
  ...NAMES.map((name) => `/usr/bin/${name}\tf\t755\t0\t0\t${30_000 + name.length * 1000}\t${MTIME}`),
  ...Object.entries(files).map(([path, text]) => `${path}\tf\t${path === "/etc/shadow" ? "640" : "644"}\t0\t0\t${text.length}\t${MTIME}`),
].join("\n");

export const shellPersona: Persona = {
  ...testPersona,
  tree: { manifest, files },
  commands: Object.fromEntries(NAMES.map((name) => [name, `/usr/bin/${name}`])),
};
