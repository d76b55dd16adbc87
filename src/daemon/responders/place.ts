import { drawResponders, hostSeed } from "../../detectors/responders/index.ts";
import { type Bound, bindFree, type ListenOn } from "../../host/listening.ts";
import type { Settings } from "../settings.ts";

/** The responders that have their ports, and what they say there. */
export interface Placed {
  readonly bound: readonly Bound[];
  /** Options of the decoy, as in the settings. */
  readonly options: { readonly services: readonly unknown[] };
  readonly notes: readonly string[];
}

/** Added to ports that need rights, where those are not taken. */
const UNPRIVILEGED_SHIFT = 10_000;
const FIRST_UNPRIVILEGED = 1024;

/** Takes the ports that the settings' sets want and nobody has. What is taken by somebody else stays his. */
export function placeResponders({ responders, ports, listen }: Settings): Placed {
  if (responders === undefined) return { bound: [], options: { services: [] }, notes: [] };
  const { sets, address } = responders;
  const leaveOut = [...responders.leaveOut, ...listen.map(({ port }) => port)];
  const drawn = drawResponders({ sets, leaveOut, seed: hostSeed() });
  const services = drawn.services.map((service) => ({ ...service, port: placeOf(service.port, ports) }));
  const wanted = services.map(({ port }): ListenOn => ({ decoy: "responder", address, port }));
  const { bound, taken } = bindFree(wanted);
  const notes = taken.map(({ port }) => `Port ${port} is in use: no known honeypot is shown there.`);
  return { bound, options: { services }, notes: [...drawn.leftOut, ...notes] };
}

function placeOf(port: number, ports: Settings["ports"]): number {
  return ports === "unprivileged" && port < FIRST_UNPRIVILEGED ? port + UNPRIVILEGED_SHIFT : port;
}
