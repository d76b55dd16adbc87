import { randomBytes } from "node:crypto";
import { recognise } from "../../stimuli/recognise.ts";
import type { Stimulus } from "../../stimuli/stimulus.ts";
import type { PortView, RemoteView } from "../../views/remote-view.ts";
import { type Clock, realClock } from "./clock.ts";
import { Gate } from "./gate.ts";
import { shuffled } from "./lanes.ts";
import { LeftOut } from "./left-out.ts";
import { defaultLimits, type Limits, wholeMs } from "./limits.ts";
import { linkAddressOf } from "./link-address.ts";
import { type Measurements, measure, reservedMs } from "./measurements.ts";
import { Progress, type ProgressReport } from "./progress.ts";
import { ByteBudget, type PortRecord, portRecord, type Recognise, type Run } from "./run.ts";
import { type Background, scan, tryTls } from "./scan.ts";
import { type SentBook, sendStimuli } from "./send.ts";
import type { RelayPlace } from "./trials/relay.ts";
import { tryAll } from "./trials/try-all.ts";
import { defaultPorts } from "./usual-ports.ts";

/**
 * Takes a view of a host over the network: which ports are open, what they say unasked, what they say to every stimulus, within TLS where
 * they speak it, and what they claim in trials.
 *
 * What must stay true: only `address` is ever connected to, and the caller has shown that it may be; no target makes a run longer than
 * its time, larger than its limits, or throw. What does not fit is named in `leftOut`.
 */
export interface RemoteOptions {
  /** Numeric, permitted by the caller (`mayProbe`). */
  readonly address: string;
  /** TCP ports to try, and of the stimuli's UDP ports only these; left out: the default list. */
  readonly ports?: readonly number[];
  readonly stimuli: readonly Stimulus[];
  /** Under 20 seconds: quick stimuli only, no trials, little patience. */
  readonly quick?: boolean;
  readonly limits?: Partial<Limits>;
  readonly onProgress?: (report: ProgressReport) => void;
  /** Ends the run early: what there is comes back. */
  readonly signal?: AbortSignal;
  /** Decides the order of ports. */
  readonly seed?: number;
  /** Left out: the product's own table. */
  readonly recognise?: Recognise;
  /** Round trips, clocks, packets and the LAND test, each left out when missing. */
  readonly measurements?: Measurements;
  /** Off: no trials. */
  readonly trials?: boolean;
  /** Where our own mail server waits for what an open relay delivers. */
  readonly relay?: RelayPlace;
  readonly clock?: Clock;
  readonly random?: (size: number) => Uint8Array;
}

export async function takeRemoteView(target: string, options: RemoteOptions): Promise<RemoteView> {
  const takenAtMs = Date.now();
  const over = new AbortController();
  const run = newRun(options, over.signal);
  const endRun = () => {
    over.abort();
    run.gate.close();
  };
  options.signal?.addEventListener("abort", endRun, { once: true });
  if (options.signal?.aborted === true) endRun();
  try {
    const { records, measured } = await look(run, options, endRun);
    if (options.signal?.aborted === true) run.leftOut.note("stopped by the caller before the end");
    return {
      target,
      address: options.address,
      takenAtMs,
      ports: viewsOf(records),
      ...measured,
      ...onLink(options.address),
      leftOut: run.leftOut.lines(),
    };
  } finally {
    endRun();
    options.signal?.removeEventListener("abort", endRun);
    run.progress.finish();
  }
}

function onLink(address: string): Pick<RemoteView, "linkAddress"> {
  const linkAddress = linkAddressOf(address);
  return linkAddress === undefined ? {} : { linkAddress };
}

function newRun({ address, quick = false, limits, clock = realClock, ...options }: RemoteOptions, signal: AbortSignal): Run {
  const allLimits = { ...defaultLimits, ...limits };
  return {
    address,
    quick,
    clock,
    startMs: clock.nowMs(),
    signal,
    limits: allLimits,
    gate: new Gate(allLimits, clock),
    leftOut: new LeftOut(),
    bytes: new ByteBudget(allLimits),
    progress: new Progress(clock, options.onProgress ?? (() => undefined)),
    recognise: options.recognise ?? recognise,
    random: options.random ?? randomBytes,
  };
}

