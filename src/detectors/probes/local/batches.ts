import { hrtime } from "node:process";

/** Mean nanoseconds of one call, over a batch of them. */
export function nsPerCall(call: () => void, calls: number): number {
  const start = hrtime.bigint();
  for (let done = 0; done < calls; done += 1) call();
  return Number(hrtime.bigint() - start) / calls;
}

/** What a call gives, or undefined where the system refuses it; any other error is a fault of ours. */
export function unlessRefused<T>(call: () => T): T | undefined {
  try {
    return call();
  } catch (error) {
    if (error instanceof Error && "code" in error) return undefined;
    throw error;
  }
}
