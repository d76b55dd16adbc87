import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type Figure, median, printFigures, rounded } from "./figure.ts";
import type { LoadAnswer, LoadOrder } from "./login-load.ts";
import { familyOf, processorMs } from "./processes.ts";
import { type BenchServer, startKexServer, startSensor, startSsh2, startSshd } from "./servers.ts";

/**
 * Measures what an SSH password login costs the server: processor time of all its processes from TCP accept to close, for the sensor as an
 * operator starts it (parent, worker, journal and index), for a server on the package ssh2 and for Debian's sshd. Rounds alternate between the
 * servers, so that whatever else the machine does falls on all of them; figures are medians of rounds.
 *
 *     node bench/logins.ts [--quick]
 */
export interface LoginRounds {
  readonly rounds: number;
  readonly loginsPerRound: number;
  readonly warmUp: number;
}

/** The warm-up is long enough for the compiler to be done with both servers. */
export const STANDARD_ROUNDS: LoginRounds = { rounds: 7, loginsPerRound: 400, warmUp: 3_000 };
export const QUICK_ROUNDS: LoginRounds = { rounds: 5, loginsPerRound: 300, warmUp: 3_000 };

export interface LoginCost {
  /** Milliseconds of processor for one login: all processes of the server. */
  readonly ms: number;
  /** Its workers alone, where it has some. */
  readonly workersMs: number;
}

/** Our sensor and ssh2 side by side. */
export async function compareWithSsh2(plan: LoginRounds): Promise<{ readonly ours: LoginCost; readonly ssh2: LoginCost }> {
  await using sensor = await startSensor();
  await using ssh2 = await startSsh2();
  using load = new Load();
  const [ours, theirs] = await alternate(load, plan, [{ server: sensor }, { server: ssh2 }]);
  if (ours === undefined || theirs === undefined) throw new Error("no rounds");
  return { ours, ssh2: theirs };
}

/** Our own key exchanges side by side, with our own client for all. */
export async function compareKeyExchanges(plan: LoginRounds, names: readonly string[]): Promise<readonly LoginCost[]> {
  await using server = await startKexServer();
  using load = new Load();
  return await alternate(
    load,
    plan,
    names.map((kex) => ({ server, kex, perSecond: KEX_PER_SECOND })),
  );
}

async function costOfSshd(plan: LoginRounds): Promise<LoginCost | undefined> {
  await using sshd = await startSshd();
  if (sshd === undefined) return undefined;
  using load = new Load();
  const [cost] = await alternate(load, { rounds: 3, loginsPerRound: Math.ceil(plan.loginsPerRound / 8), warmUp: 16 }, [{ server: sshd }]);
  return cost;
}

/** Logins a second, by the clock. */
async function rateWith(workers: number, plan: LoginRounds): Promise<number> {
  await using sensor = await startSensor({ workers });
  using load = new Load();
  await load.run({ port: sensor.port, logins: plan.warmUp / 2 });
  const rounds: number[] = [];
  for (let round = 0; round < RATE_ROUNDS; round += 1) {
    const { ms } = await load.run({ port: sensor.port, logins: plan.loginsPerRound });
    rounds.push((plan.loginsPerRound / ms) * 1e3);
  }
  return median(rounds);
}

interface Way {
  readonly server: BenchServer;
  readonly kex?: string;
  readonly perSecond?: number;
}

async function alternate(load: Load, plan: LoginRounds, ways: readonly Way[]): Promise<readonly LoginCost[]> {
  const order = ({ server, ...how }: Way, logins: number): LoadOrder => ({ port: server.port, logins, ...how });
  for (const way of ways) await load.run({ ...order(way, plan.warmUp), perSecond: UNPACED });
  const costs: LoginCost[][] = ways.map(() => []);
  for (let round = 0; round < plan.rounds; round += 1) {
    for (const [at, way] of ways.entries()) {
      const before = usedBy(way.server);
      await load.run(order(way, plan.loginsPerRound));
      await settled(way.server);
      const after = usedBy(way.server);
      costs[at]?.push({
        ms: (after.ms - before.ms) / plan.loginsPerRound,
        workersMs: (after.workersMs - before.workersMs) / plan.loginsPerRound,
      });
    }
  }
  return costs.map((rounds) => ({ ms: median(rounds.map(({ ms }) => ms)), workersMs: median(rounds.map(({ workersMs }) => workersMs)) }));
}

