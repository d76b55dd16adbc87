import { toBytes } from "../../bytes.ts";
import { parseOptions } from "../../options.ts";
import type { Execution, Process, Program } from "../../program.ts";
import { accountById, accountByName, changeFile } from "./account-files.ts";
import { askSecret, shadowField } from "./secret.ts";

const LONG = {
  all: "a",
  delete: "d",
  expire: "e",
  lock: "l",
  quiet: "q",
  status: "S",
  unlock: "u",
  stdin: "stdin",
  inactive: "i",
  mindays: "n",
  maxdays: "x",
  warndays: "w",
  root: "R",
  repository: "r",
  "keep-tokens": "k",
};

/** passwd of shadow and of busybox: what is typed is reported, /etc/shadow gets a new field. */
export const passwd: Program = {
  name: "passwd",
  *run(process) {
    const options = yield* parseOptions(process, { short: "adehi:kln:qr:R:Suw:x:", long: LONG, errorStatus: 6 });
    if (typeof options === "number") return options;
    const name = options.operands[0] ?? ownName(process);
    const wrong = refusal(process, name);
    if (wrong !== undefined) return yield* process.fail(wrong);
    if (options.has("S")) return yield* status(process, name);
    if (options.has("l") || options.has("u") || options.has("d")) return yield* adjust(process, name, options.letters);
    if (options.has("stdin")) return yield* change(process, name, ((yield* process.readLine(0)) ?? "").replace(/\n$/, ""));
    return yield* dialogue(process, name);
  },
};

function ownName(process: Process): string {
  return accountById(process, process.credentials.uid)?.name ?? "root";
}

function refusal(process: Process, name: string): string | undefined {
  const account = accountByName(process, name);
  const small = process.flavour === "busybox";
  if (account === undefined) return small ? `unknown user ${name}` : `user '${name}' does not exist`;
  if (process.credentials.uid === 0 || account.uid === process.credentials.uid) return undefined;
  return small ? `${ownName(process)} can't change password for ${name}` : `You may not view or modify password information for ${name}.`;
}

function* status(process: Process, name: string): Execution {
  const field = shadowOf(process, name);
  const letter = field === "" ? "NP" : /^[!*]/.test(field) ? "L" : "P";
  yield* process.print(`${name} ${letter} ${new Date(process.system.machine.installedWallMs).toISOString().slice(0, 10)} 0 99999 7 -1\n`);
  return 0;
}

function shadowOf(process: Process, name: string): string {
  const text = process.fs.readFile("/etc/shadow");
  const line = typeof text === "string" ? text.split("\n").find((one) => one.startsWith(`${name}:`)) : undefined;
  return line?.split(":")[1] ?? "*";
}

function* adjust(process: Process, name: string, letters: ReadonlySet<string>): Execution {
  if (process.credentials.uid !== 0) return yield* process.fail("Permission denied.");
  const field = shadowOf(process, name);
  const next = letters.has("d") ? "" : letters.has("l") ? `!${field.replace(/^!/, "")}` : field.replace(/^!/, "");
  writeShadow(process, name, next);
  const text =
    process.flavour === "busybox"
      ? `passwd: password for ${name} is unchanged`
      : letters.has("d")
        ? "passwd: password changed."
        : "passwd: password expiry information changed.";
  yield* process.print(`${text}\n`);
  return 0;
}

export function writeShadow(process: Process, name: string, field: string): boolean {
  const today = Math.floor(process.system.now().wallMs / 86_400_000);
  return changeFile(process, "/etc/shadow", { name, line: `${name}:${field}:${today}:0:99999:7:::` });
}

