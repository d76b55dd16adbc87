import type { Envelope, Reported } from "../events/envelope.ts";
import type { Keep } from "./keep.ts";
import type { SessionLimits } from "./limits.ts";
import { type OpenFile, type OpenVisit, TOLERANCE, type VisitEnd } from "./open-visit.ts";
import type { Report } from "./report.ts";
import type { SourceMemory } from "./source-memory.ts";

/** What the intake needs of the host around it. */
export interface IntakePorts {
  readonly envelope: Envelope;
  readonly keep: Keep;
  readonly memory: SourceMemory;
  readonly limits: SessionLimits;
  /** A visit is over: it counts no more. */
  ended(visit: OpenVisit): void;
}

/**
 * Takes what workers report about their visits. A report is believed only as far as it concerns a visit that this very worker holds, and
 * stays within what its own code would send; the answer says what is wrong otherwise, and what was accepted before stays.
 */
export class Intake {
  readonly #ports: IntakePorts;
  /** What is being made whole, and will be told then. */
  readonly #closing = new Set<Promise<void>>();

  constructor(ports: IntakePorts) {
    this.#ports = ports;
  }

  /** @param visits those of the worker that reports, by number. */
  take(visits: Map<number, OpenVisit>, report: Exclude<Report, { type: "ready" | "alive" }>): string | undefined {
    const visit = visits.get(report.session);
    if (visit === undefined) return `${report.type} about a session that it does not hold`;
    switch (report.type) {
      case "observation":
        if (!visit.observations.take(performance.now())) return "more observations than a session may make";
        this.#seal(visit, report.observation);
        return undefined;
      case "keep":
        return this.#remember(visit, report.value);
      case "closed":
        visits.delete(visit.number);
        this.end(visit, report);
        return undefined;
      case "terminal-bytes":
      case "terminal-size":
        return this.#record(visit, report);
      default:
        return this.#file(visit, report);
    }
  }

  /** A visit is over, as its worker says or because its worker is gone. */
  end(visit: OpenVisit, end: VisitEnd): void {
    for (const file of visit.files.keys()) this.#closeFile(visit, { file, truncated: true });
    this.#close(visit, this.#keepTerminals(visit));
    const durationMs = Math.round(performance.now() - visit.openedMs);
    const { by, bytesIn, bytesOut } = end;
    this.#seal(visit, { kind: "connection.close", fields: { by, durationMs, bytesIn, bytesOut } });
    this.#ports.ended(visit);
  }

  /** Resolves when all that ended so far is whole and told. */
  async settled(): Promise<void> {
    while (this.#closing.size > 0) await Promise.all(this.#closing);
  }

  #close(visit: OpenVisit, keeping: Promise<void>): void {
    const closing = keeping.catch((error: unknown) => this.#fault(visit, error)).finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }

  async #keepTerminals(visit: OpenVisit): Promise<void> {
    for (const { terminal, durationMs, bytes, truncated } of await this.#ports.keep.closeTerminals(visit)) {
      this.#seal(visit, { kind: "terminal.recorded", fields: { terminal, durationMs, bytes, truncated } });
    }
  }

  #remember(visit: OpenVisit, value: Uint8Array): string | undefined {
    if (value.length > this.#ports.limits.keptBytes) return "more to keep for a source than is allowed";
    if (!visit.keeps.take(performance.now())) return "keeps for a source too often";
    this.#ports.memory.write(visit.decoy, visit.address, value);
    return undefined;
  }

  #record(visit: OpenVisit, report: Extract<Report, { type: "terminal-bytes" | "terminal-size" }>): string | undefined {
    visit.recordedBytes += report.type === "terminal-bytes" ? report.bytes.length : 1;
    if (visit.recordedBytes > this.#ports.limits.recordingBytes * TOLERANCE) return "a recording longer than is allowed";
    const { terminal, atMs } = report;
    if (atMs > performance.now() - visit.openedMs + CLOCK_SLACK_MS) return "a recording from the future";
    if (report.type === "terminal-bytes") this.#ports.keep.terminal(visit, { terminal, atMs, way: report.way, bytes: report.bytes });
    else this.#ports.keep.terminal(visit, { terminal, atMs, way: "size", columns: report.columns, rows: report.rows });
    return undefined;
  }

  #file(visit: OpenVisit, report: Extract<Report, { type: "file-open" | "file-bytes" | "file-close" }>): string | undefined {
    if (report.type === "file-open") return this.#openFile(visit, report);
    const file = visit.files.get(report.file);
    if (file === undefined) return `${report.type} for a file that is not open`;
    if (report.type === "file-close") {
      this.#closeFile(visit, report);
      return undefined;
    }
    file.bytes += report.bytes.length;
    if (file.bytes > this.#ports.limits.captureBytes) return "a file longer than is allowed";
    file.kept.write(report.bytes);
    return undefined;
  }

  #openFile(visit: OpenVisit, report: Extract<Report, { type: "file-open" }>): string | undefined {
    visit.filesOpened += 1;
    if (visit.files.has(report.file)) return "a file opened twice";
    if (visit.filesOpened > this.#ports.limits.captures) return "more files than are allowed";
    const { name, way } = report;
    visit.files.set(report.file, { kept: this.#ports.keep.file(visit, name), name: name.slice(), way, bytes: 0 });
    return undefined;
  }

  #closeFile(visit: OpenVisit, { file: number, truncated }: { readonly file: number; readonly truncated: boolean }): void {
    const file = visit.files.get(number);
    if (file === undefined) return;
    visit.files.delete(number);
    this.#close(visit, this.#keepFile(visit, { ...file, truncated }));
  }

  async #keepFile(visit: OpenVisit, file: OpenFile & { readonly truncated: boolean }): Promise<void> {
    const kept = await file.kept.close();
    if (kept === undefined) return;
    const { sha256, size, duplicate } = kept;
    const { name, way } = file;
    this.#seal(visit, {
      kind: "file.captured",
      fields: { sha256, size, name, way, truncated: file.truncated || kept.truncated, duplicate },
    });
  }

  #fault(visit: OpenVisit, error: unknown): void {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.#seal(visit, { kind: "fault", fields: { stack } });
  }

  #seal(visit: OpenVisit, observation: Reported): void {
    this.#ports.keep.event(this.#ports.envelope.seal(observation, visit.context));
  }
}

/** Rounding, and the time that an order takes to reach its worker. */
const CLOCK_SLACK_MS = 1_000;