function usedBy(server: BenchServer): LoginCost {
  const ms = familyOf(server.pid).map(processorMs);
  const workersMs = ms.slice(1).reduce((sum, one) => sum + one, 0);
  return { ms: workersMs + (ms[0] ?? 0), workersMs };
}

/** The last bytes of a round are worked on, sshd's processes have ended, and the journal is written. */
async function settled(server: BenchServer): Promise<void> {
  await pause(SETTLE_MS);
  for (let tries = 0; server.name === "sshd" && familyOf(server.pid).length > 1 && tries < 100; tries += 1) await pause(SETTLE_MS);
}

const SETTLE_MS = 100;
const RATE_ROUNDS = 3;
const UNPACED = 1e6;
/** What our client can do with the slowest method on a busy machine. */
const KEX_PER_SECOND = 100;

/** The load generator: one process for a whole comparison. */
class Load implements Disposable {
  readonly #child: ChildProcess = fork(fileURLToPath(new URL("login-load.ts", import.meta.url)));

  async run(order: LoadOrder): Promise<LoadAnswer> {
    this.#child.send(order);
    const [answer]: LoadAnswer[] = await once(this.#child, "message");
    if (answer === undefined || answer.failures.length > 0) throw new Error(`logins failed: ${answer?.failures.join("; ")}`);
    return answer;
  }

  [Symbol.dispose](): void {
    this.#child.kill();
  }
}

const HYBRIDS = ["sntrup761x25519-sha512@openssh.com", "mlkem768x25519-sha256"];
const PER_LOGIN = "ms of processor a login";

export async function measureLogins(plan: LoginRounds): Promise<readonly Figure[]> {
  const { ours, ssh2 } = await compareWithSsh2(plan);
  const sshd = await costOfSshd(plan);
  return [
    {
      name: "SSH login: our SSH server / ssh2's",
      value: rounded(ours.workersMs / ssh2.ms),
      unit: "x",
      wanted: { atMost: 0.8 },
      note: "the worker process, which does what ssh2's process does",
    },
    {
      name: "SSH login: whole sensor / ssh2",
      value: rounded(ours.ms / ssh2.ms),
      unit: "x",
      note: "the parent, the journal's syncs and the index are work that ssh2's server does not do",
    },
    { name: "SSH login: our SSH server", value: rounded(ours.workersMs), unit: PER_LOGIN },
    { name: "SSH login: whole sensor", value: rounded(ours.ms), unit: PER_LOGIN, note: "six durable, indexed events a login" },
    { name: "SSH login: ssh2", value: rounded(ssh2.ms), unit: PER_LOGIN, note: "without its native addon, as npm installs it" },
    ...(sshd === undefined ? [] : [{ name: "SSH login: Debian's sshd, PAM, yescrypt", value: rounded(sshd.ms, 1), unit: PER_LOGIN }]),
    ...(await measureKeyExchanges({ ...plan, warmUp: plan.warmUp / 3, loginsPerRound: plan.loginsPerRound / 2 })),
    { name: "SSH logins, 1 worker", value: Math.round(await rateWith(1, plan)), unit: "logins/s", note: SAME_MACHINE },
    { name: "SSH logins, 2 workers", value: Math.round(await rateWith(2, plan)), unit: "logins/s", note: SAME_MACHINE },
  ];
}

async function measureKeyExchanges(plan: LoginRounds): Promise<readonly Figure[]> {
  const [plain, ...hybrids] = await compareKeyExchanges(plan, ["curve25519-sha256", ...HYBRIDS]);
  return HYBRIDS.map((name, at) => ({
    name: `SSH login: ${name} / curve25519`,
    value: rounded((hybrids[at]?.workersMs ?? Number.NaN) / (plain?.workersMs ?? Number.NaN)),
    unit: "x",
    wanted: { atMost: 2 },
  }));
}

const SAME_MACHINE = "the load generator runs on the same processors and takes more of them than the sensor";

if (import.meta.main) printFigures(await measureLogins(process.argv.includes("--quick") ? QUICK_ROUNDS : STANDARD_ROUNDS));
