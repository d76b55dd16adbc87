import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { Decoy, Settings } from "../../decoy/decoy.ts";
import type { Session } from "../../decoy/session.ts";
import type { Observation } from "../../events/observation.ts";
import type { SessionLimits } from "../limits.ts";
import type { Open } from "../orders.ts";
import type { EndedBy, Report } from "../report.ts";
import type { Hosting } from "./hosting.ts";
import { LateTurns } from "./late-turns.ts";
import { PacedOutput } from "./paced-output.ts";
import { type Visit, VisitPeer } from "./visit-peer.ts";

/**
 * One visit: the socket on one side, the decoy's session on the other. Every call into the session is a turn: its output leaves as one
 * write, and if it throws, this visit alone is closed and a fault reported. What must stay true: the session is called only while the
 * visit is open, `end` is the last call to it, and `closed` is the last report about it.
 */
export class HostedSession implements Visit {
  readonly number: number;
  readonly hosting: Hosting;
  readonly #forget: (session: HostedSession) => void;
  readonly #output: PacedOutput;
  readonly #late: LateTurns | undefined;
  #socket: Socket;
  #session: Session | undefined;
  #state: "open" | "hung-up" | "gone" = "open";
  #endedBy: EndedBy = "visitor";
  readonly startedMs = performance.now();
  #heardMs = this.startedMs;
  #hungUpMs = 0;
  #bytesIn = 0;
  #bytesOut = 0;
  #isPaused = false;
  #isHeld = false;
  #isTurning = false;
  #isHalfClosed = false;
  #peer: VisitPeer | undefined;

  /** @param forget called once, after everything else. */
  constructor(
    hosting: Hosting,
    start: { readonly open: Open; readonly socket: Socket; readonly forget: (session: HostedSession) => void },
  ) {
    this.hosting = hosting;
    this.number = start.open.session;
    this.#forget = start.forget;
    this.#socket = start.socket;
    this.#late = start.open.lateMs === undefined ? undefined : new LateTurns(start.open.lateMs);
    this.#output = new PacedOutput(start.socket, hosting.limits, () => this.turn((session) => session.drained?.()));
  }

