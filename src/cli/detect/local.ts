import { detectLocal } from "../../detectors/local-detectors.ts";
import { runBattery } from "../../detectors/probes/local/run-battery.ts";
import { type LocalStep, takeLocalView, usualStepMs } from "../../detectors/probes/local/take-local-view.ts";
import { encodeLocalView } from "../../detectors/views/view-file.ts";
import { type AnswerOptions, answer, writeNamed } from "./answer.ts";
import { progressLine } from "./progress-line.ts";

export interface LocalOptions extends AnswerOptions {
  readonly save?: string;
}

/** Looks at this host as whoever runs the command may, and judges it. */
export async function detectHere({ save, ...options }: LocalOptions): Promise<void> {
  const progress = progressLine();
  const taken = await takeLocalView({
    runBattery: () => runBattery(),
    onStep: (step) => progress.show(`Looking at ${step}, about ${secondsFrom(step)} s left`),
  });
  const detection = detectLocal(taken.view);
  progress.clear();
  if (save !== undefined) writeNamed(save, encodeLocalView(taken.view, taken.recorded()));
  answer([detection], options);
}

function secondsFrom(step: LocalStep): string {
  const steps = Object.entries(usualStepMs);
  const left = steps.slice(steps.findIndex(([name]) => name === step)).reduce((sum, [, milliseconds]) => sum + milliseconds, 0);
  return (left / 1000).toFixed(1);
}
