import { OperatorError } from "../../errors/operator-error.ts";
import type { Sight, WatchAsked } from "../verbs/api.ts";
import { listening, type Place } from "./reach.ts";
import { answerOf, sendRequest } from "./replies.ts";

export interface WatchedHow {
  readonly place: Place;
  readonly onSight: (sight: Sight) => void;
  /** Ends the watch. */
  readonly signal: AbortSignal;
}

/**
 * Sees what the steward's engine sees, until the signal comes or the engine goes down; then it returns. Nothing is started: a steward has to
 * listen, and the wire disguise to be up.
 *
 * @throws OperatorError what the steward refuses; `steward-down`, `rights-missing`, `wire-down`
 */
export async function watchSteward(asked: WatchAsked, { place, onSight, signal }: WatchedHow): Promise<void> {
  const reached = await listening(place.socket);
  if (reached === undefined) throw new OperatorError("steward-down", "No steward listens.", { next: "`utsusemi wire up` starts one." });
  const { socket } = reached;
  const leave = () => socket.destroy();
  signal.addEventListener("abort", leave, { once: true });
  try {
    if (signal.aborted) leave();
    sendRequest(socket, "wire.watch", asked);
    await answerOf(socket, { onSight });
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    signal.removeEventListener("abort", leave);
    socket.destroy();
  }
}
