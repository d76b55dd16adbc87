import type { Example } from "../../../../check.ts";
import { localView } from "../../../../views/build-view.ts";
import type { LocalView } from "../../../../views/local-view.ts";
import { ordinaryAnswers } from "./ordinary-answers.ts";
import { productExamples } from "./product-examples.ts";
import { statisticsExamples } from "./statistics-examples.ts";
import { wrongAnswers } from "./wrong-answers.ts";

/** Checks of one answer: the ordinary one and the emulation's. */
function answered(id: string, output: string): LocalView {
  return localView({ commands: { [id]: { status: 0, output } } });
}

/** Checks that share a command with another. */
const shared: readonly (readonly [check: string, command: string])[] = [
  ["proc.load", "proc.uptime"],
  ["clock.switches", "clock.sleep"],
  ["clock.boot-record", "clock.boot"],
];

const named = Object.keys(wrongAnswers).map((id) => [id, id]);

export const examples: Readonly<Record<string, Example<LocalView>>> = {
  ...Object.fromEntries(
    [...named, ...shared].map(([check = "", command = ""]) => [
      `kind.${check}`,
      { shown: answered(command, wrongAnswers[command] ?? ""), clean: answered(command, ordinaryAnswers[command] ?? "") },
    ]),
  ),
  ...productExamples,
  ...statisticsExamples,
};
