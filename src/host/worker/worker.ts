import { Socket } from "node:net";
import { createSecureContext, type SecureContext } from "node:tls";
import type { Decoy, Settings } from "../../decoy/decoy.ts";
import { checkShape } from "../../shape/shape.ts";
import { isOrder, type Open, type Order, type Start } from "../orders.ts";
import { HostedSession } from "./hosted-session.ts";
import type { Hosting } from "./hosting.ts";
import { nodeKeys } from "./node-keys.ts";
import { ReportLine } from "./report-line.ts";

/**
 * A worker process: it holds nothing but the code, what `Start` told it, and the sockets that its parent accepted and handed over.
 * It ends when the parent does. Reports leave through a pipe of their own, since the parent reads nothing else from the channel.
 */
export function runWorker(decoys: readonly Decoy[]): void {
  const line = new ReportLine(new Socket({ fd: REPORT_FD, readable: false, writable: true }));
  let worker: Worker | undefined;
  process.on("message", (message: unknown, handle: unknown) => {
    if (!isOrder(message)) return;
    if (message.order === "start") worker = startWorker(message, { line, decoys });
    else worker?.obey(message, handle instanceof Socket ? handle : undefined);
  });
  process.on("disconnect", () => process.exit(0));
}

/** The file descriptor of the pipe to the parent. */
export const REPORT_FD = 4;
/** How often a worker says that its event loop turns. */
export const ALIVE_MS = 100;
const SWEEP_MS = 250;

function startWorker(start: Start, parts: { readonly line: ReportLine; readonly decoys: readonly Decoy[] }): Worker {
  const worker = new Worker(start, parts);
  parts.line.send({ type: "ready" });
  setInterval(() => parts.line.send({ type: "alive" }), ALIVE_MS);
  setInterval(() => worker.sweep(), SWEEP_MS);
  return worker;
}

class Worker {
  readonly #line: ReportLine;
  readonly #hosting: Hosting;
  readonly #served: ReadonlyMap<string, Served>;
  readonly #sessions = new Set<HostedSession>();
  #isStopping = false;

  constructor(start: Start, parts: { readonly line: ReportLine; readonly decoys: readonly Decoy[] }) {
    const { line, decoys } = parts;
    this.#line = line;
    this.#hosting = hostingOf(start, line);
    this.#served = new Map(
      decoys.filter((decoy) => Object.hasOwn(start.decoys, decoy.name)).map((decoy) => [decoy.name, servedBy(decoy, start)]),
    );
    line.onRelieved(() => {
      for (const session of this.#sessions) session.hold(false);
    });
  }

  obey(order: Exclude<Order, Start>, socket: Socket | undefined): void {
    if (order.order === "stop") this.#stop();
    else this.#open(order, socket);
  }

  sweep(): void {
    const nowMs = performance.now();
    for (const session of this.#sessions) session.sweep(nowMs);
  }

  #open(open: Open, socket: Socket | undefined): void {
    const served = this.#served.get(open.decoy);
    if (socket === undefined || served === undefined) {
      this.#line.send({ type: "closed", session: open.session, by: "visitor", bytesIn: 0, bytesOut: 0 });
      return;
    }
    const session = new HostedSession(this.#hosting, { open, socket, forget: (one) => this.#forget(one) });
    this.#sessions.add(session);
    session.start(served.decoy, served.settings, open);
  }

  #forget(session: HostedSession): void {
    this.#sessions.delete(session);
    if (this.#isStopping && this.#sessions.size === 0) this.#exit();
  }

  #stop(): void {
    this.#isStopping = true;
    for (const session of this.#sessions) session.hangUp("close", "sensor");
    if (this.#sessions.size === 0) this.#exit();
  }

  #exit(): void {
    this.#line.finish(() => process.exit(0));
  }
}

interface Served {
  readonly decoy: Decoy;
  readonly settings: Settings<unknown, unknown>;
}

/** The persona's part as its decoy describes it, with what the profile left out filled in. Profiles are checked long before they come here. */
function servedBy(decoy: Decoy, start: Start): Served {
  const given = start.persona.services[decoy.name] ?? {};
  const persona = checkShape(decoy.persona, given).value ?? given;
  return { decoy, settings: Object.freeze({ options: start.decoys[decoy.name], persona }) };
}

function hostingOf(start: Start, line: ReportLine): Hosting {
  let secureContext: SecureContext | undefined;
  return {
    persona: frozen(start.persona),
    keys: nodeKeys(start.hostKeys),
    limits: start.limits,
    secureContext: () => {
      secureContext ??= createSecureContext({ key: start.certificate.key, cert: start.certificate.certificate });
      return secureContext;
    },
    report: (report) => line.send(report),
    isCongested: () => line.isCongested,
  };
}

/** All sessions share the persona: none may change it for the others. */
function frozen<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(frozen);
  }
  return value;
}
