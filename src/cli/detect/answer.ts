import { writeFileSync } from "node:fs";
import { basename } from "node:path";
import type { Detection } from "../../detectors/detection.ts";
import { markdownReport } from "../../detectors/report/markdown.ts";
import { htmlReport } from "../../detectors/report/page.ts";
import { picture } from "../../detectors/report/picture.ts";
import { screenLines } from "../../detectors/report/screen.ts";
import { OperatorError } from "../../errors/operator-error.ts";
import { print, printJson, say } from "../output.ts";

/** How detections are shown: what all `detect` commands share. */
export interface AnswerOptions {
  readonly json?: boolean;
  readonly all?: boolean;
  readonly report?: string;
  readonly want?: "honeypot" | "real";
}

/** Shows detections, writes the report, and decides the exit status. */
export function answer(detections: readonly Detection[], { json, all, report, want }: AnswerOptions): void {
  if (json === true) for (const detection of detections) for (const line of jsonLines(detection)) printJson(line);
  else print(screenLines(detections, { all: all === true }).join("\n"));
  if (report !== undefined) writeReport(detections, report);
  if (want !== undefined) process.exitCode = exitStatus(detections, want);
}

/** The verdict of all detections together: a honeypot as soon as one side gives it away. 2 stays for our own faults. */
export function exitStatus(detections: readonly Detection[], want: "honeypot" | "real"): 0 | 1 | 3 {
  const verdicts = detections.map(({ assessment }) => assessment.verdict);
  const overall = verdicts.includes("honeypot") ? "honeypot" : verdicts.includes("undecided") ? "undecided" : "real";
  if (overall === "undecided") return 3;
  return overall === want ? 0 : 1;
}

function* jsonLines({ side, subject, takenAtMs, findings, known, assessment, leftOut }: Detection): Generator<object> {
  for (const { judgement, ...check } of findings) yield { line: "check", subject, ...check, ...judgement };
  for (const { verdict, ...detector } of known) yield { line: "known", side, subject, ...detector, ...verdict };
  const reasons = assessment.reasons.map(({ finding, weight }) => ({ check: finding.id, factor: Math.exp(weight) }));
  const { verdict, likelihood, looked, checks } = assessment;
  yield {
    line: "verdict",
    side,
    subject,
    takenAt: new Date(takenAtMs).toISOString(),
    verdict,
    likelihood,
    looked,
    checks,
    reasons,
    leftOut,
  };
}

function writeReport(detections: readonly Detection[], file: string): void {
  const ending = /\.(html?|md|svg)$/i.exec(file)?.[1]?.toLowerCase();
  if (ending === undefined) {
    throw new OperatorError("usage", `${file} has no ending that says what kind of report is wanted.`, {
      next: "Name a file that ends in .html, .md or .svg.",
    });
  }
  if (ending === "svg") return writeNamed(file, picture(detections));
  if (ending !== "md") return writeNamed(file, htmlReport(detections));
  const pictureFile = file.replace(/\.md$/i, ".svg");
  writeNamed(pictureFile, picture(detections));
  writeNamed(file, markdownReport(detections, basename(pictureFile)));
}

/** What was found is told to nobody but the owner: a list of one's own weaknesses is worth keeping. */
export function writeNamed(file: string, text: string): void {
  try {
    writeFileSync(file, text, { mode: 0o600 });
  } catch (cause) {
    throw new OperatorError("file-unwritable", `${file} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}.`, {
      cause,
    });
  }
  say(`Wrote ${file}.`);
}