async function look(run: Run, options: RemoteOptions, endRun: () => void) {
  const startMs = run.clock.nowMs();
  const { tcp, udp, stimuli } = wanted(run, options);
  const endAt = (open: number) => startMs + wholeMs({ quick: run.quick, tried: tcp.length + udp.length, open }, run.limits);
  let cancelEnd = run.clock.after(endAt(tcp.length) - startMs, endRun);
  run.progress.endAt(endAt(tcp.length));
  try {
    const background = await scan(run, tcp);
    const open = tcp.filter(({ state }) => state === "open");
    cancelEnd();
    const endMs = endAt(open.length);
    cancelEnd = run.clock.after(endMs - run.clock.nowMs(), endRun);
    run.progress.endAt(endMs);
    const measured = await ask(run, { open, udp, background }, { stimuli, endMs, options });
    return { records: [...tcp, ...udp], measured };
  } finally {
    cancelEnd();
  }
}

interface Reached {
  readonly open: readonly PortRecord[];
  readonly udp: readonly PortRecord[];
  readonly background: Background;
}

interface Asking {
  readonly stimuli: readonly Stimulus[];
  readonly endMs: number;
  readonly options: RemoteOptions;
}

/**
 * Trials and measurements have their share of the time; the stimuli have the rest, and what trials did not need. Trials come late, since a
 * server may shut those out whose logins fail.
 */
async function ask(run: Run, { open, udp, background }: Reached, { stimuli, endMs, options }: Asking) {
  const withTrials = !run.quick && options.trials !== false;
  const askedMs = endMs - HANG_UP_MS - reservedMs(options.measurements, run.quick);
  const untilMs = askedMs - (withTrials ? TRIALS_MS : 0);
  const lastMs = run.quick ? LAST_EXCHANGE_MS.quick : LAST_EXCHANGE_MS.whole;
  await tryTls(run, open, untilMs);
  const records = [...open, ...udp];
  const sent: SentBook = new Map();
  await sendStimuli(run, records, { stimuli, sent, untilMs: untilMs - lastMs, isLast: !withTrials });
  await Promise.all(background);
  if (withTrials) {
    await tryAll(run, open, { untilMs: askedMs, relay: options.relay });
    await sendStimuli(run, records, { stimuli, sent, untilMs: askedMs - lastMs, isLast: true });
  } else run.leftOut.note(`trials of proxies, relays and logins: ${run.quick ? "--quick" : "not asked for"}`);
  return measure(run, viewsOf(records), { measurements: options.measurements, endMs: endMs - HANG_UP_MS });
}

const TRIALS_MS = 12_000;
const HANG_UP_MS = 500;
const LAST_EXCHANGE_MS = { quick: 1_500, whole: 3_000 } as const;

/** The ports to try in the order of the seed, and the stimuli that this run sends. */
function wanted(run: Run, { ports, stimuli, seed = 1 }: RemoteOptions) {
  const sent = run.quick ? stimuli.filter(({ quick }) => quick) : stimuli;
  const slow = run.quick ? stimuli.filter(({ quick }) => !quick).map(({ id }) => id) : [];
  if (slow.length > 0) run.leftOut.note(`stimuli: --quick leaves out ${slow.length}: ${slow.join(", ")}`);
  const udpPorts = new Set(sent.filter(({ transport }) => transport === "udp").flatMap((stimulus) => stimulus.ports));
  const udp = [...udpPorts].filter((port) => ports?.includes(port) ?? true);
  const tcp = [...new Set(ports ?? defaultPorts)].filter((port) => Number.isInteger(port) && port > 0 && port < 65_536);
  return {
    stimuli: sent,
    tcp: shuffled(tcp, seed).map((port) => portRecord("tcp", port)),
    udp: shuffled(udp, seed).map((port) => portRecord("udp", port)),
  };
}

function viewsOf(records: readonly PortRecord[]): readonly PortView[] {
  // Copies: what still hangs on when the run ends must not change a view that was given away.
  const views = records.map(({ protocols: _, speaksTls: __, ...view }) => ({
    ...view,
    connectMs: [...view.connectMs],
    exchanges: inOrder(view.exchanges),
    trials: { ...view.trials },
  }));
  return views.sort((a, b) => (a.transport === b.transport ? a.port - b.port : a.transport < b.transport ? -1 : 1));
}

/** The greeting first, then by name: what came first on the clock is chance. */
function inOrder(exchanges: PortView["exchanges"]): PortView["exchanges"] {
  const key = ({ stimulus, over }: PortView["exchanges"][number]) => `${stimulus === "null" ? 0 : 1} ${stimulus} ${over}`;
  return [...exchanges].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
