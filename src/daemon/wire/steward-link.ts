import { setTimeout as sleep } from "node:timers/promises";
import { OperatorError } from "../../errors/operator-error.ts";
import type { HandOverAsked, Sight } from "../../steward/verbs/api.ts";
import type { Opinion, Transition } from "../../suspicion/index.ts";
import { Standings } from "./standings.ts";
import type { StewardPort } from "./steward-port.ts";

export interface LinkParts {
  readonly port: StewardPort;
  readonly now: () => number;
  /** All that holds now. */
  readonly opinions: () => readonly Opinion[];
  readonly onSight: (sight: Sight) => void;
  /** Sockets of decoys that suspects reach instead of real services. */
  readonly handedOver: readonly HandOverAsked[];
  /** The steward is away, and why; undefined: it is there again. */
  readonly onAway: (why: string | undefined) => void;
  /** Something that was asked for was refused, and why; the rest is done. */
  readonly onRefused: (why: string) => void;
}

/**
 * The sensor's side of the steward: watches it for as long as it is there, waits for it while it is not, and tells it everything anew each time,
 * since a steward that starts knows of no source and of no decoy.
 */
export class StewardLink {
  readonly #parts: LinkParts;
  readonly #standings: Standings;
  readonly #ending = new AbortController();
  readonly #running: Promise<void>;
  #session: AbortController | undefined;
  #decoyDelayMs = 0;
  #askedMs = 0;
  #isSending = false;
  #isAway: boolean | undefined;

  constructor(parts: LinkParts) {
    this.#parts = parts;
    this.#standings = new Standings(parts.now);
    this.#running = this.#run();
  }

  /** How late decoys are to answer suspects, milliseconds: where the kernel of this host can delay nobody. */
  get decoyDelayMs(): number {
    return this.#decoyDelayMs;
  }

  /** Tells the steward, when it is there. */
  change(transitions: readonly Transition[]): void {
    if (this.#session === undefined) return;
    for (const transition of transitions) this.#standings.change(transition);
    this.#send();
  }

  /** To be called now and then: says again what would end in the engine before it ends here. */
  renew(opinionOf: (source: string) => Opinion | undefined): void {
    if (this.#session === undefined) return;
    this.#standings.renew(opinionOf);
    if (performance.now() - this.#askedMs > ASK_AGAIN_MS) void this.#askDelay(this.#session);
    this.#send();
  }

  /** Ends the hand-overs and the watch. */
  async close(): Promise<void> {
    const wasThere = this.#session !== undefined;
    this.#ending.abort();
    this.#session?.abort();
    await this.#running;
    const { port, handedOver } = this.#parts;
    if (!wasThere) return;
    // A steward that went meanwhile took its hand-overs with it, and one that hangs loses them with our sockets.
    const ended = Promise.allSettled(handedOver.map((one) => port.endHandOver(one.port)));
    await Promise.race([ended, sleep(LONGEST_WAIT_MS, undefined, { ref: false })]);
  }

  async #run(): Promise<void> {
    const { signal } = this.#ending;
    for (let waitMs = FIRST_WAIT_MS; !signal.aborted; waitMs = Math.min(LONGEST_WAIT_MS, waitMs * 2)) {
      const began = performance.now();
      this.#away(await this.#watch());
      if (performance.now() - began > LONGEST_WAIT_MS) waitMs = FIRST_WAIT_MS;
      await sleep(waitMs, undefined, { signal, ref: false }).catch(ignoreAbort);
    }
  }

  /** Goes on until the steward is away. @returns why it is */
  async #watch(): Promise<string> {
    const session = new AbortController();
    const { port, onSight, opinions } = this.#parts;
    try {
      const watching = port.watch(onSight, session.signal);
      this.#standings.begin(opinions());
      this.#session = session;
      this.#send();
      void this.#handOver(session);
      void this.#askDelay(session);
      if (this.#ending.signal.aborted) session.abort();
      await watching;
      return "the wire disguise went down";
    } catch (error) {
      return messageOf(error);
    } finally {
      this.#session = undefined;
      this.#decoyDelayMs = 0;
      session.abort();
    }
  }

  async #askDelay(session: AbortController): Promise<void> {
    this.#askedMs = performance.now();
    const delayMs = await this.#parts.port.decoyDelayMs().catch((error: unknown) => this.#failed(session, error));
    if (delayMs !== undefined && !session.signal.aborted) this.#decoyDelayMs = delayMs;
  }

  async #handOver(session: AbortController): Promise<void> {
    const { port, handedOver } = this.#parts;
    for (const one of handedOver)
      if (!session.signal.aborted) await port.handOver(one).catch((error: unknown) => this.#failed(session, error));
    if (!session.signal.aborted) this.#away(undefined);
  }

  /** What the steward refuses is said, and the rest goes on; where it is gone, the session is over. */
  #failed(session: AbortController, error: unknown): void {
    if (session.signal.aborted) return;
    if (error instanceof OperatorError && !GONE.has(error.code)) {
      this.#parts.onRefused(error.message);
      return;
    }
    this.#away(messageOf(error));
    session.abort();
  }

  #send(): void {
    const session = this.#session;
    if (this.#isSending || session === undefined || session.signal.aborted || this.#standings.size === 0) return;
    this.#isSending = true;
    void this.#sendAll(session).finally(() => {
      this.#isSending = false;
      // What came while the last request was under way, perhaps for a steward that is another one now.
      this.#send();
    });
  }

  async #sendAll(session: AbortController): Promise<void> {
    while (this.#standings.size > 0 && !session.signal.aborted) {
      const standing = this.#parts.port.stand({ standings: this.#standings.take() });
      const answer = await standing.catch((error: unknown) => this.#failed(session, error));
      if (answer !== undefined && answer.refused.length > 0)
        this.#parts.onRefused(`the engine has no room for ${answer.refused.length} more sources`);
    }
  }

  #away(why: string | undefined): void {
    const isAway = why !== undefined;
    if (this.#ending.signal.aborted || this.#isAway === isAway) return;
    this.#isAway = isAway;
    this.#parts.onAway(why);
  }
}

/** What the steward says when it, or the wire, is not there. */
const GONE: ReadonlySet<string> = new Set(["steward-down", "wire-down", "rights-missing"]);
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 2000;
/** The wire disguise may be raised anew with other settings while it is watched. */
const ASK_AGAIN_MS = 60_000;

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function ignoreAbort(): void {
  // The wait was cut short.
}
