import { spawn } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import type { Change } from "../../ledger/change.ts";
import type { Account } from "./account.ts";

/**
 * A login before it counts: in a child with a mount namespace of its own, the changes lie over the real files, and in them a session is
 * opened as sshd and login open one (libpam, the same stack), and the user's shell is started; then one of root's, which must stay in the
 * host's namespace. Where sshd itself is changed, it must take its configuration, and its wrapper must run what a client asks for.
 *
 * src/steward/apply calls it by `Carriage.trials`, with all changes of all scopes, before the ledger makes the first of them. Nothing of the
 * host is changed by it: what a session would write (lastlog, wtmp, utmp) is a copy there, and logind is not told.
 *
 * @returns why the changes must not be made, a sentence; undefined: logins work with them
 */
export async function testLogin(login: LoginToTest, changes: readonly Change[]): Promise<string | undefined> {
  const { status, out, err } = await answerOf({ login, changes });
  if (status === 0 && out === "") return undefined;
  const why = out === "" ? `the test ended with ${status ?? "a signal"}: ${lastLine(err)}` : out;
  return `A test login of ${login.account.name} failed, so nothing was changed: ${why}.`;
}

export interface LoginToTest {
  readonly account: Account;
  /** PAM's, such as `sshd`. */
  readonly services: readonly string[];
  /** What shows in the mounts of a session that is disguised (CarryAsked.mark). */
  readonly mark: number;
  /** What sshd runs for the user; undefined: sshd's configuration stays. */
  readonly wrapper?: string;
}

/** What the child is told, as JSON on its standard input. */
export interface Test {
  readonly login: LoginToTest;
  readonly changes: readonly Change[];
}

const LIMIT_MS = 180_000;
const MOST_OUTPUT = 4096;

interface Answer {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

function answerOf(test: Test): Promise<Answer> {
  const program = join(import.meta.dirname, "test-login-child.ts");
  const child = spawn("unshare", ["--mount", "--propagation", "private", process.execPath, program], {
    stdio: ["pipe", "pipe", "pipe"],
    timeout: LIMIT_MS,
    killSignal: "SIGKILL",
    env: { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C" },
  });
  const parts = { out: "", err: "" };
  const take = (name: "out" | "err") => (text: string) => {
    parts[name] = `${parts[name]}${text}`.slice(-MOST_OUTPUT);
  };
  child.stdout.setEncoding("utf8").on("data", take("out"));
  child.stderr.setEncoding("utf8").on("data", take("err"));
  child.stdin.on("error", (error) => take("err")(error.message));
  child.stdin.end(JSON.stringify(test));
  return new Promise((resolve) => {
    child.once("error", (error) => resolve({ status: 127, out: "", err: error.message }));
    child.once("close", (status) => resolve({ status, ...parts }));
  });
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1)?.slice(0, 300) ?? "";
}
