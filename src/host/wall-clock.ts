/**
 * The wall clock in nanoseconds since 1970 UTC. The system's wall clock gives milliseconds: what is finer comes from the monotonic clock,
 * and the two are brought together again when they disagree by more than 20 ms (the clock was set, or the machine slept).
 */
export function wallClock(): () => bigint {
  let offset = measure();
  return () => {
    const now = process.hrtime.bigint() + offset;
    const drift = BigInt(Date.now()) * NS_PER_MS - now;
    if (drift < MAX_DRIFT_NS && drift > -MAX_DRIFT_NS) return now;
    offset = measure();
    return process.hrtime.bigint() + offset;
  };
}

const NS_PER_MS = 1_000_000n;
const MAX_DRIFT_NS = 20n * NS_PER_MS;

function measure(): bigint {
  return BigInt(Date.now()) * NS_PER_MS - process.hrtime.bigint();
}
