import { type Check, clean, type Judgement, shown, unknown } from "../../../check.ts";
import { type Files, lineOf, textOf } from "../../../views/files.ts";
import type { LocalView } from "../../../views/local-view.ts";
import { family, namesIn } from "./families.ts";
import { DMI } from "./firmware-names.ts";
import { memoryMib } from "./vmware-port.ts";

/** What a real machine has and this one lacks; what it has too little of. Weak signs all: small machines exist. */
const { judged } = family("shape");
const CPU = "/sys/devices/system/cpu";

/** How often a line of /proc/cpuinfo stands there with each value. */
function valuesOf({ files }: LocalView, name: string): readonly string[] | undefined {
  const text = textOf(files, "/proc/cpuinfo");
  if (text === undefined) return undefined;
  return [...text.matchAll(new RegExp(`^${name}\\s*: ([^\\n]{0,80})$`, "gm"))].map(([, value = ""]) => value);
}

export function processorCount(view: LocalView): number | undefined {
  const count = valuesOf(view, "processor")?.length;
  return count === 0 ? undefined : count;
}

function judgeCount(view: LocalView, judge: (count: number) => Judgement): Judgement {
  const count = processorCount(view);
  return count === undefined ? unknown("the number of processors is not known") : judge(count);
}

/** Clean when a directory holds a name of that kind, shown when it holds none. */
function judgeLack(files: Files, directory: string, kind: RegExp): Judgement {
  const names = files.list(directory);
  if (names === "denied" || names === "unknown") return unknown(`${directory}: ${names}`);
  const count = typeof names === "string" ? 0 : names.filter((name) => kind.test(name)).length;
  return count === 0 ? shown("none") : clean(`${count}`);
}

/** Judges where the firmware says that the case is of one of these kinds (DSP0134 §7.4.1). */
function inCase(view: LocalView, kinds: readonly number[], judge: () => Judgement): Judgement {
  const kind = lineOf(view.files, `${DMI}/chassis_type`);
  if (kind === undefined) return unknown("the kind of case is not known");
  return kinds.includes(Number(kind)) ? judge() : clean("another kind of case");
}

const PORTABLE = [8, 9, 10, 14, 30, 31, 32];
const DESKTOP = [3, 4, 6, 7, 13, ...PORTABLE];

