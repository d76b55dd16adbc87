import { OperatorError } from "../../errors/operator-error.ts";
import { socketOf } from "../../steward/place.ts";
import { parseNetwork, type SuspicionSettings } from "../../suspicion/index.ts";
import type { Settings } from "../settings.ts";
import { Gate, type GateSurroundings } from "./gate.ts";
import { handOvers } from "./hand-over-listeners.ts";

/** The gate of a sensor with these settings. @throws OperatorError `config-value` */
export function sensorGate(settings: Settings): Gate {
  return new Gate({ settings: suspicionOf(settings), state: settings.state, now: () => Date.now() });
}

/** What is on the wire besides; undefined: nothing. What asks the steward is loaded only for who has one. */
export async function wireOf(
  settings: Settings,
  at: { readonly stewardFolder: string; readonly listeners: Parameters<typeof handOvers>[1] },
): Promise<GateSurroundings["steward"]> {
  if (settings.wire === undefined) return undefined;
  const place = { folder: at.stewardFolder, socket: socketOf(at.stewardFolder) };
  const { listeningSteward } = await import("./steward-port.ts");
  return { port: listeningSteward(place), handedOver: handOvers(settings, at.listeners) };
}

/** Whom the engine never answers is never suspect either. */
function suspicionOf({ suspicion, wire }: Settings): SuspicionSettings {
  if (wire === undefined) return suspicion;
  if (suspicion.ipv6Prefix !== 64 && suspicion.ipv6Prefix !== 128)
    throw new OperatorError(
      "config-value",
      "suspicion.ipv6Prefix must be 64 or 128 where there is a wire section: the engine knows no other.",
    );
  const always = wire.trusted.flatMap((text) => parseNetwork(text) ?? []);
  return { ...suspicion, allowAlways: [...suspicion.allowAlways, ...always] };
}