  /** Opens the decoy's session and begins to listen. */
  start(decoy: Decoy, settings: Settings<unknown, unknown>, open: Open): void {
    const peer = new VisitPeer(this, open);
    this.#peer = peer;
    this.#guard(() => {
      this.#session = decoy.open(peer, settings);
    });
    this.#socket.allowHalfOpen = true;
    this.#socket.setNoDelay(true);
    this.#listen(this.#socket);
    this.#inTime(() => this.turn((session) => session.start?.()));
  }

  /** Calls the session, if the visit is still open. */
  turn(act: (session: Session) => void): void {
    const session = this.#session;
    if (this.#state !== "open" || session === undefined) return;
    if (this.#isTurning) return this.#guard(() => act(session));
    this.#isTurning = true;
    const socket = this.#socket;
    socket.cork();
    this.#guard(() => act(session));
    socket.uncork();
    this.#isTurning = false;
  }

  send(bytes: Uint8Array): boolean {
    if (this.#state !== "open") return false;
    const { bytesOut, memoryBytes } = this.hosting.limits;
    this.#bytesOut += bytes.length;
    const more = this.#output.send(bytes);
    if (this.#bytesOut > bytesOut) this.endByLimit("bytesOut");
    else if (this.#output.waiting > memoryBytes) this.endByLimit("memoryBytes");
    return more;
  }

  hangUp(how: "close" | "reset", by: EndedBy): void {
    if (this.#state !== "open") return;
    this.#state = "hung-up";
    // A decoy that hangs up because the visitor did only answers.
    this.#endedBy = this.#isHalfClosed && by === "decoy" ? "visitor" : by;
    this.#hungUpMs = performance.now();
    if (how === "reset") {
      this.#output.discard();
      this.#socket.resetAndDestroy();
    } else {
      this.#output.end();
      this.#flow();
    }
  }

  pause(isPaused: boolean): void {
    this.#isPaused = isPaused;
    this.#flow();
  }

  /** The parent is slow (or no longer): stop (or go on) reading. */
  hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
    this.#flow();
  }

  secure(): void {
    const plain = this.#socket;
    plain.removeAllListeners();
    const tls = new TLSSocket(plain, { isServer: true, secureContext: this.hosting.secureContext() });
    this.#socket = tls;
    this.#output.replaceSocket(tls);
    this.#listen(tls);
  }

  report(report: Report): void {
    if (this.#state !== "gone") this.hosting.report(report);
  }

  observe(observation: Observation): void {
    this.report({ type: "observation", session: this.number, observation });
  }

  /** Drops the visitor politely and says why. */
  endByLimit(limit: LimitName): void {
    this.limitReached(limit, this.hosting.limits[limit]);
    this.hangUp("close", "limit");
  }

  limitReached(limit: string, amount: number): void {
    this.observe({ kind: "limit.reached", fields: { limit, amount } });
  }

  /** Ends what took too long; called a few times a second. */
  sweep(nowMs: number): void {
    const { idleMs, durationMs } = this.hosting.limits;
    if (this.#state === "open") {
      if (nowMs - this.#heardMs > idleMs) this.endByLimit("idleMs");
      else if (nowMs - this.startedMs > durationMs) this.endByLimit("durationMs");
    } else if (nowMs - this.#hungUpMs > LINGER_MS) {
      this.#output.discard();
      this.#socket.destroy();
    }
  }

  #listen(socket: Socket): void {
    socket.on("data", (bytes: Buffer) => this.#heard(bytes));
    socket.on("drain", () => this.#output.resumed());
    socket.on("end", () => this.#inTime(() => this.#halfClosed()));
    socket.on("error", (error: NodeJS.ErrnoException) => this.#failed(error));
    socket.on("close", () => this.#gone());
    if (socket.destroyed) setImmediate(() => this.#gone());
    this.#flow();
  }

  #heard(bytes: Buffer): void {
    this.#heardMs = performance.now();
    this.#bytesIn += bytes.length;
    if (this.#bytesIn > this.hosting.limits.bytesIn) this.endByLimit("bytesIn");
    this.#inTime(() => this.turn((session) => session.receive(bytes)));
    if (this.hosting.isCongested()) this.hold(true);
  }

  /** At once, or as late as this visitor is answered. */
  #inTime(act: () => void): void {
    if (this.#late === undefined) act();
    else this.#late.add(act);
  }

  #halfClosed(): void {
    this.#isHalfClosed = true;
    if (this.#session?.finish === undefined) this.hangUp("close", "visitor");
    else this.turn((session) => session.finish?.());
  }

  #failed(error: NodeJS.ErrnoException): void {
    if (this.#state !== "open") return;
    this.observe({ kind: "protocol.note", fields: { what: "connection failed", values: [error.code ?? error.message] } });
  }

  #flow(): void {
    // After hanging up the visitor's bytes are read and dropped: bytes left unread would turn our close into a reset.
    const wantsBytes = this.#state !== "open" || !(this.#isPaused || this.#isHeld);
    this.#late?.hold(!wantsBytes);
    if (wantsBytes) this.#socket.resume();
    else this.#socket.pause();
  }

  #gone(): void {
    if (this.#state === "gone") return;
    this.#late?.settle();
    this.#output.discard();
    this.#peer?.stop();
    const session = this.#session;
    this.#session = undefined;
    this.#guard(() => session?.end?.());
    this.report({ type: "closed", session: this.number, by: this.#endedBy, bytesIn: this.#bytesIn, bytesOut: this.#bytesOut });
    this.#state = "gone";
    this.#forget(this);
  }

  /** The one catch of all: a mistake of ours ends the visit in which it happened, and nothing else. */
  #guard(act: () => void): void {
    try {
      act();
    } catch (error) {
      const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.observe({ kind: "fault", fields: { stack } });
      this.hangUp("close", "decoy");
    }
  }
}

/** The allowances that end a visit when they are used up. */
type LimitName = Extract<keyof SessionLimits, "bytesIn" | "bytesOut" | "idleMs" | "durationMs" | "memoryBytes">;

/** How long after we hung up the visitor may take to read the rest. */
const LINGER_MS = 10_000;
