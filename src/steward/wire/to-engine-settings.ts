import { OperatorError } from "../../errors/operator-error.ts";
import type { EngineSettings, UnusedPorts } from "../engine/engine-settings.ts";
import type { PortRange } from "../engine/forwarded-ports.ts";
import type { WireSettings } from "./wire-settings.ts";

/** What the engine is told of what was configured, and what of that it cannot do. */
export interface ForEngine {
  readonly settings: EngineSettings;
  /** Each a sentence. */
  readonly leftOut: readonly string[];
}

/**
 * @param seed what this host draws responders by
 * @throws OperatorError `config-value`, `responders-invalid`
 */
export async function toEngineSettings(asked: WireSettings, seed: string): Promise<ForEngine> {
  refuseMistakes(asked);
  const { interfaces, trusted, land, sources, unused, delayMs, stack } = asked;
  const banners = await bannersOf(unused, seed);
  return {
    settings: { interfaces, trusted, land, sources, delayMs, decoysWait: true, stack, unused: [...tarpits(unused), ...banners.unused] },
    leftOut: banners.leftOut,
  };
}

function refuseMistakes({ handOver, unused }: WireSettings): void {
  for (const { port, decoy, address } of handOver)
    if ((decoy === undefined) === (address === undefined))
      throw new OperatorError("config-value", `What is handed over at port ${port} needs one decoy: \`decoy\` or \`address\`.`);
  for (const text of [...unused.tarpit, ...unused.leaveOut]) {
    const [first, last] = rangeOf(text);
    if (first < 1 || last > LAST_PORT || first > last) throw new OperatorError("config-value", `${text} are no ports.`);
  }
}

const LAST_PORT = 65_535;

function tarpits({ tarpit, leaveOut }: WireSettings["unused"]): readonly UnusedPorts[] {
  const out = leaveOut.map(rangeOf);
  const held = tarpit.map(rangeOf).flatMap((range) => out.reduce<readonly PortRange[]>(without, [range]));
  return held.map((ports) => ({ ports, answer: { kind: "tarpit" } }));
}

/** Fingerprints are loaded only for who shows some. */
async function bannersOf(
  { responders, leaveOut }: WireSettings["unused"],
  seed: string,
): Promise<Pick<EngineSettings, "unused"> & { readonly leftOut: readonly string[] }> {
  if (responders.length === 0) return { unused: [], leftOut: [] };
  const { engineBanners } = await import("../../detectors/responders/index.ts");
  const { ports, leftOut } = engineBanners({ sets: responders, leaveOut: leaveOut.map(rangeOf).flatMap(portsIn), seed });
  const unused = ports.map(
    ({ port, banner, ending }): UnusedPorts => ({ ports: [port, port], answer: { kind: "banner", banner, ending } }),
  );
  return { unused, leftOut };
}

function portsIn([first, last]: PortRange): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
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
