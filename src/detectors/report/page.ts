import type { Assessment } from "../assess.ts";
import type { Finding } from "../check.ts";
import type { Detection } from "../detection.ts";
import { remark } from "./matrix.ts";
import { escaped, picture } from "./picture.ts";
import { basis, factor, headline, moment, seesWords } from "./words.ts";

/** Detections as one HTML page that needs nothing else: no script, no network, nothing of the host's that is not escaped. */
export function htmlReport(detections: readonly Detection[]): string {
  const title = `What gives ${[...new Set(detections.map(({ subject }) => subject))].join(" and ")} away`;
  return [
    "<!doctype html>",
    '<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    `<title>${escaped(title)}</title><style>${STYLE}</style></head><body><main>`,
    `<h1>${escaped(title)}</h1>`,
    `<figure>${picture(detections)}</figure>`,
    ...detections.flatMap(section),
    "</main></body></html>",
    "",
  ].join("\n");
}

const STYLE = `
body{margin:0;background:#f5f6f8;color:#1f2933;font:15px/1.45 system-ui,sans-serif}
main{max-width:1080px;margin:0 auto;padding:24px}
h1{font-size:24px}h2{font-size:19px;margin-top:40px}h3{font-size:15px;margin:28px 0 8px}
figure{margin:0;background:#fff;border:1px solid #d0d4da;border-radius:6px;padding:12px;overflow-x:auto}
.verdict{display:inline-block;padding:6px 12px;border-radius:6px;font-weight:600;background:#e4e7eb}
.honeypot{background:#f6c1b5}.real{background:#cdebd6}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;background:#fff;font-size:13px}
th,td{border:1px solid #d0d4da;padding:5px 8px;text-align:left;vertical-align:top;overflow-wrap:anywhere}
th{background:#eef0f3;overflow-wrap:normal}td.factor{white-space:nowrap}td.id{font-family:ui-monospace,monospace;font-size:12px;overflow-wrap:normal;white-space:nowrap}
tr.shown td.word{color:#9b1c13;font-weight:600}tr.unknown{color:#7b8794}
`;

function section(detection: Detection): readonly string[] {
  const { assessment, known, findings, leftOut } = detection;
  return [
    `<h2>${escaped(detection.subject)}, ${detection.side}</h2>`,
    `<p>${moment(detection.takenAtMs)}, ${basis(detection)}.</p><p class="verdict ${assessment.verdict}">${headline(detection)}</p>`,
    ...reasons(assessment),
    ...(known.length === 0
      ? []
      : table(
          "What known detectors would say",
          ["detector", "would say", "sees", "because"],
          known.map(({ id, version, verdict }) =>
            knownRow([`${id} ${version}`, verdict.says, seesWords[verdict.sees], verdict.because.join("; ")]),
          ),
        )),
    ...table("All checks", ["check", "class", "looked at", "seen", "weight", "verdict"], findings.map(checkRow)),
    ...(leftOut.length === 0 ? [] : ["<h3>Left out</h3>", `<ul>${leftOut.map((one) => `<li>${escaped(one)}</li>`).join("")}</ul>`]),
  ];
}

function reasons({ reasons: all }: Assessment): readonly string[] {
  if (all.length === 0) return [];
  const rows = all.map(
    ({ finding, weight }) =>
      `<tr><td class="factor">${factor(weight)}</td><td class="id">${finding.id}</td><td>${escaped(finding.reason)}</td><td>${seen(finding)}</td></tr>`,
  );
  return table("Reasons, strongest first", ["factor", "check", "why it shows a honeypot", "seen"], rows);
}

function knownRow(cells: readonly string[]): string {
  return `<tr>${cells.map((text) => `<td>${escaped(text)}</td>`).join("")}</tr>`;
}

function checkRow(finding: Finding): string {
  const { verdict } = finding.judgement;
  const cells = [
    `<td class="id">${finding.id}</td>`,
    `<td>${finding.class}</td>`,
    `<td>${escaped(finding.looksAt)}</td>`,
    `<td>${seen(finding)}</td>`,
  ];
  return `<tr class="${verdict}">${cells.join("")}<td class="factor">x ${finding.ratio}</td><td class="word">${verdict}</td></tr>`;
}

function seen(finding: Finding): string {
  return escaped(remark(finding).slice(0, 400));
}

function table(title: string, headings: readonly string[], rows: readonly string[]): readonly string[] {
  const head = `<tr>${headings.map((one) => `<th>${one}</th>`).join("")}</tr>`;
  return [`<h3>${title}</h3>`, `<div class="wide"><table><thead>${head}</thead><tbody>`, ...rows, "</tbody></table></div>"];
}