export const machineShapeChecks: readonly Check<LocalView>[] = [
  judged(
    {
      id: "vm.shape.one-processor",
      looksAt: "/proc/cpuinfo, number of processors",
      reason: "The machine has one processor, as hardly any that is still sold.",
      ratio: 1.2,
      source: "pafish, fewer than two processors",
    },
    (view) => judgeCount(view, (count) => (count < 2 ? shown(`${count}`) : clean(`${count}`))),
  ),
  judged(
    {
      id: "vm.shape.odd-processors",
      looksAt: "/proc/cpuinfo, number of processors",
      reason: "The number of processors is odd, which no socket has but somebody chose.",
      ratio: 1.2,
      source: "own collection",
    },
    (view) => judgeCount(view, (count) => (count > 1 && count % 2 === 1 ? shown(`${count}`) : clean(`${count}`))),
  ),
  judged(
    {
      id: "vm.shape.sockets",
      looksAt: "/proc/cpuinfo, physical id",
      reason: "Every processor sits in a socket of its own, as hypervisors arrange them by default.",
      ratio: 1.3,
      source: "QEMU -smp before 6.2; VMware default",
    },
    (view) => {
      const sockets = valuesOf(view, "physical id");
      const count = processorCount(view);
      if (sockets === undefined || count === undefined || sockets.length === 0) return unknown("the sockets are not known");
      const different = new Set(sockets).size;
      return count > 2 && different === count ? shown(`${different} sockets`) : clean(`${different} sockets, ${count} processors`);
    },
  ),
  judged(
    {
      id: "vm.shape.small-memory",
      looksAt: "/proc/meminfo, MemTotal",
      reason: "A PC has less than a gibibyte of memory.",
      ratio: 1.2,
      source: "pafish, less than 1 GB",
    },
    (view) => {
      const mib = memoryMib(view);
      if (mib === undefined || view.uname === undefined) return unknown("the memory or the machine is not known");
      if (view.uname.machine !== "x86_64") return clean("no PC");
      return mib < 1000 ? shown(`${Math.round(mib)} MiB`) : clean(`${Math.round(mib)} MiB`);
    },
  ),
  judged(
    {
      id: "vm.shape.no-sensors",
      looksAt: "/sys/class/hwmon",
      reason: "Nothing measures a temperature, a voltage or a fan.",
      ratio: 1.3,
      source: "al-khaser, sensors and fans",
    },
    ({ files }) => judgeLack(files, "/sys/class/hwmon", /^hwmon\d/),
  ),
  judged(
    {
      id: "vm.shape.no-thermal-zones",
      looksAt: "/sys/class/thermal",
      reason: "Neither a thermal zone nor a way to cool the processor is known.",
      ratio: 1.2,
      source: "al-khaser, thermal zones",
    },
    ({ files }) => judgeLack(files, "/sys/class/thermal", /^(?:thermal_zone|cooling_device)\d/),
  ),
  judged(
    {
      id: "vm.shape.no-battery",
      looksAt: "/sys/class/power_supply, where the case is portable",
      reason: "The firmware says laptop, and there is no battery.",
      ratio: 1.4,
      source: "al-khaser, power capabilities",
    },
    (view) => inCase(view, PORTABLE, () => judgeLack(view.files, "/sys/class/power_supply", /./)),
  ),
  judged(
    {
      id: "vm.shape.no-sound",
      looksAt: "/sys/class/sound, where the case is a desktop's or portable",
      reason: "A desktop's case holds no sound card.",
      ratio: 1.2,
      source: "pafish and al-khaser, audio devices",
    },
    (view) => inCase(view, DESKTOP, () => judgeLack(view.files, "/sys/class/sound", /^card\d/)),
  ),
  judged(
    {
      id: "vm.shape.no-frequency-scaling",
      looksAt: `${CPU}/cpu0/cpufreq and ${CPU}/cpufreq`,
      reason: "The kernel cannot change the processor's speed, as on hardware it can.",
      ratio: 1.2,
      source: "Linux, drivers/cpufreq",
    },
    ({ files }) => {
      const names = files.list(`${CPU}/cpu0/cpufreq`);
      if (names === "denied" || names === "unknown") return unknown(`${CPU}/cpu0/cpufreq: ${names}`);
      return names === "absent" ? shown("absent") : clean("there");
    },
  ),
  judged(
    {
      id: "vm.shape.no-idle-states",
      looksAt: `${CPU}/cpuidle/current_driver`,
      reason: "The processor's sleep is left to a hypervisor, or to nobody.",
      ratio: 1.3,
      source: "Linux, drivers/cpuidle/cpuidle-haltpoll.c",
    },
    ({ files }) => {
      const driver = lineOf(files, `${CPU}/cpuidle/current_driver`);
      if (driver === undefined) return unknown("the driver is not known");
      return /^(?:haltpoll|none)$/.test(driver) ? shown(driver) : clean("a driver of hardware");
    },
  ),
  judged(
    {
      id: "vm.shape.no-management",
      looksAt: "/sys/class/{mei,ipmi,tpm}, /dev/{ipmi0,mei0,tpm0}",
      reason: "A server board without a management controller, a management engine or a trusted platform module does not exist.",
      ratio: 1.2,
      source: "own collection",
    },
    (view) =>
      inCase(view, [17, 23, 25, 28, 29], () => {
        const nodes = view.files.list("/dev");
        if (typeof nodes === "string") return unknown(`/dev: ${nodes}`);
        const classes = ["mei", "tpm", "ipmi"].flatMap((name) => namesIn(view.files, `/sys/class/${name}`));
        const there = classes.length > 0 || nodes.some((name) => /^(?:ipmi|mei|tpm)\d/.test(name));
        return there ? clean("one of them is there") : shown("none of them");
      }),
  ),
];
