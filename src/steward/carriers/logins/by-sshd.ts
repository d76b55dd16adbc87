import { dirname } from "node:path";
import type { CarrierHost } from "../../apply/carriage.ts";
import type { Change } from "../../ledger/change.ts";
import { type Account, namesBeside } from "./account.ts";
import { SSHD_FOLDER, type SshdSettings } from "./sshd-settings.ts";
import { bytesFile, textFile } from "./text-file.ts";
import { sshdMatch, wrapperScript } from "./wrapper.ts";

/**
 * Logins by SSH where PAM cannot carry them: sshd runs a wrapper for the user (`Match User`, `ForceCommand`), which starts the guard in a
 * user namespace. So everything it needs must be readable for the user, and what the user may do as root inside is nothing.
 */
export interface SshdWay {
  readonly changes: readonly Change[];
  /** Names in /etc that are ours, of other users as well. */
  readonly added: readonly string[];
  /** Where the plan belongs, and the tracer. */
  readonly plan: string;
  readonly tracer: string;
  readonly wrapper: string;
}

export interface SshdAsked {
  readonly account: Account;
  readonly host: CarrierHost;
  readonly settings: SshdSettings;
  readonly folder: string;
  readonly guard: Uint8Array;
  readonly isTraced: boolean;
}

/** The way, or why it cannot be gone, the rest of a sentence. */
export function sshdWay(asked: SshdAsked): SshdWay | string {
  const { account, host, settings, folder, guard, isTraced } = asked;
  const [program, plan, wrapper] = [`${folder}/guard`, `${folder}/ssh-plan`, `${folder}/ssh-login`];
  const why = obstacle(asked, wrapper);
  if (why !== undefined) return why;
  const confOf = (user: string) => `${SSHD_FOLDER}/utsusemi-${user}.conf`;
  const script = wrapperScript({ guard: program, plan, keyFiles: settings.keyFiles, sftpServer: sftpServer(settings, host), isTraced });
  return {
    changes: [
      bytesFile(program, guard, 0o755),
      textFile(wrapper, script, 0o755),
      textFile(confOf(account.name), sshdMatch(account, wrapper), 0o600),
    ],
    added: namesBeside(account, host).map(confOf),
    plan,
    tracer: `${folder}/tracer`,
    wrapper,
  };
}

function obstacle({ host, settings, folder }: SshdAsked, wrapper: string): string | undefined {
  const { forcedCommand, changedRoot, otherKeys, hasOwnFolder, sftp } = settings;
  if (!hasOwnFolder) return "sshd_config does not include the files of sshd_config.d for everybody";
  if (forcedCommand !== "none" && forcedCommand !== wrapper) return "sshd runs a command of its own for this user (ForceCommand)";
  if (changedRoot !== "none") return "sshd gives this user a root directory of its own (ChrootDirectory)";
  if (otherKeys) return "certificates or keys from a program may limit what is run, which the wrapper would not know";
  if (sftp.startsWith("internal-sftp") && sftpServer(settings, host) === undefined)
    return "there is no sftp-server, and only sshd itself can be internal-sftp";
  if (!/^\/[A-Za-z0-9/._@+-]+$/.test(folder)) return `${folder} has a character that sshd_config cannot hold`;
  if (userNamespacesAreClosed(host)) return "ordinary users get no namespaces here";
  return hasCertificates(settings, host) ? "one of the user's keys signs others (cert-authority)" : undefined;
}

function hasCertificates({ keyFiles }: SshdSettings, host: CarrierHost): boolean {
  return keyFiles.some((file) => /\bcert-authority\b/i.test(host.read(file) ?? ""));
}

/** user_namespaces(7); Debian's own switch beside it. */
function userNamespacesAreClosed(host: CarrierHost): boolean {
  return ["/proc/sys/user/max_user_namespaces", "/proc/sys/kernel/unprivileged_userns_clone"].some(
    (file) => host.read(file)?.trim() === "0",
  );
}

const SFTP_SERVERS = ["/usr/lib/openssh/sftp-server", "/usr/libexec/openssh/sftp-server", "/usr/lib/ssh/sftp-server"];

function sftpServer({ sftp }: SshdSettings, host: CarrierHost): string | undefined {
  const [program = ""] = sftp.split(" ");
  if (program.startsWith("/")) return program;
  return SFTP_SERVERS.find((path) => host.list(dirname(path)).includes("sftp-server"));
}

/** The nearest folder whose way every user may go; the steward's own is often closed. */
export function openFolder(folder: string, host: CarrierHost): string {
  return isOpen(folder, host) ? folder : OPEN_FOLDER;
}

const OPEN_FOLDER = "/var/lib/utsusemi-logins";

function isOpen(folder: string, host: CarrierHost): boolean {
  const mode = Number.parseInt(host.ask("stat", "-L", "-c", "%a", folder)?.trim() ?? "0", 8);
  return (mode & 0o001) !== 0 && (folder === "/" || isOpen(dirname(folder), host));
}
