import { compare } from "../../detectors/compare.ts";
import { comparisonLines } from "../../detectors/report/screen.ts";
import { OperatorError } from "../../errors/operator-error.ts";
import { print, printJson } from "../output.ts";
import { type AnswerOptions, answer } from "./answer.ts";
import { loadDetection } from "./load-view.ts";

/** One report of several saved views, such as the two sides of one host. */
export function showViews(files: readonly string[], options: AnswerOptions): void {
  answer(files.map(loadDetection), options);
}

/** What flipped between two saved views, both judged by today's checks. */
export function compareViews(beforeFile: string, afterFile: string, { json }: { readonly json?: boolean }): void {
  const [before, after] = [loadDetection(beforeFile), loadDetection(afterFile)];
  if (before.side !== after.side) {
    throw new OperatorError(
      "usage",
      `${beforeFile} was taken from ${before.side === "local" ? "inside" : "outside"}, ${afterFile} was not.`,
      {
        next: "Compare two views of the same side.",
      },
    );
  }
  const comparison = compare(before, after);
  if (json === true) printJson(comparison);
  else print(comparisonLines(comparison).join("\n"));
}
