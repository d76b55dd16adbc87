import { isErrno } from "../../errno.ts";
import { type Options, parseOptions } from "../../options.ts";
import type { Execution, Process, Program } from "../../program.ts";
import { type Account, accountByName, changeFile, groupsOf, readAccounts, readGroups } from "./account-files.ts";
import { change } from "./passwd.ts";
import { askSecret } from "./secret.ts";

/** useradd and its kin: they edit the account files of the tree, so that `id`, `su` and the next visit know the account. */
const ADD_LONG = {
  "base-dir": "b",
  comment: "c",
  "home-dir": "d",
  gid: "g",
  groups: "G",
  "create-home": "m",
  "no-create-home": "M",
  "no-user-group": "N",
  "non-unique": "o",
  password: "p",
  system: "r",
  shell: "s",
  uid: "u",
  "user-group": "U",
};

export const useradd: Program = {
  name: "useradd",
  *run(process) {
    const options = yield* parseOptions(process, { short: "b:c:d:De:f:g:G:hk:K:lmMNop:rR:s:u:U", long: ADD_LONG, errorStatus: 2 });
    if (typeof options === "number") return options;
    const [name] = options.operands;
    if (name === undefined) {
      yield* process.write(2, "Usage: useradd [options] LOGIN\n       useradd -D\n       useradd -D [options]\n");
      return 2;
    }
    const wrong = yield* mayAdd(process, name);
    return wrong === 0 ? addAccount(process, name, options) : wrong;
  },
};

function* mayAdd(process: Process, name: string): Execution {
  if (!/^[a-z_][a-z0-9_-]{0,31}$/i.test(name)) return yield* process.fail(`invalid user name '${name}': use --badname to ignore`, 3);
  if (accountByName(process, name) !== undefined) return yield* process.fail(`user '${name}' already exists`, 9);
  if (process.credentials.uid === 0) return 0;
  yield* process.fail("Permission denied.");
  return yield* process.fail("cannot lock /etc/passwd; try again later.");
}

function nextId(taken: readonly number[], system: boolean): number {
  const used = new Set(taken);
  let id = system ? 999 : 1000;
  while (used.has(id)) id += system ? -1 : 1;
  return id;
}

function addAccount(process: Process, name: string, options: Options): number {
  const uid = Number(options.value("u") ?? freeUid(process, options.has("r")));
  const group = options.value("g");
  const gid = group === undefined ? freeGid(process, options.has("r")) : (groupId(process, group) ?? uid);
  const home = options.value("d") ?? `${options.value("b") ?? "/home"}/${name}`;
  const rocky = process.system.machine.distribution === "rocky";
  const usual = rocky ? "/bin/bash" : "/bin/sh";
  writeAccount(process, {
    name,
    password: "x",
    uid,
    gid,
    gecos: options.value("c") ?? "",
    home,
    shell: options.value("s") ?? usual,
  });
  changeFile(process, "/etc/shadow", { name, line: `${name}:${options.value("p") ?? "!"}:${today(process)}:0:99999:7:::` });
  joinGroups(process, name, options.value("G") ?? "");
  return finishAccount(process, name, { gid, own: group === undefined, home: options.has("m") || rocky ? { home, uid, gid } : undefined });
}

function finishAccount(
  process: Process,
  name: string,
  made: { gid: number; own: boolean; home: { home: string; uid: number; gid: number } | undefined },
): number {
  if (made.own) changeFile(process, "/etc/group", { name, line: `${name}:x:${made.gid}:` });
  if (made.home !== undefined) makeHome(process, made.home);
  return 0;
}

function freeUid(process: Process, system: boolean): number {
  const taken = readAccounts(process).map(({ uid }) => uid);
  return nextId(taken, system);
}

function freeGid(process: Process, system: boolean): number {
  const taken = readGroups(process).map(({ gid }) => gid);
  return nextId(taken, system);
}

function today(process: Process): number {
  return Math.floor(process.system.now().wallMs / 86_400_000);
}

export function writeAccount(process: Process, account: Account): boolean {
  const { name, password, uid, gid, gecos, home, shell } = account;
  return changeFile(process, "/etc/passwd", { name, line: [name, password, uid, gid, gecos, home, shell].join(":") });
}

function groupId(process: Process, text: string): number | undefined {
  return readGroups(process).find((group) => group.name === text || String(group.gid) === text)?.gid;
}

function joinGroups(process: Process, name: string, list: string): void {
  for (const word of list.split(",").filter((one) => one !== "")) {
    const group = readGroups(process).find((one) => one.name === word || String(one.gid) === word);
    if (group === undefined || group.members.includes(name)) continue;
    changeFile(process, "/etc/group", { name: group.name, line: `${group.name}:x:${group.gid}:${[...group.members, name].join(",")}` });
  }
}

function makeHome(process: Process, { home, uid, gid }: { home: string; uid: number; gid: number }): void {
  if (isErrno(process.fs.makeDirectory(home, 0o755))) return;
  process.fs.chmod(home, process.system.machine.distribution === "debian" ? 0o755 : 0o700);
  const names = process.fs.list("/etc/skel");
  for (const name of isErrno(names) ? [] : names) {
    const text = process.fs.readFile(`/etc/skel/${name}`);
    if (typeof text !== "string") continue;
    process.fs.writeFile(`${home}/${name}`, text);
    process.fs.chown(`${home}/${name}`, { uid, gid });
  }
  process.fs.chown(home, { uid, gid });
}

