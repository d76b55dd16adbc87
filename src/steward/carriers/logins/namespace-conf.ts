import type { CarrierHost } from "../../apply/carriage.ts";

/**
 * What pam_namespace is told, in a file of its own (namespace.conf(5)). It cannot run anything but for a directory that it gives to a session:
 * so it gets one of ours, which nobody uses and which the script takes away again at once. `~` names those who get it; all others don't.
 *
 * What must stay true: the file is there whole before a stack names the module. A line of one word alone makes pam_namespace of Debian 12 crash,
 * and the login with it, whatever `ignore_config_error` and `optional` say; other mistakes only leave the session as it is.
 */
export interface Room {
  /** The directory that is given. */
  readonly path: string;
  readonly script: string;
  readonly user: string;
}

export const CONF_FOLDER = "/etc/security/namespace.d";

/** Our line; a path with one of the characters that mean something in it cannot be written. */
export function confLine({ path, script, user }: Room): string {
  return `${path} tmpfs tmpfs:iscript=${script}:mntopts=nosuid,nodev,noexec,size=4k,mode=0 ~${user}\n`;
}

export function canBeWritten(path: string): boolean {
  return /^\/[A-Za-z0-9/._@+-]+$/.test(path) && !path.includes("..");
}

/** Whether the administrator gives directories to sessions already: whoever gets pam_namespace then gets those as well. */
export function hasOthers(host: CarrierHost, folder: string): boolean {
  const names = host.list(CONF_FOLDER).filter((name) => name.endsWith(".conf"));
  const texts = ["/etc/security/namespace.conf", ...names.map((name) => `${CONF_FOLDER}/${name}`)].map((path) => host.read(path) ?? "");
  const lines = texts.flatMap((text) => text.split("\n")).map((line) => line.replace(/#.*/, "").trim());
  return lines.some((line) => line !== "" && !line.startsWith(`${folder}/`));
}

/** Where Linux-PAM's modules are. */
const MODULE_FOLDERS = [
  "/lib/x86_64-linux-gnu/security",
  "/usr/lib/x86_64-linux-gnu/security",
  "/lib64/security",
  "/usr/lib64/security",
  "/lib/security",
  "/usr/lib/security",
];

export function hasModule(host: CarrierHost): boolean {
  return MODULE_FOLDERS.some((folder) => host.list(folder).includes("pam_namespace.so"));
}

/**
 * Run by pam_namespace as root, in the session's mount namespace, with an empty environment. Whatever fails in it, the login goes on: it is
 * undisguised then, and the system's log says why. Nothing is written to the user's terminal.
 */
export function initScript(guard: string, plan: string): string {
  return `#!/bin/sh
# Shows a disguise to one login. Started by pam_namespace; nothing that fails here keeps the login from working.
exec </dev/null >/dev/null 2>&1
PATH=/usr/sbin:/usr/bin:/sbin:/bin
export PATH
cd /
umount "$1"
timeout -k 1 15 ${quoted(guard)} here ${quoted(plan)} 2>&1 | logger -t utsusemi -p authpriv.warning
exit 0
`;
}

/** For sh(1). */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
