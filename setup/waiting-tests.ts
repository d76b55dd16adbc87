/** Tests that mostly wait (for time-outs, for what must not come): one of them runs beside those that the processors are busy with. */
export const waitingTests: readonly string[] = [
  "test/detectors/accuracy.test.ts",
  "test/detectors/decoys-emit-nothing.test.ts",
  "test/detectors/known-remote.test.ts",
  "test/detectors/land.test.ts",
  "test/detectors/remote-probe-trials.test.ts",
  "test/detectors/remote-probe.test.ts",
  "test/detectors/responders.test.ts",
  "test/detectors/responders-tools.test.ts",
  "test/detectors/responders-udp.test.ts",
  "test/detectors/wire-measurements.test.ts",
  "test/engine/stack-live.test.ts",
  "test/engine/unused-sets.test.ts",
  "test/steward/wire-hand-over.test.ts",
  "test/steward/wire-life.test.ts",
  "test/suspicion/hand-over.test.ts",
];
