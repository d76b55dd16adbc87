import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { connect } from "node:net";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Command, type Configuration, filled, type Place, type Service } from "./configuration.ts";
import { programs } from "./programs/index.ts";

/**
 * One host of real servers on a loopback address of its own, so that every service may use its usual port. Each server has its own folder
 * and process group; nothing of the machine's own services is used or changed. However it ends, the groups and the folder are gone.
 */
export interface RealHost extends AsyncDisposable {
  readonly ports: readonly number[];
}

export interface Where {
  readonly address: string;
  /** Made and removed by the host. */
  readonly folder: string;
  readonly materials: string;
}

/** What still runs when this process ends, whyever, ends with it. */
const alive = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of alive) signalGroup(child, "SIGKILL");
});

const STARTED_MS = 60_000;
const STOPPED_MS = 4_000;

export async function startRealHost({ services }: Configuration, { address, folder, materials }: Where): Promise<RealHost> {
  const running: ChildProcess[] = [];
  const stop = async () => {
    await Promise.all(running.map(end));
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  };
  try {
    for (const [index, service] of services.entries()) {
      const place = { address, folder: join(folder, `${index}`), materials };
      running.push(await start(service, place));
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { ports: services.flatMap(({ ports }) => ports), [Symbol.asyncDispose]: stop };
}

async function start(service: Service, place: Place): Promise<ChildProcess> {
  mkdirSync(place.folder, { recursive: true, mode: 0o755 });
  for (const [name, text] of Object.entries(service.files ?? {})) writeFileInside(join(place.folder, name), filled(text, place));
  const program = programs[service.program];
  await program.prepare(place, service);
  const child = launch(program.command(place, service), place);
  try {
    const until = Date.now() + STARTED_MS;
    for (const port of service.ports) await answering(child, { address: place.address, port, until });
  } catch (error) {
    await end(child);
    throw new Error(`${service.program} did not start: ${logOf(place)}`, { cause: error });
  }
  return child;
}

function writeFileInside(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
  writeFileSync(path, text, { mode: 0o644 });
  chmodSync(path, 0o644);
}

/** Through setpriv(1), so that it is told to end should we be killed before we can tell it. */
function launch({ file, arguments: args, user }: Command, { folder }: Place): ChildProcess {
  const asUser = user === undefined ? [] : [`--reuid=${user}`, `--regid=${user}`, "--clear-groups"];
  const child = spawn("setpriv", [...asUser, "--pdeathsig", "TERM", "--", file, ...args], {
    detached: true,
    cwd: folder,
    stdio: ["ignore", "ignore", "ignore"],
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LANG: "C" },
  });
  alive.add(child);
  child.once("exit", () => alive.delete(child));
  // A program that cannot be run is told of by `answering`, which sees it end.
  child.on("error", () => undefined);
  return child;
}

interface Awaited {
  readonly address: string;
  readonly port: number;
  readonly until: number;
}

async function answering(child: ChildProcess, { address, port, until }: Awaited): Promise<void> {
  for (;;) {
    if (hasEnded(child)) throw new Error(`it ended with ${child.exitCode ?? child.signalCode ?? "no process"}`);
    if (await accepts(address, port)) return;
    if (Date.now() > until) throw new Error(`port ${port} is not open after ${STARTED_MS} ms`);
    await sleep(50);
  }
}

function accepts(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

const hasEnded = (child: ChildProcess) => child.pid === undefined || child.exitCode !== null || child.signalCode !== null;

async function end(child: ChildProcess): Promise<void> {
  signalGroup(child, "SIGTERM");
  const until = Date.now() + STOPPED_MS;
  while (!hasEnded(child) && Date.now() < until) await sleep(20);
  // Children that outlive their parent too.
  signalGroup(child, "SIGKILL");
  while (!hasEnded(child) && Date.now() < until + STOPPED_MS) await sleep(20);
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // The group is gone.
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

function logOf({ folder }: Place): string {
  const log = ["log", "store/log"].map((name) => join(folder, name)).find(existsSync);
  return log === undefined ? "no log" : readFileSync(log, "utf8").slice(-2_000);
}
