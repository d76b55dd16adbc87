import type { EngineSettings, UnusedPorts } from "../engine/engine-settings.ts";
import type { PortRange } from "../engine/forwarded-ports.ts";
import type { WireSettings } from "./wire-settings.ts";

/** What the engine is told of what was configured. */
export function toEngineSettings(settings: WireSettings): EngineSettings {
  const { interfaces, trusted, land, sources, unused } = settings;
  return { interfaces, trusted, land, sources, unused: unusedPorts(unused) };
}

function unusedPorts({ tarpit, leaveOut }: WireSettings["unused"]): readonly UnusedPorts[] {
  const out = leaveOut.map(rangeOf);
  const held = tarpit.map(rangeOf).flatMap((range) => out.reduce<readonly PortRange[]>(without, [range]));
  return held.map((ports) => ({ ports, answer: { kind: "tarpit" } }));
}

function rangeOf(text: string): PortRange {
  const [first = "", last = first] = text.split("-");
  return [Number(first), Number(last)];
}

/** What is left of ranges without another one. */
function without(ranges: readonly PortRange[], [from, to]: PortRange): readonly PortRange[] {
  return ranges.flatMap(([first, last]): readonly PortRange[] => {
    if (to < first || from > last) return [[first, last]];
    const parts: readonly PortRange[] = [
      [first, from - 1],
      [to + 1, last],
    ];
    return parts.filter(([one, other]) => one <= other);
  });
}
