import { Buffer } from "node:buffer";
import type { Capture, CaptureMeta } from "../../decoy/capture.ts";
import type { SessionLimits } from "../limits.ts";
import { MAX_NAME_BYTES, MAX_PIECE_BYTES, type Report } from "../report.ts";

/** All files of one visit on their way to quarantine: counts them, and cuts each at its cap. */
export class VisitCaptures {
  readonly #limits: SessionLimits;
  readonly #session: number;
  readonly #send: (report: Report) => void;
  readonly #overLimit: (amount: number) => void;
  #count = 0;

  constructor(start: {
    readonly limits: SessionLimits;
    readonly session: number;
    readonly send: (report: Report) => void;
    /** Told once for each file that was cut or not taken at all. */
    readonly overLimit: (amount: number) => void;
  }) {
    this.#limits = start.limits;
    this.#session = start.session;
    this.#send = start.send;
    this.#overLimit = start.overLimit;
  }

  open(meta: CaptureMeta): Capture {
    const { captures } = this.#limits;
    if (this.#count >= captures) {
      this.#overLimit(captures);
      return { write: () => false, close: () => undefined };
    }
    const file = this.#count;
    this.#count += 1;
    const name = Buffer.from(meta.name, "utf8").subarray(0, MAX_NAME_BYTES);
    this.#send({ type: "file-open", session: this.#session, file, name, way: meta.way });
    return this.#taken(file);
  }

  #taken(file: number): Capture {
    const { captureBytes } = this.#limits;
    let left = captureBytes;
    let truncated = false;
    let isOpen = true;
    const cut = () => {
      if (!truncated) this.#overLimit(captureBytes);
      truncated = true;
    };
    return {
      write: (bytes) => {
        if (!isOpen) return false;
        const kept = bytes.subarray(0, left);
        left -= kept.length;
        this.#pieces(file, kept);
        if (kept.length < bytes.length) cut();
        return !truncated;
      },
      close: () => {
        if (isOpen) this.#send({ type: "file-close", session: this.#session, file, truncated });
        isOpen = false;
      },
    };
  }

  #pieces(file: number, bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += MAX_PIECE_BYTES) {
      this.#send({ type: "file-bytes", session: this.#session, file, bytes: bytes.subarray(at, at + MAX_PIECE_BYTES) });
    }
  }
}
