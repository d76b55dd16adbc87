import type { Process } from "../../program.ts";

/** Who was here before: the machine's administrator, working now and then, and the boots between. */
export interface PastLogin {
  readonly user: string;
  readonly terminal: string;
  readonly from: string;
  readonly fromMs: number;
  /** Undefined: still going on. */
  readonly untilMs: number | undefined;
}

const DAY_MS = 86_400_000;

/** Since wtmp's rotation at the start of the month, the newest first; made from the site's seed, so the same at each visit. */
export function pastLogins(process: Process): readonly PastLogin[] {
  const { system } = process;
  const { bootWallMs } = system.machine;
  const { wallMs } = system.now();
  const today = Math.floor(wallMs / DAY_MS);
  const monthStart = new Date(wallMs);
  const rotated = Date.UTC(monthStart.getUTCFullYear(), monthStart.getUTCMonth(), 1);
  const logins: PastLogin[] = [];
  for (let day = Math.floor(rotated / DAY_MS); day < today; day += 1) logins.push(...workOf(process, day));
  const kernel = system.machine.kernelRelease;
  const boots =
    bootWallMs >= rotated ? [{ user: "reboot", terminal: "system boot", from: kernel, fromMs: bootWallMs, untilMs: undefined }] : [];
  return [...logins.filter(({ fromMs }) => fromMs > bootWallMs), ...boots].toSorted((one, other) => other.fromMs - one.fromMs);
}

/** On about a third of the working days, from one of two addresses. */
function workOf(process: Process, day: number): readonly PastLogin[] {
  const { seeded, users } = process.system;
  const weekday = (day + 4) % 7;
  const draw = seeded(`login day ${day}`);
  if (weekday === 0 || weekday === 6 || draw % 3 !== 0) return [];
  const people = users.filter(({ uid, shell }) => uid >= 1000 && uid < 60_000 && /sh$/.test(shell));
  const user = people[0]?.name ?? "root";
  const fromMs = day * DAY_MS + (7 * 60 + (draw % 600)) * 60_000;
  const place = seeded(`login place ${draw % 2}`);
  const from = `192.168.${10 + (place % 60)}.${2 + ((place >>> 8) % 200)}`;
  return [{ user, terminal: "pts/0", from, fromMs, untilMs: fromMs + (3 + ((draw >>> 5) % 95)) * 60_000 }];
}
