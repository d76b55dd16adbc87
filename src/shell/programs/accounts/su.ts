import { toBytes } from "../../bytes.ts";
import { explain, isErrno } from "../../errno.ts";
import type { Credentials } from "../../file-system.ts";
import { parseOptions } from "../../options.ts";
import type { Execution, Process, Program } from "../../program.ts";
import { type Account, accountById, accountByName, groupsOf } from "./account-files.ts";
import { askSecret } from "./secret.ts";

export function credentialsOf(process: Process, account: Account): Credentials {
  return { uid: account.uid, gid: account.gid, groups: groupsOf(process, account), pid: process.pid };
}

/** su: root becomes anybody; everybody else is asked for a password that he does not know. */
export const su: Program = {
  name: "su",
  *run(process) {
    const args = process.args.map((arg) => (arg === "-" ? "-l" : arg));
    const options = yield* parseOptions(Object.create(process, { args: { value: args } }), {
      short: "c:fg:G:lmps:Pw:hV",
      long: { command: "c", login: "l", shell: "s", "preserve-environment": "p" },
    });
    if (typeof options === "number") return options;
    const [name = "root", ...rest] = options.operands;
    const account = accountByName(process, name);
    if (account === undefined)
      return yield* process.fail(
        process.flavour === "busybox"
          ? `unknown user ${name}`
          : `user ${name} does not exist or the user entry does not contain all the required fields`,
      );
    if (process.credentials.uid !== 0) return yield* refused(process, name);
    if (/\/(nologin|false)$/.test(account.shell) && !options.has("s")) return yield* noLogin(process, account);
    const shell = options.value("s") ?? (account.shell === "" ? "/bin/sh" : account.shell);
    const command = options.value("c");
    return yield* startShell(process, {
      account,
      shell,
      login: options.has("l"),
      args: command === undefined ? rest : ["-c", command, ...rest],
    });
  },
};

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
  const environment = new Map(login ? [["TERM", process.environment.get("TERM") ?? "linux"] as const] : process.environment);
  environment.set("HOME", account.home);
  environment.set("SHELL", shell);
  if (login || account.uid !== 0) environment.set("USER", account.name).set("LOGNAME", account.name);
  if (login)
    environment.set(
      "PATH",
      account.uid === 0
        ? "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        : "/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games",
    );
  if (login) environment.set("MAIL", `/var/mail/${account.name}`);
  const there = !isErrno(process.fs.stat(account.home));
  if (login && !there) yield* process.fail(`warning: cannot change directory to ${account.home}: No such file or directory`);
  const directory = login && there ? account.home : process.directory;
  const done = yield* process.runChild({
    argv: [login ? `-${base}` : base, ...args],
    path: shell,
    environment,
    directory,
    credentials: credentialsOf(process, account),
  });
  if (typeof done === "number") return done;
  return yield* process.fail(`failed to execute ${shell}: ${explain(done)}`, 127);
}

/** sudo for those whom the sudo or wheel group lets in; their own password is asked for, and any is taken. */
export const sudo: Program = {
  name: "sudo",
  *run(process) {
    const call = readSudo(process.args);
    if (call.flags.has("V")) return yield* show(process, `${process.system.machine.versions["sudo"] ?? "Sudo version 1.9.13p3"}\n`);
    if (call.flags.has("h")) return yield* show(process, SUDO_USAGE);
    const own = accountById(process, process.credentials.uid);
    const name = own?.name ?? "root";
    if (call.flags.has("K") || call.flags.has("k")) return 0;
    if (call.wrong !== undefined || (call.words.length === 0 && !["i", "s", "l", "v"].some((flag) => call.flags.has(flag)))) {
      yield* process.write(2, `${call.wrong === undefined ? "" : `sudo: ${call.wrong}\n`}${SUDO_USAGE}`);
      return 1;
    }
    if (process.credentials.uid !== 0 && !(yield* admitted(process, name, call))) return 1;
    if (call.flags.has("l")) return yield* show(process, rightsText(process, name));
    if (call.flags.has("v")) return 0;
    const account = accountByName(process, call.user);
    if (account === undefined) return yield* process.fail(`unknown user ${call.user}`);
    return yield* runAs(process, account, call);
  },
};

function* show(process: Process, text: string): Execution {
  yield* process.print(text);
  return 0;
}

const SUDO_USAGE =
  "usage: sudo -h | -K | -k | -V\nusage: sudo -v [-ABkNnS] [-g group] [-h host] [-p prompt] [-u user]\nusage: sudo -l [-ABkNnS] [-g group] [-h host] [-p prompt] [-U user] [-u user] [command [arg ...]]\nusage: sudo [-ABbEHkNnPS] [-g group] [-h host] [-p prompt] [-u user] [VAR=value] [-i | -s] [command [arg ...]]\n";

