import { toBytes } from "../../bytes.ts";
import { explain, isErrno } from "../../errno.ts";
import type { Credentials } from "../../file-system.ts";
import { readOptions } from "../../options.ts";
import type { Execution, Process, Program } from "../../program.ts";
import { type Account, accountByName, groupsOf } from "./account-files.ts";
import { askSecret } from "./secret.ts";

export function credentialsOf(process: Process, account: Account): Credentials {
  return { uid: account.uid, gid: account.gid, groups: groupsOf(process, account), pid: process.pid };
}

/** su: root becomes anybody; everybody else is asked for a password that he does not know. */
export const su: Program = {
  name: "su",
  *run(process) {
    const args = process.args.map((arg) => (arg === "-" ? "-l" : arg));
    const options = readOptions(args, { short: "c:fg:G:lmps:Pw:hV", long: LONG });
    if (!("operands" in options)) return yield* process.failUsage("wrong" in options ? options.wrong : "");
    const [name = "root", ...rest] = options.operands;
    const account = accountByName(process, name);
    if (account === undefined) return yield* unknownAccount(process, name);
    if (process.credentials.uid !== 0) return yield* refused(process, name);
    if (/\/(nologin|false)$/.test(account.shell) && !options.has("s")) return yield* noLogin(process, account);
    const command = options.value("c");
    const shell = options.value("s") ?? (account.shell === "" ? "/bin/sh" : account.shell);
    return yield* startShell(process, {
      account,
      shell,
      login: options.has("l"),
      args: command === undefined ? rest : ["-c", command, ...rest],
    });
  },
};

const LONG = { command: "c", login: "l", shell: "s", "preserve-environment": "p" };

function* unknownAccount(process: Process, name: string): Execution {
  if (process.flavour === "busybox") return yield* process.fail(`unknown user ${name}`);
  return yield* process.fail(`user ${name} does not exist or the user entry does not contain all the required fields`);
}

function* refused(process: Process, name: string): Execution {
  const secret = yield* askSecret(process, "Password: ");
  if (secret !== undefined)
    process.observe({ kind: "auth.attempt", fields: { method: "su", user: toBytes(name), password: toBytes(secret), accepted: false } });
  yield* process.sleep(2000);
  return yield* process.fail(process.flavour === "busybox" ? "incorrect password" : "Authentication failure");
}

function* noLogin(process: Process, account: Account): Execution {
  if (account.shell.endsWith("nologin")) yield* process.print("This account is currently not available.\n");
  return 1;
}

export interface ShellWish {
  readonly account: Account;
  readonly shell: string;
  readonly login: boolean;
  readonly args: readonly string[];
}

export function* startShell(process: Process, wish: ShellWish): Execution {
  const { account, shell, login, args } = wish;
  const base = shell.slice(shell.lastIndexOf("/") + 1);
  const there = !isErrno(process.fs.stat(account.home));
  if (login && !there) yield* process.fail(`warning: cannot change directory to ${account.home}: No such file or directory`);
  const directory = login && there ? account.home : process.directory;
  const argv = [login ? `-${base}` : base, ...args];
  const done = yield* process.runChild({
    argv,
    path: shell,
    environment: shellEnvironment(process, wish),
    directory,
    credentials: credentialsOf(process, account),
  });
  return typeof done === "number" ? done : yield* process.fail(`failed to execute ${shell}: ${explain(done)}`, 127);
}

const ROOT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

function shellEnvironment(process: Process, { account, shell, login }: ShellWish): ReadonlyMap<string, string> {
  const environment = new Map<string, string>(login ? [["TERM", process.environment.get("TERM") ?? "linux"]] : process.environment);
  environment.set("HOME", account.home).set("SHELL", shell);
  if (login || account.uid !== 0) environment.set("USER", account.name).set("LOGNAME", account.name);
  if (!login) return environment;
  environment.set("PATH", account.uid === 0 ? ROOT_PATH : "/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games");
  return environment.set("MAIL", `/var/mail/${account.name}`);
}
