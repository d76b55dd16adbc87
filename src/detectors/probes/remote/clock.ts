/** Monotonic time as the probes see it; tests bring their own. */
export interface Clock {
  /** Milliseconds since some moment. */
  nowMs(): number;
  /** Calls `fn` once, after `ms`; the answer cancels it. */
  after(ms: number, fn: () => void): () => void;
}

export const realClock: Clock = {
  nowMs: () => performance.now(),
  after: (ms, fn) => {
    const timer = setTimeout(fn, ms);
    return () => clearTimeout(timer);
  },
};
