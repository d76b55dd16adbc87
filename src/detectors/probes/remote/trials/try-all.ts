import { inLanes } from "../lanes.ts";
import { guarded, type PortRecord, type Run } from "../run.ts";
import { type Login, type OwnLogin, tryLogin } from "./login.ts";
import { mysqlLogin } from "./mysql-login.ts";
import { postgresLogin } from "./postgres-login.ts";
import { proxyWays, tryProxy } from "./proxy.ts";
import { type RelayPlace, tryRelay } from "./relay.ts";
import { sshLogin } from "./ssh-login.ts";
import { telnetLogin } from "./telnet-login.ts";
import { ftpLogin, httpLogin, imapLogin, pop3Login, redisLogin, smtpLogin } from "./text-logins.ts";
import { vncLogin } from "./vnc-login.ts";

/** Trials: what a port claims, held against what comes true. Each is done where its protocol was recognised, or is usual and nothing else was. */
const logins: readonly (Login | OwnLogin)[] = [
  sshLogin,
  telnetLogin,
  ftpLogin,
  smtpLogin,
  pop3Login,
  imapLogin,
  httpLogin,
  mysqlLogin,
  postgresLogin,
  redisLogin,
  vncLogin,
];

/** Does every trial that makes sense on these ports; those that could not begin before `untilMs` are named as left out. */
export async function tryAll(run: Run, records: readonly PortRecord[], { untilMs, relay }: Trying): Promise<void> {
  const tasks = records.flatMap((record) => tasksOf(run, record, relay));
  run.progress.plan(tasks.length);
  await inLanes(tasks, PORTS_AT_ONCE, async ({ name, work }) => {
    if (run.signal.aborted || run.clock.nowMs() > untilMs) return run.leftOut.unsent("the time allowed does not suffice", name);
    await within(run, guarded(run, name, work), untilMs);
    run.progress.step(name);
  });
}

export interface Trying {
  readonly untilMs: number;
  readonly relay: RelayPlace | undefined;
}

const PORTS_AT_ONCE = 48;

interface Task {
  readonly name: string;
  readonly work: () => Promise<void>;
}

function tasksOf(run: Run, record: PortRecord, relay: RelayPlace | undefined): readonly Task[] {
  const login = logins.find((one) => isWorth(record, [one.protocol], one.usualPorts));
  const proxies = proxyWays.filter(({ protocols, usualPorts }) => isWorth(record, protocols, usualPorts));
  return [
    ...(login === undefined ? [] : [{ name: `login.random ${login.protocol}`, work: () => tryLogin(run, record, login) }]),
    ...proxies.map((way) => ({ name: way.id, work: () => tryProxy(run, record, way) })),
    ...(isWorth(record, ["smtp"], [25, 587, 2525]) ? [{ name: "relay.smtp", work: () => tryRelay(run, record, relay) }] : []),
  ];
}

function isWorth({ protocols, port }: PortRecord, wanted: readonly string[], usualPorts: readonly number[]): boolean {
  return wanted.some((protocol) => protocols.has(protocol)) || (protocols.size === 0 && usualPorts.includes(port));
}

/** What is not done by then goes on by itself until its connection ends with the run. */
function within({ clock }: Run, work: Promise<void>, untilMs: number): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.after(Math.max(0, untilMs - clock.nowMs()), resolve);
    void work.finally(() => {
      cancel();
      resolve();
    });
  });
}
