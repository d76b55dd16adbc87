import { randomBytes } from "node:crypto";
import type { Socket } from "node:net";
import { Envelope, type EventContext, type Reported } from "../events/envelope.ts";
import { Admission } from "./admission.ts";
import { Intake } from "./intake.ts";
import type { Keep } from "./keep.ts";
import type { HostLimits } from "./limits.ts";
import { type Accepting, accept, type Bound, type ListenOn } from "./listening.ts";
import { OpenVisit } from "./open-visit.ts";
import type { Open, Start } from "./orders.ts";
import { plainAddress } from "./source-key.ts";
import type { SourceMemory } from "./source-memory.ts";
import { wallClock } from "./wall-clock.ts";
import { WorkerPool } from "./worker-pool.ts";
import type { Launch } from "./worker-process.ts";

export interface HostParts {
  /** The sensor's name in events. */
  readonly sensor: string;
  /** Processes that serve visitors. */
  readonly workers: number;
  readonly launch: Launch;
  readonly start: Omit<Start, "order" | "limits">;
  readonly limits: HostLimits;
  readonly keep: Keep;
  readonly memory: SourceMemory;
  /** How late a source is answered, milliseconds; absent, or 0: at once. */
  readonly lateness?: (source: string) => number;
}

/**
 * Accepts visitors and hands each to a worker process; keeps count of them; takes what the workers report and turns it into events.
 * It never reads a byte that a visitor sent, and believes nothing that a worker says but what concerns that worker's own visits.
 */
export class Host {
  readonly #parts: HostParts;
  readonly #envelope = new Envelope({ now: wallClock(), random: randomBytes });
  readonly #admission: Admission;
  readonly #intake: Intake;
  readonly #pool: WorkerPool;
  readonly #behind: NodeJS.Timeout;
  #accepting: readonly Accepting[] = [];
  #lastNumber = 0;

  constructor(parts: HostParts) {
    this.#parts = parts;
    this.#admission = new Admission(parts.limits);
    this.#intake = new Intake({
      envelope: this.#envelope,
      keep: parts.keep,
      memory: parts.memory,
      limits: parts.limits.session,
      ended: (visit) => this.#admission.leave(visit.address),
    });
    this.#pool = new WorkerPool(parts.workers, {
      launch: parts.launch,
      start: { ...parts.start, order: "start", limits: parts.limits.session },
      ports: {
        take: (visits, report) => this.#intake.take(visits, report),
        lost: (visit) => this.#intake.end(visit, { by: "worker", bytesIn: 0, bytesOut: 0 }),
        replaced: (end) => this.tell({ kind: "worker.replaced", fields: end }),
        hostile: (why) => this.tell({ kind: "worker.hostile", fields: { why } }),
      },
    });
    this.#behind = setInterval(() => this.#pool.hold(parts.keep.isBehind()), BEHIND_MS);
  }

  /** Open connections. */
  get connections(): number {
    return this.#admission.open;
  }

  /** Process ids of the workers. */
  get workers(): readonly number[] {
    return this.#pool.pids();
  }

  /** Begins to accept, once the workers are ready. Returns what listens. */
  async open(bound: readonly Bound[]): Promise<readonly ListenOn[]> {
    await this.#pool.ready();
    this.#accepting = await Promise.all(bound.map((one) => accept(one, (socket, decoy) => this.#visit(socket, decoy))));
    return this.#accepting.map(({ decoy, address, port }) => ({ decoy, address, port }));
  }

  /** What listens, with the numbers of the sockets. */
  get listeners(): readonly (ListenOn & { readonly descriptor: number | undefined })[] {
    return this.#accepting.map(({ decoy, address, port, descriptor }) => ({ decoy, address, port, descriptor }));
  }

  /** Reports something about the sensor itself, or of a place where no visit is. */
  tell(observation: Reported, place: Omit<EventContext, "sensor"> = {}): void {
    this.#parts.keep.event(this.#envelope.seal(observation, { ...place, sensor: this.#parts.sensor }));
  }

  /** Accepts nobody more, ends all visits and workers. Afterwards no event comes from here. */
  async stop(): Promise<void> {
    for (const { server } of this.#accepting) server.close();
    clearInterval(this.#behind);
    this.#pool.hold(false);
    await this.#pool.stop(STOP_MS);
    await this.#intake.settled();
  }

  #visit(socket: Socket, decoy: string): void {
    // Between here and the worker nobody else listens for a visitor's reset.
    socket.on("error", () => socket.destroy());
    const { remoteAddress, remotePort, localAddress, localPort } = socket;
    if (remoteAddress === undefined || remotePort === undefined || localAddress === undefined || localPort === undefined) {
      socket.destroy();
      return;
    }
    const visitor = { address: plainAddress(remoteAddress), port: remotePort };
    const local = { address: plainAddress(localAddress), port: localPort };
    const context = { sensor: this.#parts.sensor, decoy, transport: "tcp", source: visitor, destination: local } as const;
    const cap = this.#admission.enter(visitor.address);
    if (cap === undefined) this.#admit(socket, { decoy, visitor, local, context });
    else this.#refuse(socket, cap, context);
  }

  #admit(socket: Socket, arrival: Arrival): void {
    const { decoy, visitor, local } = arrival;
    this.#lastNumber += 1;
    const id = this.#envelope.newSessionId();
    const context = { ...arrival.context, session: id };
    const number = this.#lastNumber;
    const visit = new OpenVisit(
      { id, number, decoy, context, address: visitor.address, openedMs: performance.now() },
      this.#parts.limits.session,
    );
    const kept = this.#parts.memory.read(decoy, visitor.address)?.toString("base64");
    const lateMs = this.#parts.lateness?.(visitor.address) ?? 0;
    const order: Open = {
      order: "open",
      session: number,
      decoy,
      visitor,
      local,
      ...(kept === undefined ? {} : { kept }),
      ...(lateMs > 0 ? { lateMs } : {}),
    };
    if (this.#pool.open(visit, order, socket)) {
      this.#seal({ kind: "connection.open", fields: {} }, context);
    } else {
      this.#admission.leave(visitor.address);
      this.#refuse(socket, "workers", arrival.context);
    }
  }

  #refuse(socket: Socket, limit: string, context: EventContext): void {
    socket.destroy();
    const count = this.#admission.refuse(context.source?.address ?? "", performance.now());
    if (count > 0) this.#seal({ kind: "connection.refused", fields: { limit, count } }, context);
  }

  #seal(observation: Reported, context: EventContext): void {
    this.#parts.keep.event(this.#envelope.seal(observation, context));
  }
}

interface Arrival {
  readonly decoy: string;
  readonly visitor: Open["visitor"];
  readonly local: Open["local"];
  readonly context: EventContext;
}

const BEHIND_MS = 50;
const STOP_MS = 3_000;
