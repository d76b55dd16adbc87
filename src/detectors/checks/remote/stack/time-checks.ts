import { type Check, clean, type Judgement, shown, unknown } from "../../../check.ts";
import { type ClockLine, clockLine, skewPpm } from "../../../statistics/clock-line.ts";
import { median, rankSum, samplesNeeded, scatter } from "../../../statistics/rank-sum.ts";
import type { RemoteView, RoundTrips } from "../../../views/remote-view.ts";

/**
 * Times: a honeypot that logs each packet, or that passes it on, is later than its neighbours and than its own other ports, and its clocks
 * disagree. Only a shift that is both certain (rank-sum test) and large enough to be no queue counts.
 */
type Parts = Pick<Check<RemoteView>, "id" | "looksAt" | "reason" | "ratio" | "judge"> &
  Partial<Pick<Check<RemoteView>, "class" | "family">>;

const check = (parts: Parts): Check<RemoteView> => ({
  class: "logging",
  family: "round-trips",
  source: "Kitazawa and Shinoda; nmap qscan, clock-skew",
  side: "remote",
  ...parts,
});

/** One-sided error of a single comparison: one false alarm in ten thousand. */
const CERTAIN = 1e-4;

export const timeChecks: readonly Check<RemoteView>[] = [
  check({
    id: "rtt.icmp-against-tcp",
    looksAt: "round trips of ICMP echo against TCP set-up, same host",
    reason: "The kernel answers both at once; where echo replies are clearly later than SYN-ACKs, something handles them by hand.",
    ratio: 5,
    judge: slowerThan({ of: isFamily("icmp", "target"), than: isFamily("tcp:", "target"), leastMs: 3 }),
  }),
  check({
    id: "rtt.icmp-against-neighbour",
    looksAt: "round trips of ICMP echo against a neighbour's",
    reason: "A host that logs every packet answers pings later than the host beside it.",
    ratio: 4,
    judge: slowerThan({ of: isFamily("icmp", "target"), than: isFamily("icmp", "neighbour"), leastMs: 3 }),
  }),
  check({
    id: "rtt.tcp-against-neighbour",
    looksAt: "round trips of TCP set-up against a neighbour's",
    reason:
      "Connections that stand later than a neighbour's pass through something in between: a tunnel to the true honeypot, or a recorder.",
    ratio: 3,
    judge: slowerThan({ of: isFamily("tcp:", "target"), than: isFamily("tcp:", "neighbour"), leastMs: 3 }),
  }),
  check({
    id: "rtt.port-against-port",
    looksAt: "round trips of TCP set-up, each port against all others",
    reason: "Ports of one host are set up by one kernel; a port that is later than the rest is forwarded elsewhere.",
    ratio: 6,
    judge: judgePorts,
  }),
  check({
    id: "rtt.tcp-under-load",
    looksAt: "round trips of TCP set-up while connections are busy, against idle",
    reason: "Recording every byte congests: with a little traffic the answers of a logging host become late.",
    ratio: 2,
    judge: slowerThan({ of: (trips) => isTcp(trips) && trips.underLoad, than: (trips) => isTcp(trips) && !trips.underLoad, leastMs: 10 }),
  }),
  check({
    id: "rtt.icmp-under-load",
    looksAt: "round trips of ICMP echo while connections are busy, against idle",
    reason: "Echo replies that become late as soon as somebody types point at a logger that sends each key press over the same wire.",
    ratio: 2,
    judge: slowerThan({
      of: (trips) => trips.family === "icmp" && trips.host === "target" && trips.underLoad,
      than: isFamily("icmp", "target"),
      leastMs: 10,
    }),
  }),
  check({
    id: "clock.timestamp-rate",
    class: "kind",
    family: "clocks",
    looksAt: "ticks a second of TCP time stamps on each port",
    reason: "Time stamps of one kernel tick at one rate; two rates are two kernels behind one address.",
    ratio: 10,
    judge: judgeTickRates,
  }),
  check({
    id: "clock.timestamp-skew",
    class: "kind",
    family: "clocks",
    looksAt: "skew of TCP time stamps of one port against another's",
    reason: "Two crystals never run alike, so ports whose time stamps drift apart are on different machines.",
    ratio: 6,
    judge: judgeSkew,
  }),
  check({
    id: "clock.dates-differ",
    class: "kind",
    family: "clocks",
    looksAt: "Date headers of one port against another's",
    reason: "Web servers of one machine read one clock; dates seconds apart come from different machines, or from nowhere.",
    ratio: 6,
    judge: judgeDates,
  }),
  check({
    id: "clock.date-wrong",
    class: "kind",
    family: "clocks",
    looksAt: "Date headers against our own clock",
    reason: "A date that is off by more than a day was written into an answer, or nobody cares for the machine.",
    ratio: 3,
    judge: judgeWrongDate,
  }),
  check({
    id: "clock.date-stands",
    class: "kind",
    family: "clocks",
    looksAt: "whether Date headers move on",
    reason: "A Date header that is the same seconds later is part of a recorded answer.",
    ratio: 30,
    judge: judgeStandingDate,
  }),
];