/** adduser of Debian (asks and tells) and of busybox. */
export const adduser: Program = {
  name: "adduser",
  *run(process) {
    const options = yield* parseOptions(process, {
      short: "h:g:s:G:SDHu:k:q",
      long: {
        system: "S",
        home: "h",
        shell: "s",
        gecos: "g",
        ingroup: "G",
        "disabled-password": "D",
        "disabled-login": "D",
        "no-create-home": "H",
        uid: "u",
        quiet: "q",
        group: "group",
        gid: "gid:",
      },
    });
    if (typeof options === "number") return options;
    const [name, group] = options.operands;
    if (name === undefined) return yield* process.fail("Only one or two names allowed.");
    if (process.credentials.uid !== 0)
      return yield* process.fail(
        process.flavour === "busybox" ? "permission denied (are you root?)" : "Only root may add a user or group to the system.",
      );
    if (group !== undefined) return yield* addToGroup(process, name, group);
    if (accountByName(process, name) !== undefined)
      return yield* process.fail(process.flavour === "busybox" ? `user '${name}' in use` : `The user \`${name}' already exists.`);
    return yield* converse(process, name, options);
  },
};

function* addToGroup(process: Process, name: string, group: string): Execution {
  if (accountByName(process, name) === undefined) return yield* process.fail(`The user \`${name}' does not exist.`);
  if (groupId(process, group) === undefined) return yield* process.fail(`The group \`${group}' does not exist.`);
  yield* process.print(`Adding user \`${name}' to group \`${group}' ...\n`);
  joinGroups(process, name, group);
  yield* process.print("Done.\n");
  return 0;
}

function* converse(process: Process, name: string, options: Options): Execution {
  const uid = freeUid(process, options.has("S"));
  const home = options.value("h") ?? `/home/${name}`;
  const gnu = process.flavour === "gnu";
  if (gnu) yield* process.print(progressText(name, uid, home));
  const usual = gnu ? { gecos: ",,,", shell: "/bin/bash" } : { gecos: "Linux User,,,", shell: "/bin/sh" };
  writeAccount(process, {
    name,
    password: "x",
    uid,
    gid: uid,
    gecos: options.value("g") ?? usual.gecos,
    home,
    shell: options.value("s") ?? usual.shell,
  });
  changeFile(process, "/etc/group", { name, line: `${name}:x:${uid}:` });
  changeFile(process, "/etc/shadow", { name, line: `${name}:!:${today(process)}:0:99999:7:::` });
  if (!options.has("H")) makeHome(process, { home, uid, gid: uid });
  return options.has("D") ? 0 : yield* firstPassword(process, name);
}

function progressText(name: string, uid: number, home: string): string {
  return `Adding user \`${name}' ...\nAdding new group \`${name}' (${uid}) ...\nAdding new user \`${name}' (${uid}) with group \`${name} (${uid})' ...\nCreating home directory \`${home}' ...\nCopying files from \`/etc/skel' ...\n`;
}

function* firstPassword(process: Process, name: string): Execution {
  const gnu = process.flavour === "gnu";
  if (!gnu) yield* process.print(`Changing password for ${name}\n`);
  const first = yield* askSecret(process, "New password: ");
  const second = first === undefined ? undefined : yield* askSecret(process, gnu ? "Retype new password: " : "Retype password: ");
  if (first !== undefined && first === second) yield* change(process, name, first);
  return gnu ? yield* describe(process, name) : 0;
}

function* describe(process: Process, name: string): Execution {
  yield* process.print(`Changing the user information for ${name}\nEnter the new value, or press ENTER for the default\n`);
  for (const label of ["Full Name", "Room Number", "Work Phone", "Home Phone", "Other"]) {
    yield* process.print(`\t${label} []: `);
    if ((yield* process.readLine(0)) === undefined) return 0;
  }
  yield* process.print("Is the information correct? [Y/n] ");
  yield* process.readLine(0);
  return 0;
}

export const userdel: Program = {
  name: "userdel",
  *run(process) {
    const options = yield* parseOptions(process, {
      short: "fhrR:Z",
      long: { force: "f", remove: "r", "remove-home": "r" },
      errorStatus: 2,
    });
    if (typeof options === "number") return options;
    const [name = ""] = options.operands;
    const account = accountByName(process, name);
    if (account === undefined) return yield* process.fail(`user '${name}' does not exist`, 6);
    if (process.credentials.uid !== 0) return yield* process.fail("Permission denied.");
    for (const path of ["/etc/passwd", "/etc/shadow", "/etc/gshadow"]) changeFile(process, path, { name, line: undefined });
    if (readGroups(process).some((group) => group.name === name && group.members.length === 0))
      changeFile(process, "/etc/group", { name, line: undefined });
    return 0;
  },
};

export const deluser: Program = { name: "deluser", run: (process) => userdel.run(process) };

