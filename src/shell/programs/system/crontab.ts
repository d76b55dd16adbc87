import { isErrno } from "../../errno.ts";
import type { Options } from "../../options.ts";
import type { Execution, Process, Program } from "../../program.ts";
import { accountById, accountByName } from "../accounts/account-files.ts";
import { optionsOr } from "../usage.ts";

const USAGE =
  "usage:\tcrontab [-u user] file\n\tcrontab [ -u user ] [ -i ] { -e | -l | -r }\n\t\t(default operation is replace, per 1003.2)\n\t-e\t(edit user's crontab)\n\t-l\t(list user's crontab)\n\t-r\t(delete user's crontab)\n\t-i\t(prompt before deleting user's crontab)\n";
/** Where systems keep the tables, the first that exists. */
const PLACES = ["/var/spool/cron/crontabs", "/etc/crontabs", "/var/spool/cron"];

/** crontab: what a visitor installs lies in the spool, where he finds it again. Nothing of it runs. */
export const crontab: Program = {
  name: "crontab",
  *run(process) {
    const options = yield* optionsOr(process, { short: "u:eilrnsc:", errorStatus: 1 }, USAGE);
    if (typeof options === "number") return options;
    const group = spoolGroup(process);
    if (group !== undefined) return yield* asGroup(process, group);
    const user = options.value("u") ?? accountById(process, process.credentials.uid)?.name ?? "root";
    if (options.has("u") && process.credentials.uid !== 0) return yield* plain(process, "must be privileged to use -u\n");
    if (accountByName(process, user) === undefined) return yield* plain(process, `crontab:  user \`${user}' unknown\n`);
    const path = `${options.value("c") ?? spool(process)}/${user}`;
    return yield* operate(process, options, { path, user });
  },
};

function* operate(process: Process, options: Options, { path, user }: { path: string; user: string }): Execution {
  if (options.has("l")) return yield* list(process, path, user);
  if (options.has("r")) return yield* remove(process, path, user);
  if (options.has("e")) return yield* edit(process, path);
  const [file] = options.operands;
  if (file === undefined && process.flavour === "gnu" && process.isTerminal(0))
    return yield* plain(process, `crontab: usage error: file name or - (for stdin) must be specified\n${USAGE}`);
  return yield* install(process, path, file ?? "-");
}

/** The group that may write into the spool, when it is not the visitor's own. */
function spoolGroup(process: Process): number | undefined {
  const { uid, gid, groups } = process.credentials;
  const group = process.system.groups.find(({ name }) => name === "crontab")?.gid;
  return uid === 0 || group === undefined || gid === group || groups.includes(group) ? undefined : group;
}

/** The program is set-group-id. */
function* asGroup(process: Process, group: number): Execution {
  const { credentials } = process;
  const done = yield* process.runChild({ argv: process.argv, credentials: { ...credentials, groups: [...credentials.groups, group] } });
  return typeof done === "number" ? done : 1;
}

function* plain(process: Process, text: string): Execution {
  yield* process.write(2, text);
  return 1;
}

function spool(process: Process): string {
  return PLACES.find((path) => !isErrno(process.fs.stat(path))) ?? "/var/spool/cron/crontabs";
}

function* list(process: Process, path: string, user: string): Execution {
  const text = process.fs.readFile(path);
  if (typeof text !== "string")
    return yield* plain(
      process,
      process.flavour === "busybox" ? `crontab: can't open '${user}': No such file or directory\n` : `no crontab for ${user}\n`,
    );
  yield* process.print(text);
  return 0;
}

function* remove(process: Process, path: string, user: string): Execution {
  if (isErrno(process.fs.stat(path))) return yield* plain(process, `no crontab for ${user}\n`);
  process.fs.remove(path);
  return 0;
}

function* install(process: Process, path: string, file: string): Execution {
  const text = file === "-" ? yield* process.readAll(0) : process.fs.readFile(file);
  if (typeof text !== "string")
    return yield* plain(
      process,
      process.flavour === "busybox" ? `crontab: can't open '${file}': No such file or directory\n` : `${file}: No such file or directory\n`,
    );
  const bad = process.flavour === "gnu" ? text.split("\n").findIndex((line) => !isEntry(line)) : -1;
  if (bad >= 0) return yield* plain(process, `"${file}":${bad + 1}: bad minute\nerrors in crontab file, can't install.\n`);
  const done = process.fs.writeFile(path, text, { mode: 0o600 });
  return isErrno(done) ? yield* plain(process, `${path}: Permission denied\n`) : 0;
}

/** A comment, a setting, or a line with its times. */
function isEntry(line: string): boolean {
  return (
    /^\s*(#|$)/.test(line) ||
    /^\s*[A-Za-z_]\w*\s*=/.test(line) ||
    /^\s*@(reboot|yearly|annually|monthly|weekly|daily|hourly|midnight)\s+\S/.test(line) ||
    /^\s*([\d*/,A-Za-z-]+\s+){5}\S/.test(line)
  );
}

function* edit(process: Process, path: string): Execution {
  const editor = process.environment.get("VISUAL") ?? process.environment.get("EDITOR") ?? "vi";
  const temporary = `/tmp/crontab.${process.system.random(3).replace(/[\s\S]/g, (byte) => (byte.charCodeAt(0) % 36).toString(36))}`;
  const before = process.fs.readFile(path);
  process.fs.writeFile(
    temporary,
    typeof before === "string" ? before : "# Edit this file to introduce tasks to be run by cron.\n# m h  dom mon dow   command\n",
  );
  if (typeof before !== "string") yield* process.write(2, `no crontab for ${path.slice(path.lastIndexOf("/") + 1)} - using an empty one\n`);
  const done = yield* process.runChild({ argv: [editor, temporary] });
  const status =
    typeof done === "number" && done === 0
      ? yield* install(process, path, temporary)
      : yield* plain(process, `/bin/sh: 1: ${editor}: not found\ncrontab: "${editor}" exited with status 127\n`);
  process.fs.remove(temporary);
  if (status === 0) yield* process.write(2, "crontab: installing new crontab\n");
  return status;
}
