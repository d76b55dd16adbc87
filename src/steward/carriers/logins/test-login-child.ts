import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import type { Account } from "./account.ts";
import { connectionOf, SSHD } from "./sshd-settings.ts";
import type { Test } from "./test-login.ts";
import { TrialMounts } from "./trial-mounts.ts";

/**
 * The child of test-login.ts, in a mount namespace of its own: lays the changes over the real files, and opens sessions there. What it writes
 * is why the changes must not be made, the rest of a sentence; nothing: they may.
 */
const ACCOUNTING = ["/var/log/lastlog", "/var/log/wtmp", "/var/log/btmp", "/run/utmp"];
const LIMIT_MS = 60_000;

async function why(): Promise<string | undefined> {
  // The parent's own, as src/steward/carriers/logins/test-login.ts wrote it.
  const { login, changes }: Test = JSON.parse(readFileSync(0, "utf8"));
  const mounts = new TrialMounts();
  for (const path of ACCOUNTING) mounts.emptyOver(path);
  // pam_systemd(8) does nothing where logind has no folder; users may come from `userdb`.
  mounts.emptyDirectoryOver("/run/systemd", ["userdb"]);
  mounts.lay(changes);
  const { account, services, mark, wrapper } = login;
  const [first] = services;
  const answers = await Promise.all([
    ...services.map((service) => session({ service, account, mark })),
    ...(first === undefined ? [] : [session({ service: first, account: ROOT, mark })]),
    ...(wrapper === undefined ? [] : [whyNotBySshd(account, wrapper)]),
  ]);
  return answers.find((answer) => answer !== undefined);
}

const ROOT: Account = { name: "root", uid: 0, gid: 0, home: "/", shell: "/bin/sh" };

/** What test-login-session.ts is told. */
export interface SessionToTest {
  readonly service: string;
  readonly account: Account;
  readonly mark: number;
}

/** A session in a process of its own: PAM's modules change the process that opens one. */
function session({ service, account, mark }: SessionToTest): Promise<string | undefined> {
  const program = join(import.meta.dirname, "test-login-session.ts");
  const child = spawn(process.execPath, [program, JSON.stringify({ service, account, mark })], {
    stdio: ["ignore", "pipe", "inherit"],
    timeout: LIMIT_MS,
    killSignal: "SIGKILL",
  });
  let out = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (status, signal) => {
      if (status === 0) resolve(out === "" ? undefined : `${service}, ${account.name}: ${out}`);
      else resolve(`${service}, ${account.name}: it ended with ${status ?? signal}`);
    });
  });
}

async function whyNotBySshd(account: Account, wrapper: string): Promise<string | undefined> {
  const told = (user: string) => {
    const { status, stdout, stderr } = spawnSync(SSHD, ["-T", "-C", connectionOf(user)], { encoding: "utf8", timeout: LIMIT_MS });
    return status === 0 ? stdout.split("\n").includes(`forcecommand ${wrapper}`) : stderr.trim();
  };
  const [forUser, forRoot] = [told(account.name), told("root")];
  if (typeof forUser === "string" || typeof forRoot === "string") return `sshd refuses its configuration: ${forUser || forRoot}`;
  if (!forUser) return "sshd does not take the wrapper for this user";
  if (forRoot) return "sshd takes the wrapper for root as well";
  return asIfBySshd(account, wrapper);
}

const STATUS = 37;

/** As sshd runs it: by the user's shell, with what the client asked for in the environment. */
function asIfBySshd({ uid, gid, home, shell, name }: Account, wrapper: string): string | undefined {
  const { status, error, stderr } = spawnSync(shell, ["-c", wrapper], {
    uid,
    gid,
    cwd: "/",
    encoding: "utf8",
    timeout: LIMIT_MS,
    env: {
      PATH: "/usr/local/bin:/usr/bin:/bin:/usr/games",
      USER: name,
      LOGNAME: name,
      HOME: home,
      SHELL: shell,
      SSH_ORIGINAL_COMMAND: `exit ${STATUS}`,
      SSH_USER_AUTH: "/dev/null",
    },
  });
  if (error !== undefined) return `the user's shell cannot be started: ${error.message}`;
  return status === STATUS ? undefined : `the wrapper ended with ${status} instead of ${STATUS}: ${stderr.trim().slice(0, 300)}`;
}

process.stdout.write((await why()) ?? "");
