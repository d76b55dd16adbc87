import type { PortRecord, Run } from "../run.ts";

/** Trials of every port that claims something. */
export async function tryAll(run: Run, records: readonly PortRecord[], untilMs: number): Promise<void> {
  if (records.length > 0 && untilMs > run.clock.nowMs()) run.leftOut.note("trials of proxies, relays and logins: not there yet");
}
