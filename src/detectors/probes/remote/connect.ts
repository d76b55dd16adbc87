import { connect as connectSocket, type Socket } from "node:net";
import type { PortView } from "../../views/remote-view.ts";
import type { Clock } from "./clock.ts";

/** A connection that stands, or what became of the attempt. */
export type Connected =
  | { readonly state: "open"; readonly socket: Socket; readonly tookMs: number }
  | { readonly state: Exclude<PortView["state"], "open"> };

export interface ConnectOptions {
  readonly address: string;
  readonly port: number;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Connects once. The socket is half-open aware, paused until somebody listens, and never throws: who takes it destroys it. */
export function connect({ address, port, timeoutMs, clock, signal }: ConnectOptions): Promise<Connected> {
  return new Promise((resolve) => {
    const startMs = clock.nowMs();
    const socket = connectSocket({ host: address, port, allowHalfOpen: true, noDelay: true });
    const settle = (connected: Connected) => {
      cancel();
      signal.removeEventListener("abort", giveUp);
      if (connected.state !== "open") socket.destroy();
      resolve(connected);
    };
    const giveUp = () => settle({ state: "silent" });
    const cancel = clock.after(timeoutMs, giveUp);
    // Stays for good: an error that comes when nobody listens any more must not end the process.
    socket.on("error", (error) => settle({ state: stateOf(error) }));
    socket.once("connect", () =>
      settle(isItself(socket) ? { state: "closed" } : { state: "open", socket, tookMs: clock.nowMs() - startMs }),
    );
    if (signal.aborted) giveUp();
    else signal.addEventListener("abort", giveUp, { once: true });
  });
}

function stateOf(error: Error): Exclude<PortView["state"], "open"> {
  const code = "code" in error ? error.code : undefined;
  if (code === "ECONNREFUSED" || code === "ECONNRESET") return "closed";
  return code === "ETIMEDOUT" ? "silent" : "unreachable";
}

/** On loopback a connection to a closed port of the ephemeral range can meet itself (simultaneous open). */
function isItself({ localPort, remotePort, localAddress, remoteAddress }: Socket): boolean {
  return localPort === remotePort && localAddress === remoteAddress;
}
