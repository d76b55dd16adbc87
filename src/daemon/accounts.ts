import { readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { OperatorError } from "../errors/operator-error.ts";
import { type Account, ORDINARY, type Privileges, RootPrivileges } from "../host/privileges.ts";
import type { Settings } from "./settings.ts";

/** The rights that this process can give its parts. */
export interface Rights {
  readonly privileges: Privileges;
  /** The account that the sensor drops to once its ports are bound; undefined: it keeps its own. */
  readonly sensor: Account | undefined;
  /** Gives up root's rights, where there are any to give up. */
  drop(): void;
  /** What the operator should know. */
  readonly notes: readonly string[];
}

/** Of the range that systemd.exec(5) leaves to dynamic users: an account for workers where none was made. */
const NAMELESS: Account = { uid: 64_901, gid: 64_901 };

/**
 * As an ordinary user everything runs under that account. As root, workers always get an account of their own; the sensor itself drops to its
 * account when it was started for the standard ports or as the service, and stays root otherwise (its state is then in root's own folders).
 * @param code folders and files that a worker must be able to read
 */
export function rightsFor(settings: Settings, code: readonly string[], isService: boolean): Rights {
  if (process.getuid?.() !== 0) return { privileges: ORDINARY, sensor: undefined, drop: () => undefined, notes: [] };
  const drops = isService || settings.ports === "standard";
  const worker = findAccount(settings.accounts.worker) ?? (drops ? missing(settings.accounts.worker) : NAMELESS);
  const hidden = code.find((path) => !isReachable(path, worker));
  if (hidden !== undefined) return withoutAccounts(settings, hidden, drops);
  const privileges = new RootPrivileges(worker);
  if (!drops) return { privileges, sensor: undefined, drop: () => undefined, notes: [] };
  const sensor = findAccount(settings.accounts.sensor) ?? missing(settings.accounts.sensor);
  return { privileges, sensor, drop: () => privileges.drop(sensor), notes: [] };
}

/** A trial on loopback may run all the same, and is told; where others could connect it may not. */
function withoutAccounts(settings: Settings, hidden: string, drops: boolean): Rights {
  const why = `No other account can read ${hidden}`;
  if (drops || settings.listen.some(({ address }) => !isLoopback(address))) throw new OperatorError("code-unreachable", `${why}.`);
  const note = `${why}, so workers keep root's account (they are still held by Node's permission model). Move the checkout to /opt, or start as an ordinary user.`;
  return { privileges: ORDINARY, sensor: undefined, drop: () => undefined, notes: [note] };
}

function isLoopback(address: string): boolean {
  return address === "::1" || address.startsWith("127.");
}

function missing(name: string): never {
  throw new OperatorError("user-missing", `Started as root, and there is no account ${name}.`, {
    next: `Create it: \`useradd --system --no-create-home --shell /usr/sbin/nologin ${name}\`, or run \`utsusemi service install\`.`,
  });
}

/** An account of this machine. `/etc/passwd` alone is asked: directory services may be slow or away when a sensor starts. */
function findAccount(name: string): Account | undefined {
  const line = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .find((entry) => entry.startsWith(`${name}:`));
  const [, , uid = "", gid = ""] = line?.split(":") ?? [];
  return uid === "" || gid === "" ? undefined : { uid: Number(uid), gid: Number(gid) };
}

/** Whether `account` may enter every folder on the way to `path`, and read it. */
function isReachable(path: string, account: Account): boolean {
  const { mode, uid, gid } = statSync(path);
  const shift = uid === account.uid ? 6 : gid === account.gid ? 3 : 0;
  const needed = statSync(path).isDirectory() ? 0o5 : 0o4;
  const readable = ((mode >> shift) & needed) === needed;
  return readable && (dirname(path) === path || isEnterable(dirname(path), account));
}

function isEnterable(folder: string, account: Account): boolean {
  const { mode, uid, gid } = statSync(folder);
  const shift = uid === account.uid ? 6 : gid === account.gid ? 3 : 0;
  return ((mode >> shift) & 1) === 1 && (dirname(folder) === folder || isEnterable(dirname(folder), account));
}