interface SudoCall {
  readonly flags: ReadonlySet<string>;
  readonly user: string;
  readonly words: readonly string[];
  readonly settings: readonly string[];
  readonly wrong: string | undefined;
}

const SUDO_LONG: Readonly<Record<string, string>> = {
  "--login": "i",
  "--shell": "s",
  "--list": "l",
  "--stdin": "S",
  "--non-interactive": "n",
  "--preserve-env": "E",
  "--version": "V",
  "--help": "h",
  "--background": "b",
  "--validate": "v",
};

function readSudo(args: readonly string[]): SudoCall {
  const flags = new Set<string>();
  const settings: string[] = [];
  let user = "root";
  let wrong: string | undefined;
  let at = 0;
  for (let arg = args[at]; arg !== undefined && (arg.startsWith("-") || /^\w+=/.test(arg)); arg = args[at]) {
    at += 1;
    if (arg === "--") break;
    if (!arg.startsWith("-")) settings.push(arg);
    else if (/^(-u|--user)$/.test(arg)) user = args[at++] ?? "root";
    else if (arg.startsWith("--user=")) user = arg.slice(7);
    else if (/^-[gpUCTrth]$/.test(arg)) at += 1;
    else wrong = addFlags(arg, flags) ?? wrong;
  }
  return { flags, user: user.replace(/^#0$/, "root"), words: args.slice(at), settings, wrong };
}

function addFlags(arg: string, flags: Set<string>): string | undefined {
  if (arg.startsWith("--")) {
    const flag = SUDO_LONG[arg.replace(/=.*/, "")];
    if (flag === undefined) return `unrecognized option '${arg}'`;
    flags.add(flag);
    return undefined;
  }
  const unknown = [...arg.slice(1)].find((letter) => !"ABbEeHiKklNnPSsVvh".includes(letter));
  for (const letter of arg.slice(1)) flags.add(letter);
  return unknown === undefined ? undefined : `invalid option -- '${unknown}'`;
}

/** Whether the user may become root; the password that he types is reported. */
function* admitted(process: Process, name: string, call: SudoCall): Execution<boolean> {
  const member = process.system.groups.some(
    (group) => /^(sudo|wheel|admin)$/.test(group.name) && process.credentials.groups.includes(group.gid),
  );
  if (call.flags.has("n")) {
    yield* process.fail("a password is required");
    return false;
  }
  const secret = yield* askSecret(process, `[sudo] password for ${name}: `);
  if (secret === undefined) {
    yield* process.fail("no password was provided\nsudo: a password is required");
    return false;
  }
  process.observe({ kind: "auth.attempt", fields: { method: "sudo", user: toBytes(name), password: toBytes(secret), accepted: member } });
  if (!member) yield* process.write(2, `${name} is not in the sudoers file.\nThis incident has been reported to the administrator.\n`);
  return member;
}

function rightsText(process: Process, name: string): string {
  const host = process.system.machine.hostname;
  return `Matching Defaults entries for ${name} on ${host}:\n    env_reset, mail_badpass, secure_path=/usr/local/sbin\\:/usr/local/bin\\:/usr/sbin\\:/usr/bin\\:/sbin\\:/bin, use_pty\n\nUser ${name} may run the following commands on ${host}:\n    (ALL : ALL) ALL\n`;
}

function* runAs(process: Process, account: Account, call: SudoCall): Execution {
  const { flags, words } = call;
  if (flags.has("i") || flags.has("s")) {
    const args = words.length === 0 ? [] : ["-c", words.join(" ")];
    return yield* startShell(process, { account, shell: account.shell, login: flags.has("i"), args });
  }
  const own = accountById(process, process.credentials.uid)?.name ?? "root";
  const environment = new Map([
    ["TERM", process.environment.get("TERM") ?? "linux"],
    ["LANG", process.environment.get("LANG") ?? "C"],
    ["PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
    ["HOME", account.home],
    ["USER", account.name],
    ["LOGNAME", account.name],
    ["SHELL", account.shell],
    ["SUDO_COMMAND", words.join(" ")],
    ["SUDO_USER", own],
    ["SUDO_UID", String(process.credentials.uid)],
    ["SUDO_GID", String(process.credentials.gid)],
  ]);
  for (const setting of call.settings) environment.set(setting.replace(/=.*/s, ""), setting.replace(/^\w+=/, ""));
  const done = yield* process.runChild({ argv: words, environment, credentials: credentialsOf(process, account) });
  if (typeof done === "number") return done;
  return yield* process.fail(
    done.errno === "ENOENT" ? `${words[0]}: command not found` : `unable to execute ${words[0]}: ${explain(done)}`,
  );
}
