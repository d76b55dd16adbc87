import { type Check, clean, type Judgement, shown, unknown } from "../../../check.ts";
import { textOf } from "../../../views/files.ts";
import type { LocalView } from "../../../views/local-view.ts";
import { brandOf, modelName } from "./cpuid.ts";
import { family, numberIn } from "./families.ts";

/**
 * What instructions cost. CPUID always leaves a guest for its hypervisor (a thousand cycles and more, against some hundred on hardware); and
 * when a program answers it instead, two switches of processes come on top.
 */
const { judged } = family("timing");
const LEAST_SAMPLES = 10;
/** Cycles of CPUID above those of a plain instruction: real processors stay below 400. */
const EXIT_CYCLES = 750;
/** Hypervisors below hypervisors take some ten thousand; a tracer 48 microseconds. */
const TRACER_CYCLES = 60_000;

function median(samples: readonly number[]): number {
  return samples.toSorted((one, other) => one - other)[samples.length >> 1] ?? 0;
}

/** Cycles that CPUID takes longer than a plain instruction, both as medians. */
function cpuidCost({ instructions }: LocalView): number | undefined {
  const { cpuidCycles = [], plainCycles = [] } = instructions ?? {};
  if (cpuidCycles.length < LEAST_SAMPLES || plainCycles.length < LEAST_SAMPLES) return undefined;
  const cost = median(cpuidCycles) - median(plainCycles);
  return Number.isFinite(cost) ? cost : undefined;
}

function judgeCost(view: LocalView, judge: (cycles: number) => Judgement): Judgement {
  const cost = cpuidCost(view);
  return cost === undefined ? unknown("too few measurements") : judge(cost);
}

/** The longer the way out of the guest, the less could it be hardware. */
function ratioOfCost(cycles: number): number {
  if (cycles < 1000) return 1.2;
  return cycles < 10_000 ? 1.4 : 1.6;
}

/** Makers set these to other base speeds than their name tells: a Core i7-8550U @ 1.80GHz counts 1.99 GHz. */
const mobile = /\d[UYHMG]\w{0,3} CPU/;

export const timingChecks: readonly Check<LocalView>[] = [
  judged(
    {
      id: "vm.timing.cpuid",
      looksAt: "cycles of CPUID against those of a plain instruction",
      reason: "CPUID takes as long as the way out of a guest to its hypervisor and back.",
      ratio: 1.4,
      source: "pafish and al-khaser, rdtsc_diff_vmexit; Intel SDM vol. 3C §26.1.2",
    },
    (view) =>
      judgeCost(view, (cost) => (cost >= EXIT_CYCLES ? shown(`${cost} cycles longer`, ratioOfCost(cost)) : clean(`${cost} cycles longer`))),
  ),
  judged(
    {
      id: "vm.timing.supervised-cpuid",
      looksAt: "cycles of CPUID, in tens of thousands",
      reason: "CPUID takes longer than any hypervisor needs: another program is woken to answer it.",
      ratio: 3,
      source: "own measurement: 48 microseconds under a tracer with CPUID faulting",
    },
    (view) => judgeCost(view, (cost) => (cost >= TRACER_CYCLES ? shown(`${cost} cycles longer`) : clean(`${cost} cycles longer`))),
  ),
  judged(
    {
      id: "vm.timing.interrupted",
      looksAt: "how evenly a plain instruction runs",
      reason: "A plain instruction is often interrupted for long, as when a host takes the processor away.",
      ratio: 1.2,
      source: "Brengel, Backes, Rossow: Detecting hardware-assisted virtualization (DIMVA 2016), thresholds ours",
    },
    ({ instructions }) => {
      const samples = instructions?.plainCycles ?? [];
      if (samples.length < 50) return unknown("too few measurements");
      const long = samples.filter((one) => one > median(samples) * 20).length;
      return long >= samples.length * 0.05 ? shown(`${long} of ${samples.length} samples`) : clean(`${long} of ${samples.length} samples`);
    },
  ),
  judged(
    {
      id: "vm.timing.nominal-rate",
      looksAt: "rate of the time stamp counter against the speed in the brand",
      reason: "The time stamp counter does not run at the speed that the processor's name states: it is scaled, or the name is another's.",
      ratio: 1.4,
      source: "Intel SDM vol. 3B §18.17, invariant TSC",
    },
    (view) => {
      const hertz = view.instructions?.tscHz;
      const brand = brandOf(view) ?? modelName(textOf(view.files, "/proc/cpuinfo")) ?? "";
      if (mobile.test(brand)) return unknown("the speed of a mobile processor depends on the machine that it is built into");
      const nominal = numberIn(brand, /@ (\d\.\d{1,2})GHz/);
      if (hertz === undefined || nominal === undefined) return unknown("the rate or the nominal speed is not known");
      const off = Math.abs(hertz / 1e9 / nominal - 1);
      return off > 0.03 ? shown(`${(hertz / 1e9).toFixed(3)} GHz instead of ${nominal}`) : clean(`${(hertz / 1e9).toFixed(3)} GHz`);
    },
  ),
  judged(
    {
      id: "vm.timing.steal",
      looksAt: "/proc/stat, time stolen",
      reason: "The kernel counts time that its host gave to other guests.",
      ratio: 1.5,
      source: "proc(5), /proc/stat steal",
    },
    ({ files }) => {
      const steal = numberIn(textOf(files, "/proc/stat"), /^cpu {2}(?:\d{1,20} ){7}(\d{1,20})/m);
      if (steal === undefined) return unknown("no times of the processor");
      return steal > 0 ? shown(`${steal} ticks`) : clean("none");
    },
  ),
];
