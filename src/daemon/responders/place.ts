import { drawResponders, hostSeed, type SaidService } from "../../detectors/responders/index.ts";
import { type Bound, bindFree, type ListenOn } from "../../host/listening.ts";
import type { Settings } from "../settings.ts";
import { DatagramResponders } from "./datagrams.ts";

/** The responders that have their ports, and what they say there. */
export interface Placed {
  readonly bound: readonly Bound[];
  /** Options of the decoy, as in the settings. */
  readonly options: { readonly services: readonly unknown[] };
  /** What is said over UDP, by the sensor itself. */
  readonly datagrams?: DatagramResponders;
  readonly notes: readonly string[];
}

/** Added to ports that need rights, where those are not taken. */
const UNPRIVILEGED_SHIFT = 10_000;
const FIRST_UNPRIVILEGED = 1024;

/** Takes the ports that the settings' sets want and nobody has. What is taken by somebody else stays his. */
export async function placeResponders({ responders, ports, listen }: Settings): Promise<Placed> {
  if (responders === undefined) return { bound: [], options: { services: [] }, notes: [] };
  const { sets, address } = responders;
  const leaveOut = [...responders.leaveOut, ...listen.map(({ port }) => port)];
  const drawn = drawResponders({ sets, leaveOut, seed: hostSeed() });
  const placed = (service: SaidService) => ({ ...service, port: placeOf(service.port, ports) });
  const services = drawn.services.map(placed);
  const { responders: datagrams, taken: takenByUdp } = await DatagramResponders.bind(drawn.datagrams.map(placed), address);
  const { bound, taken } = takeFree(
    services.map(({ port }): ListenOn => ({ decoy: "responder", address, port })),
    datagrams,
  );
  const inUse = [...taken.map(({ port }) => `Port ${port}`), ...takenByUdp.map((port) => `UDP port ${port}`)];
  const notes = inUse.map((place) => `${place} is in use: no known honeypot is shown there.`);
  return { bound, options: { services }, datagrams, notes: [...drawn.leftOut, ...notes] };
}

/** What fails lets go of what was taken before. */
function takeFree(wanted: readonly ListenOn[], datagrams: DatagramResponders): ReturnType<typeof bindFree> {
  try {
    return bindFree(wanted);
  } catch (error) {
    datagrams.close();
    throw error;
  }
}

function placeOf(port: number, ports: Settings["ports"]): number {
  return ports === "unprivileged" && port < FIRST_UNPRIVILEGED ? port + UNPRIVILEGED_SHIFT : port;
}