export const usermod: Program = {
  name: "usermod",
  *run(process) {
    const options = yield* parseOptions(process, {
      short: "aA:bc:d:e:f:g:G:hl:Lmop:rR:s:u:Uv:V:w:W:Z:",
      long: {
        append: "a",
        comment: "c",
        home: "d",
        gid: "g",
        groups: "G",
        login: "l",
        lock: "L",
        shell: "s",
        uid: "u",
        unlock: "U",
        password: "p",
      },
      errorStatus: 2,
    });
    if (typeof options === "number") return options;
    const [name = ""] = options.operands;
    const account = accountByName(process, name);
    if (account === undefined) return yield* process.fail(`user '${name}' does not exist`, 6);
    if (process.credentials.uid !== 0) return yield* process.fail("Permission denied.");
    const shell = options.value("s") ?? account.shell;
    const home = options.value("d") ?? account.home;
    const gecos = options.value("c") ?? account.gecos;
    writeAccount(process, { ...account, shell, home, gecos, uid: Number(options.value("u") ?? account.uid) });
    joinGroups(process, name, options.value("G") ?? "");
    return 0;
  },
};

export const groupadd: Program = {
  name: "groupadd",
  *run(process) {
    const options = yield* parseOptions(process, { short: "fg:hK:op:rR:U:", long: { force: "f", gid: "g", system: "r" }, errorStatus: 2 });
    if (typeof options === "number") return options;
    const [name = ""] = options.operands;
    if (groupId(process, name) !== undefined) return options.has("f") ? 0 : yield* process.fail(`group '${name}' already exists`, 9);
    if (process.credentials.uid !== 0) return yield* process.fail("Permission denied.");
    const gid =
      options.value("g") ??
      nextId(
        readGroups(process).map((one) => one.gid),
        options.has("r"),
      );
    changeFile(process, "/etc/group", { name, line: `${name}:x:${gid}:` });
    return 0;
  },
};

export const groupdel: Program = {
  name: "groupdel",
  *run(process) {
    const [name = ""] = process.args.filter((arg) => !arg.startsWith("-"));
    if (groupId(process, name) === undefined) return yield* process.fail(`group '${name}' does not exist`, 6);
    if (process.credentials.uid !== 0) return yield* process.fail("Permission denied.");
    changeFile(process, "/etc/group", { name, line: undefined });
    return 0;
  },
};

export const chsh: Program = {
  name: "chsh",
  *run(process) {
    const options = yield* parseOptions(process, { short: "hR:s:", long: { shell: "s" } });
    if (typeof options === "number") return options;
    const account =
      options.operands[0] === undefined
        ? readAccounts(process).find(({ uid }) => uid === process.credentials.uid)
        : accountByName(process, options.operands[0]);
    if (account === undefined) return yield* process.fail(`user '${options.operands[0] ?? ""}' does not exist`);
    const shell = options.value("s");
    if (shell === undefined || process.credentials.uid !== 0) return yield* process.fail("PAM: Authentication failure");
    if (isErrno(process.fs.stat(shell))) yield* process.fail(`Warning: ${shell} does not exist`);
    writeAccount(process, { ...account, shell });
    return 0;
  },
};

/** getent: the account files and hosts, by database. */
export const getent: Program = {
  name: "getent",
  *run(process) {
    const [database, ...keys] = process.args.filter((arg) => !arg.startsWith("-"));
    const file = FILES[database ?? ""];
    if (database === undefined || file === undefined) return yield* unknownDatabase(process, database);
    const text = process.fs.readFile(file);
    const lines = typeof text === "string" ? text.split("\n").filter((line) => line !== "" && !line.startsWith("#")) : [];
    const fits = (line: string, key: string) =>
      /^(hosts|services|protocols|networks)$/.test(database)
        ? line.split(/\s+/).includes(key)
        : line.startsWith(`${key}:`) || line.split(":")[2] === key;
    const shown = keys.length === 0 ? lines : keys.flatMap((key) => lines.find((line) => fits(line, key)) ?? []);
    yield* process.print(shown.map((line) => `${line.replace(/\t+/, "       ")}\n`).join(""));
    return keys.length > shown.length ? 2 : 0;
  },
};

function* unknownDatabase(process: Process, name: string | undefined): Execution {
  if (name === undefined) yield* process.fail("wrong number of arguments");
  else yield* process.write(2, `Unknown database: ${name}\n`);
  yield* process.print("Try `getent --help' or `getent --usage' for more information.\n");
  return 1;
}

const FILES: Readonly<Record<string, string>> = {
  passwd: "/etc/passwd",
  group: "/etc/group",
  shadow: "/etc/shadow",
  hosts: "/etc/hosts",
  ahosts: "/etc/hosts",
  services: "/etc/services",
  protocols: "/etc/protocols",
  networks: "/etc/networks",
  gshadow: "/etc/gshadow",
};

export const faillog: Program = {
  name: "faillog",
  *run(process) {
    yield* process.print("Login       Failures Maximum Latest                   On\n");
    return groupsOf(process, { name: "root", gid: 0 }).length > 0 ? 0 : 1;
  },
};