/** Reports a password that a visitor sets: it may open other doors too. */
export function* change(process: Process, name: string, secret: string): Execution {
  process.observe({ kind: "protocol.note", fields: { what: "password.set", values: [toBytes(name), toBytes(secret)] } });
  const done = writeShadow(process, name, shadowField(process));
  if (process.flavour === "busybox") {
    if (!done) return yield* process.fail(`can't update password file /etc/shadow`);
    yield* process.print(`passwd: password for ${name} changed by ${accountById(process, process.credentials.uid)?.name ?? "root"}\n`);
    return 0;
  }
  if (!done && process.credentials.uid === 0) {
    yield* process.write(2, "passwd: Authentication token manipulation error\npasswd: password unchanged\n");
    return 10;
  }
  yield* process.write(
    2,
    process.system.machine.distribution === "rocky"
      ? "passwd: all authentication tokens updated successfully.\n"
      : "passwd: password updated successfully\n",
  );
  return 0;
}

function* dialogue(process: Process, name: string): Execution {
  const small = process.flavour === "busybox";
  const head = small
    ? `Changing password for ${name}\n`
    : process.system.machine.distribution === "rocky"
      ? `Changing password for user ${name}.\n`
      : "";
  yield* process.print(head);
  if (process.credentials.uid !== 0 && !(yield* knowsOld(process, name))) return 10;
  const first = yield* askSecret(process, "New password: ");
  if (first === undefined || first === "") return yield* unchanged(process, "No password has been supplied.");
  if (small && first.length < 6) yield* process.write(2, "Bad password: too short\n");
  const second = yield* askSecret(process, small ? "Retype password: " : "Retype new password: ");
  if (first === second) return yield* change(process, name, first);
  return yield* unchanged(process, small ? "Passwords don't match" : "Sorry, passwords do not match.");
}

function* knowsOld(process: Process, name: string): Execution<boolean> {
  if (process.flavour === "gnu") yield* process.print(`Changing password for ${name}.\n`);
  const old = yield* askSecret(process, process.flavour === "busybox" ? "Old password: " : "Current password: ");
  if (old !== undefined && old !== "") return true;
  yield* process.sleep(2000);
  yield* process.write(2, "passwd: Authentication token manipulation error\npasswd: password unchanged\n");
  return false;
}

function* unchanged(process: Process, why: string): Execution {
  if (process.flavour === "busybox")
    return yield* process.fail(
      `${why}\npasswd: password for ${accountById(process, process.credentials.uid)?.name ?? "root"} is unchanged`,
    );
  yield* process.write(2, `${why}\npasswd: Authentication token manipulation error\npasswd: password unchanged\n`);
  return 10;
}

/** chpasswd: `user:password` lines. */
export const chpasswd: Program = {
  name: "chpasswd",
  *run(process) {
    const options = yield* parseOptions(process, { short: "c:emhs:R:", long: { encrypted: "e", md5: "m", "crypt-method": "c", sha: "s" } });
    if (typeof options === "number") return options;
    if (process.credentials.uid !== 0) return yield* process.fail("cannot lock /etc/passwd; try again later.");
    let status_ = 0;
    for (let number = 1; ; number += 1) {
      const line = yield* process.readLine(0);
      if (line === undefined) return status_;
      status_ = Math.max(status_, yield* setFromLine(process, line.replace(/\n$/, ""), number));
    }
  },
};

function* setFromLine(process: Process, line: string, number: number): Execution {
  const [name = "", secret] = line.split(/:(.*)/s);
  if (secret === undefined) return yield* process.fail(`line ${number}: missing new password`);
  if (accountByName(process, name) !== undefined) return yield* quietly(process, name, secret);
  if (process.flavour === "busybox") return yield* process.fail(`unknown user ${name}`);
  yield* process.fail(`(user ${name}) pam_chauthtok() failed, error:`);
  yield* process.write(2, "Authentication token manipulation error\n");
  return yield* process.fail(`(line ${number}, user ${name}) password not changed`);
}

function* quietly(process: Process, name: string, secret: string): Execution {
  process.observe({ kind: "protocol.note", fields: { what: "password.set", values: [toBytes(name), toBytes(secret)] } });
  writeShadow(process, name, shadowField(process));
  if (process.flavour === "busybox") yield* process.print(`chpasswd: password for '${name}' changed\n`);
  return 0;
}
