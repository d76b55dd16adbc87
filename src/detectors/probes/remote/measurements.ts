import type { ClockView, LandView, PacketView, PortView, RemoteView, RoundTrips } from "../../views/remote-view.ts";
import { opened, portRecord, type Run } from "./run.ts";

/** What is measured beside conversations. Each is a function of its own, left out when it is missing, and none may keep the run from ending. */
export interface Measurements {
  readonly roundTrips?: (scene: Scene) => Promise<readonly RoundTrips[]>;
  readonly clocks?: (scene: Scene) => Promise<readonly ClockView[]>;
  readonly packets?: (scene: Scene) => Promise<readonly PacketView[] | undefined>;
  /** Only where the operator asked for it. */
  readonly land?: (scene: Scene) => Promise<LandView | undefined>;
}

/** What a measurement is given. */
export interface Scene {
  readonly address: string;
  readonly quick: boolean;
  /** What is known so far. */
  readonly ports: readonly PortView[];
  /** Its share of the time. */
  readonly maxMs: number;
  /** Milliseconds since the view was begun. */
  readonly sinceStartMs: () => number;
  /** Aborted when its time is over. */
  readonly signal: AbortSignal;
  /** Asks for leave to send one more packet or connection to `port` (`22`, `icmp`), within the rates. Call the answer when it is gone; undefined: over. */
  readonly leave: (port: string) => Promise<(() => void) | undefined>;
  /** How long the set-up of one connection took, milliseconds; undefined: none came about. */
  readonly connectMs: (port: number) => Promise<number | undefined>;
  /** Names something that it could not do, and why. */
  readonly leftOut: (why: string) => void;
}

type Measured = Pick<RemoteView, "roundTrips" | "clocks" | "packets" | "land">;

const SHARE_MS = { whole: 4_000, quick: 1_500 } as const;
const NAMES = ["roundTrips", "clocks", "packets", "land"] as const;

export function reservedMs(measurements: Measurements = {}, quick: boolean): number {
  return NAMES.filter((name) => measurements[name] !== undefined).length * (quick ? SHARE_MS.quick : SHARE_MS.whole);
}

export interface Measuring {
  readonly measurements: Measurements | undefined;
  readonly endMs: number;
}

/** One after the other, since each would disturb the next. */
export async function measure(run: Run, ports: readonly PortView[], { measurements = {}, endMs }: Measuring): Promise<Measured> {
  const within = <T>(name: string, work: ((scene: Scene) => Promise<T>) | undefined) => measureOne(run, { name, work, ports, endMs });
  const roundTrips = (await within("round trips", measurements.roundTrips)) ?? [];
  const clocks = (await within("clocks", measurements.clocks)) ?? [];
  const packets = await within("packets", measurements.packets);
  const land = await within("LAND", measurements.land);
  return { roundTrips, clocks, ...(packets === undefined ? {} : { packets }), ...(land === undefined ? {} : { land }) };
}

interface One<T> {
  readonly name: string;
  readonly work: ((scene: Scene) => Promise<T>) | undefined;
  readonly ports: readonly PortView[];
  readonly endMs: number;
}

async function measureOne<T>(run: Run, { name, work, ports, endMs }: One<T>): Promise<T | undefined> {
  if (work === undefined) return undefined;
  const maxMs = Math.min(run.quick ? SHARE_MS.quick : SHARE_MS.whole, endMs - run.clock.nowMs());
  if (run.signal.aborted || maxMs <= 0) {
    run.leftOut.note(`${name}: the time allowed does not suffice`);
    return undefined;
  }
  const over = new AbortController();
  const late = Promise.withResolvers<undefined>();
  const cancelOver = run.clock.after(maxMs, () => over.abort());
  const cancelLate = run.clock.after(maxMs + GRACE_MS, () => {
    run.leftOut.note(`${name}: not done in time`);
    late.resolve(undefined);
  });
  try {
    const signal = AbortSignal.any([over.signal, run.signal]);
    return await Promise.race([work(scene(run, ports, { maxMs, signal, name })), late.promise]);
  } finally {
    cancelOver();
    cancelLate();
    over.abort();
  }
}

const GRACE_MS = 400;

function scene(
  run: Run,
  ports: readonly PortView[],
  { maxMs, signal, name }: Pick<Scene, "maxMs" | "signal"> & { readonly name: string },
): Scene {
  return {
    address: run.address,
    quick: run.quick,
    ports,
    maxMs,
    sinceStartMs: () => run.clock.nowMs() - run.startMs,
    signal,
    leave: (port) => run.gate.enter(port),
    connectMs: (port) => connectMs(run, port),
    leftOut: (why) => run.leftOut.note(`${name}: ${why}`),
  };
}

async function connectMs(run: Run, port: number): Promise<number | undefined> {
  const leave = await run.gate.enter(`${port}`);
  if (leave === undefined) return undefined;
  try {
    const record = portRecord("tcp", port);
    const stream = await opened(run, record, "plain");
    if (typeof stream !== "string") stream.destroy();
    return record.connectMs[0];
  } finally {
    leave();
  }
}
