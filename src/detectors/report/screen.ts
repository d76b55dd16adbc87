import { visible } from "../../wire/visible.ts";
import type { Finding } from "../check.ts";
import { classTitles, SIDES } from "../classification.ts";
import type { Comparison } from "../compare.ts";
import type { Detection } from "../detection.ts";
import { matrix, remark } from "./matrix.ts";
import { basis, factor, headline, moment, seesWords } from "./words.ts";

/** Detections as lines for a terminal. Everything that came from the host is made visible and cut. */
export function screenLines(detections: readonly Detection[], { all = false }: { readonly all?: boolean } = {}): readonly string[] {
  return [...matrixLines(detections), ...detections.flatMap((detection) => ["", ...detectionLines(detection, all)])];
}

export function comparisonLines({ before, after, flipped, known }: Comparison): readonly string[] {
  return [
    `before: ${visible(before.subject)}, ${moment(before.takenAtMs)}: ${headline(before)}`,
    `after:  ${visible(after.subject)}, ${moment(after.takenAtMs)}: ${headline(after)}`,
    "",
    ...(flipped.length === 0 ? ["No check changed its verdict."] : ["Checks that changed"]),
    ...flipped.flatMap((pair) => [
      `  ${pair.before.judgement.verdict} -> ${pair.after.judgement.verdict}  ${pair.after.id}: ${pair.after.looksAt}`,
      `      ${short(remark(pair.before))} -> ${short(remark(pair.after))}`,
    ]),
    ...(known.length === 0 ? ["No known detector says anything else."] : ["Known detectors that say something else"]),
    ...known.map((pair) => `  ${pair.after.id}: ${said(pair.before.verdict.says)} -> ${said(pair.after.verdict.says)}`),
  ];
}

function matrixLines(detections: readonly Detection[]): readonly string[] {
  const rows = matrix(detections).map((row) => [
    row[0] === undefined ? "" : classTitles[row[0].class],
    ...row.map(({ shown, looked, findings }) => (findings.length === 0 ? "-" : `${shown} shown of ${looked}`)),
  ]);
  return aligned([["", ...SIDES], ...rows]);
}

function detectionLines(detection: Detection, all: boolean): readonly string[] {
  const { assessment, known, findings, leftOut } = detection;
  return [
    `${visible(detection.subject)}, ${detection.side}, ${moment(detection.takenAtMs)}`,
    `${headline(detection)} (${basis(detection)})`,
    ...(assessment.reasons.length === 0 ? [] : ["", "Reasons, strongest first"]),
    ...assessment.reasons.map(
      ({ finding, weight }) => `  ${factor(weight).padEnd(7)} ${finding.id}: ${finding.looksAt}: ${short(remark(finding))}`,
    ),
    ...(known.length === 0 ? [] : ["", "What known detectors would say"]),
    ...aligned(
      known.map(({ id, verdict }) => [`  ${id}`, said(verdict.says), `sees ${seesWords[verdict.sees]}${lacking(verdict.lacking)}`]),
    ),
    ...(all ? ["", "All checks", ...allLines(findings)] : []),
    ...(leftOut.length === 0 ? [] : ["", "Left out", ...leftOut.map((one) => `  ${all ? visible(one) : short(one)}`)]),
  ];
}

function allLines(findings: readonly Finding[]): readonly string[] {
  return findings.map(
    (finding) =>
      `  ${finding.judgement.verdict.padEnd(7)} ${finding.id} (x ${finding.ratio}): ${finding.looksAt}: ${short(remark(finding))}`,
  );
}

function lacking(what: readonly string[]): string {
  return what.length === 0 ? "" : `; not sure: lacks ${what.map(visible).join(", ")}`;
}

function said(words: string): string {
  return words === "" ? "(nothing)" : short(words.replaceAll("\n", ", "));
}

/** Visible, and at most 120 characters. */
export function short(text: string): string {
  const safe = visible(text);
  return safe.length <= 120 ? safe : `${safe.slice(0, 117)}...`;
}

function aligned(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((text, column) => (column === row.length - 1 ? text : text.padEnd(widths[column] ?? 0)))
      .join("  ")
      .trimEnd(),
  );
}