type Select = (trips: RoundTrips) => boolean;

function isFamily(name: string, host: RoundTrips["host"]): Select {
  return (trips) => trips.family.startsWith(name) && trips.host === host && !trips.underLoad;
}

function isTcp({ family, host }: RoundTrips): boolean {
  return family.startsWith("tcp:") && host === "target";
}

function slowerThan({
  of,
  than,
  leastMs,
}: {
  readonly of: Select;
  readonly than: Select;
  readonly leastMs: number;
}): (view: RemoteView) => Judgement {
  return ({ roundTrips }) => {
    const values = (select: Select) => roundTrips.filter(select).flatMap(({ samplesMs }) => samplesMs);
    return judgeShift(values(than), values(of), leastMs);
  };
}

/** Late: certainly, by at least `leastMs`, and by half of what the others take. */
function judgeShift(usual: readonly number[], late: readonly number[], leastMs: number): Judgement {
  const shift = rankSum(usual, late);
  if (shift === undefined) return unknown(`too few samples (${usual.length} and ${late.length})`);
  const needed = samplesNeeded({ shift: leastMs, deviation: scatter(usual), error: CERTAIN });
  const words = `median ${milliseconds(median(late))} against ${milliseconds(median(usual))}`;
  const isLarge = shift.medianShift >= leastMs && shift.medianShift >= median(usual) / 2;
  if (isLarge && shift.p < CERTAIN) return shown(words);
  return Math.min(usual.length, late.length) < Math.min(needed, 1000)
    ? unknown(`${words}: ${needed} samples would be needed`)
    : clean(words);
}

function judgePorts({ roundTrips }: RemoteView): Judgement {
  const ports = roundTrips.filter((trips) => isTcp(trips) && !trips.underLoad);
  if (ports.length < 2) return unknown("fewer than two open ports were measured");
  const judged = ports.map((trips) => ({ trips, judgement: judgeShift(others(ports, trips), trips.samplesMs, 1) }));
  const late = judged.filter(({ judgement }) => judgement.verdict === "shown");
  const first = late[0]?.judgement;
  if (first?.verdict === "shown") return shown(`${late.map(({ trips }) => trips.family).join(", ")}: ${first.seen}`);
  return judged.some(({ judgement }) => judgement.verdict === "clean") ? clean(`${ports.length} ports alike`) : unknown("too few samples");
}

function others(ports: readonly RoundTrips[], but: RoundTrips): readonly number[] {
  return ports.filter((trips) => trips !== but).flatMap(({ samplesMs }) => samplesMs);
}

interface NamedLine {
  readonly source: string;
  readonly line: ClockLine;
}

function lines({ clocks }: RemoteView, kind: string): readonly NamedLine[] {
  return clocks
    .filter(({ source }) => source.startsWith(kind))
    .flatMap(({ source, samples }) => {
      const line = clockLine(samples);
      return line === undefined ? [] : [{ source, line }];
    });
}

/** Rates that kernels use: 10, 100, 250, 300 and 1000 ticks a second. */
function tickRate({ rate }: ClockLine): number {
  const perSecond = rate * 1000;
  return [10, 100, 250, 300, 1000].reduce((best, one) =>
    Math.abs(Math.log(perSecond / one)) < Math.abs(Math.log(perSecond / best)) ? one : best,
  );
}

