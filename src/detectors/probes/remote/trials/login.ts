import type { Trial } from "../../../views/remote-view.ts";
import type { PortRecord, Run } from "../run.ts";
import { type Line, onLine } from "./line.ts";

/**
 * Whether a service lets anybody in. The names and passwords are drawn anew each time, so that no account of the host is ever meant, and
 * none can be locked; no service is tried more than three times in a run.
 */
export interface Account {
  readonly user: string;
  readonly password: string;
}

/** Undefined: the conversation did not come that far, so nothing can be said. */
export type LoginAnswer = "accepted" | "refused" | undefined;

export interface Login {
  /** As stimuli name it. */
  readonly protocol: string;
  readonly usualPorts: readonly number[];
  readonly attempt: (line: Line, account: Account) => Promise<LoginAnswer>;
}

/** For what does not talk over a `Line`: SSH. */
export interface OwnLogin extends Omit<Login, "attempt"> {
  readonly attemptOn: (run: Run, record: PortRecord, account: Account) => Promise<LoginAnswer>;
}

/**
 * `login.random`: two pairs that are drawn; claimed when one is accepted. `login.varied`: the first name again with another password:
 * a service that took the first pair and takes this one too looks at neither; one that takes it only now counts tries.
 */
export async function tryLogin(run: Run, record: PortRecord, login: Login | OwnLogin): Promise<void> {
  const [first, second] = [drawnAccount(run), drawnAccount(run)];
  const answers = await Promise.all([first, second].map((account) => attempt(run, record, { login, account })));
  const random = trialOf(login.protocol, answers);
  if (random === undefined) return run.leftOut.unsent("no login came about", `login trial of ${login.protocol}`);
  record.trials["login.random"] = random;
  const varied = await attempt(run, record, { login, account: { user: first.user, password: drawnAccount(run).password } });
  if (varied === undefined) return;
  const before = answers[0] ?? "not answered";
  record.trials["login.varied"] = {
    claimed: varied === "accepted",
    seen: `${login.protocol}: the same name with another password was ${varied}, after the first was ${before}`,
  };
}

interface Attempt {
  readonly login: Login | OwnLogin;
  readonly account: Account;
}

async function attempt(run: Run, record: PortRecord, { login, account }: Attempt): Promise<LoginAnswer> {
  if ("attemptOn" in login) return login.attemptOn(run, record, account);
  return onLine(run, record, (line) => login.attempt(line, account));
}

function trialOf(protocol: string, answers: readonly LoginAnswer[]): Trial | undefined {
  const given = answers.filter((answer) => answer !== undefined);
  if (given.length === 0) return undefined;
  const accepted = given.filter((answer) => answer === "accepted").length;
  return { claimed: accepted > 0, seen: `${protocol}: ${accepted} of ${given.length} random pairs of name and password accepted` };
}

/** Ten and twelve letters: no account has such a name. */
function drawnAccount(run: Run): Account {
  return { user: letters(run, 10), password: letters(run, 12) };
}

export function letters(run: Run, count: number): string {
  return String.fromCharCode(...run.random(count).map((byte) => 97 + (byte % 26)));
}
