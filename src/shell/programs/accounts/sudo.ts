import { toBytes } from "../../bytes.ts";
import { explain } from "../../errno.ts";
import type { Execution, Process, Program } from "../../program.ts";
import { type Account, accountById, accountByName } from "./account-files.ts";
import { askSecret } from "./secret.ts";
import { credentialsOf, startShell } from "./su.ts";

/** sudo for those whom the sudo or wheel group lets in; their own password is asked for, and any is taken. */
export const sudo: Program = {
  name: "sudo",
  *run(process) {
    const call = readSudo(process.args);
    const { flags } = call;
    if (flags.has("V")) return yield* show(process, `${process.system.machine.versions["sudo"] ?? "Sudo version 1.9.13p3"}\n`);
    if (flags.has("h")) return yield* show(process, SUDO_USAGE);
    if (flags.has("K") || flags.has("k")) return 0;
    const idle = call.words.length === 0 && !["i", "s", "l", "v"].some((flag) => flags.has(flag));
    if (call.wrong === undefined && !idle) return yield* admit(process, call);
    yield* process.write(2, `${call.wrong === undefined ? "" : `sudo: ${call.wrong}\n`}${SUDO_USAGE}`);
    return 1;
  },
};

function* admit(process: Process, call: SudoCall): Execution {
  const name = accountById(process, process.credentials.uid)?.name ?? "root";
  if (process.credentials.uid !== 0 && !(yield* admitted(process, name, call))) return 1;
  if (call.flags.has("l")) return yield* show(process, rightsText(process, name));
  if (call.flags.has("v")) return 0;
  const account = accountByName(process, call.user);
  return account === undefined ? yield* process.fail(`unknown user ${call.user}`) : yield* runAs(process, account, call);
}

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
  const call: SudoReading = { flags: new Set(), user: "root", settings: [], wrong: undefined };
  let at = 0;
  for (let arg = args[at]; arg !== undefined && /^(-|\w+=)/.test(arg); arg = args[at]) {
    at += readSudoWord(arg, args[at + 1], call);
    if (arg === "--") break;
  }
  return { ...call, user: call.user.replace(/^#0$/, "root"), words: args.slice(at) };
}

/** How many words were used. */
function readSudoWord(arg: string, next: string | undefined, call: SudoReading): number {
  if (arg === "--") return 1;
  if (/^-[gpUCTrth]$/.test(arg)) return 2;
  if (/^(-u|--user)$/.test(arg)) {
    call.user = next ?? "root";
    return 2;
  }
  if (arg.startsWith("--user=")) call.user = arg.slice(7);
  else if (arg.startsWith("-")) call.wrong = addFlags(arg, call.flags) ?? call.wrong;
  else call.settings.push(arg);
  return 1;
}

interface SudoReading {
  readonly flags: Set<string>;
  user: string;
  readonly settings: string[];
  wrong: string | undefined;
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