function judgeTickRates(view: RemoteView): Judgement {
  const stamps = lines(view, "tcp-timestamp:").filter(({ line }) => line.rate > 0);
  if (stamps.length < 2) return unknown("fewer than two ports with time stamps");
  const rates = new Set(stamps.map(({ line }) => tickRate(line)));
  return rates.size > 1
    ? shown(`${[...rates].join(" and ")} ticks a second`)
    : clean(`${[...rates].join()} ticks a second on ${stamps.length} ports`);
}

/** Skew counts when it moved a clock by ten of its ticks beyond its scatter: shorter observations can't tell. */
function judgeSkew(view: RemoteView): Judgement {
  const stamps = lines(view, "tcp-timestamp:");
  const [first, ...rest] = stamps;
  if (first === undefined || rest.length === 0) return unknown("fewer than two ports with time stamps");
  const lengthMs = Math.min(
    ...view.clocks.filter(({ source }) => source.startsWith("tcp-timestamp:")).map(({ samples }) => spanMs(samples)),
  );
  const skews = rest.map(({ source, line }) => ({
    source,
    ppm: skewPpm(line, first.line),
    apartTicks: Math.abs(line.rate - first.line.rate) * lengthMs,
    noise: line.residual + first.line.residual,
  }));
  const apart = skews.find(({ apartTicks, noise }) => apartTicks > 10 + 2 * noise);
  if (apart !== undefined) return shown(`${apart.source} drifts ${Math.round(apart.ppm)} ppm against ${first.source}`);
  return lengthMs < 5000 ? unknown("observed for less than five seconds") : clean(`${stamps.length} ports run alike`);
}

function spanMs(samples: readonly { readonly atMs: number }[]): number {
  return (samples.at(-1)?.atMs ?? 0) - (samples[0]?.atMs ?? 0);
}

/** A Date header counts whole seconds: its mean lag is half a second, so differences up to two seconds say nothing. */
function lagMs(view: RemoteView, { samples }: { readonly samples: readonly { readonly atMs: number; readonly shows: number }[] }): number {
  return median(samples.map(({ atMs, shows }) => shows - (view.takenAtMs + atMs)));
}

function dates(view: RemoteView) {
  return view.clocks.filter(({ source, samples }) => source.startsWith("http-date:") && samples.length > 0);
}

function judgeDates(view: RemoteView): Judgement {
  const lags = dates(view).map((clock) => lagMs(view, clock));
  if (lags.length < 2) return unknown("fewer than two ports with a Date header");
  const apart = Math.max(...lags) - Math.min(...lags);
  return apart > 2000 ? shown(`${(apart / 1000).toFixed(1)} s apart`) : clean(`${lags.length} ports within ${(apart / 1000).toFixed(1)} s`);
}

function judgeWrongDate(view: RemoteView): Judgement {
  const lags = dates(view).map((clock) => lagMs(view, clock));
  if (lags.length === 0) return unknown("no Date header");
  const worst = lags.reduce((one, other) => (Math.abs(other) > Math.abs(one) ? other : one));
  return Math.abs(worst) > 86_400_000 ? shown(`${(worst / 86_400_000).toFixed(1)} days off`) : clean(`${(worst / 1000).toFixed(1)} s off`);
}

function judgeStandingDate(view: RemoteView): Judgement {
  const watched = dates(view).filter(({ samples }) => (samples.at(-1)?.atMs ?? 0) - (samples[0]?.atMs ?? 0) >= 2500);
  if (watched.length === 0) return unknown("no Date header was read twice, seconds apart");
  const still = watched.find(({ samples }) => new Set(samples.map(({ shows }) => shows)).size === 1);
  return still === undefined
    ? clean("dates move on")
    : shown(`${still.source} stood still for ${milliseconds((still.samples.at(-1)?.atMs ?? 0) - (still.samples[0]?.atMs ?? 0))}`);
}

function milliseconds(value: number): string {
  return value >= 1000 ? `${(value / 1000).toFixed(1)} s` : `${value.toFixed(value < 10 ? 2 : 0)} ms`;
}
