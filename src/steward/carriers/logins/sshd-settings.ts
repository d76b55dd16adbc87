import type { CarrierHost } from "../../apply/carriage.ts";
import type { Account } from "./account.ts";

/** What sshd does with the logins of one user: from its own account of itself, and from its file for what that does not tell. */
export interface SshdSettings {
  readonly usesPam: boolean;
  /** Whether files in `sshd_config.d` count for everybody, so that one of ours can name the user. */
  readonly hasOwnFolder: boolean;
  /** `none` where there is none, as for the next two. */
  readonly forcedCommand: string;
  readonly changedRoot: string;
  /** Keys that are no lines of a file: nobody knows what they are limited to. */
  readonly otherKeys: boolean;
  readonly keyFiles: readonly string[];
  /** What `sftp` is: a program with its arguments, or `internal-sftp`. */
  readonly sftp: string;
}

export const SSHD = "/usr/sbin/sshd";
export const SSHD_CONFIG = "/etc/ssh/sshd_config";
export const SSHD_FOLDER = "/etc/ssh/sshd_config.d";

/** sshd(8), `-T` and `-C`: a connection of this user's. */
export function connectionOf(user: string): string {
  return `user=${user},host=localhost,addr=127.0.0.1,laddr=127.0.0.1,lport=22`;
}

/** Undefined: there is no sshd, or it refuses its configuration. */
export function sshdSettings(account: Account, host: CarrierHost): SshdSettings | undefined {
  const told = host.ask(SSHD, "-T", "-C", connectionOf(account.name));
  if (told === undefined) return undefined;
  const lines = told.split("\n").map((line) => line.split(" "));
  const settingOf = (keyword: string) =>
    lines
      .find(([word]) => word === keyword)
      ?.slice(1)
      .join(" ") ?? "none";
  return {
    usesPam: settingOf("usepam") === "yes",
    hasOwnFolder: includesFolder(host.read(SSHD_CONFIG) ?? ""),
    forcedCommand: settingOf("forcecommand"),
    changedRoot: settingOf("chrootdirectory"),
    otherKeys: settingOf("trustedusercakeys") !== "none" || settingOf("authorizedkeyscommand") !== "none",
    keyFiles: settingOf("authorizedkeysfile")
      .split(" ")
      .filter((file) => file !== "none")
      .map((file) => keyFileOf(file, account)),
    sftp:
      lines
        .find(([word, name]) => word === "subsystem" && name === "sftp")
        ?.slice(2)
        .join(" ") ?? "none",
  };
}

/** sshd_config(5), `Include`: before the first `Match`, its files count for all; a `Match` in one of them ends with that file. */
function includesFolder(text: string): boolean {
  const lines = text.split("\n").map((line) =>
    line
      .replace(/^\s*#.*/, "")
      .trim()
      .replace(/^(\w+)\s*=\s*/, "$1 "),
  );
  const match = lines.findIndex((line) => /^match\b/i.test(line));
  const before = match < 0 ? lines : lines.slice(0, match);
  const files = before.flatMap((line) => (/^include\s/i.test(line) ? line.split(/\s+/).slice(1) : []));
  return files.some((file) => [`${SSHD_FOLDER}/*.conf`, "sshd_config.d/*.conf"].includes(file.replaceAll('"', "")));
}

/** sshd_config(5), `AuthorizedKeysFile` and its tokens. */
function keyFileOf(file: string, { name, uid, home }: Account): string {
  const path = file.replaceAll(/%[%huU]/g, (token) => ({ "%%": "%", "%h": home, "%u": name, "%U": `${uid}` })[token] ?? token);
  return path.startsWith("/") ? path : `${home}/${path}`;
}
