import type { EngineStatus } from "../engine/engine.ts";
import type { WireStatus } from "../verbs/api.ts";
import type { WireSettings } from "./wire-settings.ts";

/** How suspects are delayed where it is done worst. */
export function delayOf({ delay }: Pick<EngineStatus, "delay">): WireStatus["delay"] {
  const methods = delay.map(({ method }) => METHODS[method]);
  return WORST_FIRST.find((method) => methods.includes(method)) ?? "none";
}

const METHODS = { fq: "fq", nfqueue: "queue", decoys: "decoys", absent: "absent" } as const;
const WORST_FIRST = ["absent", "decoys", "queue", "fq"] as const;

/** What the engine cannot do of what was asked for, each a sentence. */
export function engineTroubles(
  { delay, leaving, interfaces, problem }: Pick<EngineStatus, "delay" | "leaving" | "interfaces" | "problem">,
  { land, delayMs, stack }: Pick<WireSettings, "land" | "delayMs" | "stack">,
): readonly string[] {
  const needsLeaving = land || delayMs > 0 || Object.keys(stack).length > 0;
  const late = delay.filter(({ method }) => method === "decoys" || method === "absent");
  return [
    ...interfaces.flatMap(({ name, isGone }) =>
      isGone ? [`${name} has vanished, and the engine there with it; it gets one when it is there again.`] : [],
    ),
    ...leaving.flatMap(({ interface: name, state, why }) => (needsLeaving && state === "absent" ? [`${name}: ${why}.`] : [])),
    ...late.map(({ interface: name, why }) => `${name}: suspects are not delayed by the kernel: ${why}.`),
    ...(problem === undefined ? [] : [`Unused ports do not answer now: ${problem}`]),
  ];
}
