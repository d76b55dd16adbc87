import type { Options } from "../../options.ts";
import type { Execution, Process, Program } from "../../program.ts";
import { optionsOr } from "../usage.ts";
import { type Attempt, attempt } from "./attempt.ts";
import { fateText } from "./reach.ts";

/** OpenSSH's clients, and dropbear's: the connection never comes about. */
export const ssh: Program = { name: "ssh", run: shell };
export const slogin: Program = { name: "slogin", run: shell };
export const dbclient: Program = { name: "dbclient", run: shell };
export const scp: Program = { name: "scp", run: (process) => copy(process, "scp") };
export const sftp: Program = { name: "sftp", run: (process) => copy(process, "sftp") };

const SHELL_OPTIONS = "46AaCfGgKkMNnqsTtVvXxYyB:b:c:D:E:e:F:I:i:J:L:l:m:O:o:p:Q:R:S:W:w:";
const COPY_OPTIONS = "346ABCpqrTvRc:D:F:i:J:l:o:P:S:X:b:a:";
const SHELL_USAGE = `usage: ssh [-46AaCfGgKkMNnqsTtVvXxYy] [-B bind_interface]
           [-b bind_address] [-c cipher_spec] [-D [bind_address:]port]
           [-E log_file] [-e escape_char] [-F configfile] [-I pkcs11]
           [-i identity_file] [-J [user@]host[:port]] [-L address]
           [-l login_name] [-m mac_spec] [-O ctl_cmd] [-o option] [-p port]
           [-Q query_option] [-R address] [-S ctl_path] [-W host:port]
           [-w local_tun[:remote_tun]] destination [command [argument ...]]
`;

function* plain(process: Process, text: string, status = 255): Execution {
  yield* process.write(2, text);
  return status;
}

function* shell(process: Process): Execution {
  const options = yield* optionsOr(process, { short: SHELL_OPTIONS, errorStatus: 255, stopAtOperand: true }, SHELL_USAGE);
  if (typeof options === "number") return options;
  if (options.has("V")) return yield* plain(process, `${process.system.machine.versions["ssh"] ?? "OpenSSH"}\n`, 0);
  const [destination] = options.operands;
  if (destination === undefined) return yield* plain(process, SHELL_USAGE);
  return yield* reach(process, destination, { way: "ssh", port: options.value("p"), user: options.value("l") });
}

function* copy(process: Process, kind: "scp" | "sftp"): Execution {
  const usage =
    kind === "scp"
      ? "usage: scp [-346ABCOpqRrsTv] [-c cipher] [-D sftp_server_path] [-F ssh_config]\n           [-i identity_file] [-J destination] [-l limit] [-o ssh_option]\n           [-P port] [-S program] [-X sftp_option] source ... target\n"
      : "usage: sftp [-46AaCfNpqrv] destination\n";
  const options = yield* optionsOr(process, { short: COPY_OPTIONS, errorStatus: 1 }, usage);
  if (typeof options === "number") return options;
  const destination = remoteWord(options, kind);
  if (destination === undefined) return yield* plain(process, usage, 1);
  yield* reach(process, destination, { way: kind, port: options.value("P"), user: undefined });
  return yield* plain(process, kind === "scp" ? "scp: Connection closed\n" : "Connection closed\n");
}

function remoteWord(options: Options, kind: "scp" | "sftp"): string | undefined {
  return kind === "sftp" ? options.operands[0] : options.operands.find((word) => word.includes(":"));
}

function* reach(
  process: Process,
  destination: string,
  how: { way: string; port: string | undefined; user: string | undefined },
): Execution {
  const [, user, host = ""] = /^(?:ssh:\/\/)?(?:([^@]*)@)?([^:]*)/.exec(destination) ?? [];
  const port = Number(how.port ?? 22);
  const { fate } = yield* attempt(process, { way: how.way, host, port });
  const dropbear = /[Dd]ropbear/.test(process.system.machine.versions["ssh"] ?? "");
  return yield* plain(
    process,
    dropbear ? dropbearText(`${user ?? how.user ?? "root"}@${host}:${port}`, fate) : opensshText(host, port, fate),
  );
}

function opensshText(host: string, port: number, fate: Attempt["fate"]): string {
  if (fate === "open") return "kex_exchange_identification: Connection closed by remote host\n";
  if (fate === "unknown") return `ssh: Could not resolve hostname ${host}: Name or service not known\n`;
  return `ssh: connect to host ${host} port ${port}: ${fateText(fate)}\n`;
}

function dropbearText(place: string, fate: Attempt["fate"]): string {
  const why =
    fate === "open"
      ? "Remote closed the connection"
      : fate === "unknown"
        ? "Connect failed: Error resolving"
        : `Connect failed: ${fateText(fate)}`;
  return `ssh: Connection to ${place} exited: ${why}\n`;
}
