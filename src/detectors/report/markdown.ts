import { visible } from "../../wire/visible.ts";
import type { Finding } from "../check.ts";
import { classTitles } from "../classification.ts";
import type { Detection } from "../detection.ts";
import { matrix, remark } from "./matrix.ts";
import { basis, factor, headline, moment, seesWords } from "./words.ts";

/** Detections as a Markdown document; `pictureFile` is the name of the matrix' picture beside it. */
export function markdownReport(detections: readonly Detection[], pictureFile: string): string {
  return [
    `# What gives ${cell([...new Set(detections.map(({ subject }) => subject))].join(" and "))} away`,
    "",
    `![The matrix of checks](${encodeURIComponent(pictureFile)})`,
    "",
    "| class | remote | local |",
    "|---|---|---|",
    ...matrix(detections).map(
      (row) =>
        `| ${row[0] === undefined ? "" : classTitles[row[0].class]} | ${row.map(({ shown, looked, findings }) => (findings.length === 0 ? "not looked at" : `${shown} shown of ${looked}`)).join(" | ")} |`,
    ),
    ...detections.flatMap(section),
    "",
  ].join("\n");
}

function section(detection: Detection): readonly string[] {
  const { assessment, known, findings, leftOut } = detection;
  return [
    "",
    `## ${cell(detection.subject)}, ${detection.side}`,
    "",
    `${moment(detection.takenAtMs)}. **${headline(detection)}** (${basis(detection)}).`,
    ...(assessment.reasons.length === 0 ? [] : ["", "| factor | check | why | seen |", "|---|---|---|---|"]),
    ...assessment.reasons.map(
      ({ finding, weight }) => `| ${factor(weight)} | ${code(finding.id)} | ${cell(finding.reason)} | ${cell(remark(finding))} |`,
    ),
    ...(known.length === 0 ? [] : ["", "| known detector | would say | sees | because |", "|---|---|---|---|"]),
    ...known.map(
      ({ id, version, verdict }) =>
        `| ${cell(`${id} ${version}`)} | ${cell(verdict.says)} | ${seesWords[verdict.sees]} | ${cell(verdict.because.join("; "))} |`,
    ),
    "",
    "| check | looked at | seen | weight | verdict |",
    "|---|---|---|---|---|",
    ...findings.map(row),
    ...(leftOut.length === 0 ? [] : ["", "Left out:", "", ...leftOut.map((one) => `- ${cell(one)}`)]),
  ];
}

function row(finding: Finding): string {
  return `| ${code(finding.id)} | ${cell(finding.looksAt)} | ${cell(remark(finding))} | x ${finding.ratio} | ${finding.judgement.verdict} |`;
}

function code(text: string): string {
  return `\`${text}\``;
}

/** Text that a Markdown table shows as it is: visible, no markup, at most 200 characters. */
function cell(text: string): string {
  const safe = visible(text).slice(0, 200);
  return safe.replace(/[\\`*_{}[\]<>()#+!|~&$]/g, (mark) => `&#${mark.charCodeAt(0)};`);
}
