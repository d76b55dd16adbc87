import { visible } from "../../wire/visible.ts";
import { ratioOf } from "../assess.ts";
import type { Finding } from "../check.ts";
import { classTitles } from "../classification.ts";
import type { Detection } from "../detection.ts";
import { type Cell, matrix, remark } from "./matrix.ts";

/**
 * The matrix as a picture: a square a check, filled by its verdict, darker the more it says. Nothing but the text of checks and hosts
 * varies, and that is made visible and escaped, so that the picture is safe to open wherever it came from.
 */
export function picture(detections: readonly Detection[]): string {
  const rows = matrix(detections);
  const heights = rows.map((row) => Math.max(MIN_ROW, ...row.map(({ findings }) => Math.ceil(findings.length / PER_LINE) * STEP + 34)));
  const tops = heights.map((_, index) => HEADER + heights.slice(0, index).reduce((sum, one) => sum + one, 0));
  const height = HEADER + heights.reduce((sum, one) => sum + one, 0) + FOOTER;
  const cells = rows.flatMap((row, index) => rowShapes(row, { top: tops[index] ?? 0, height: heights[index] ?? 0 }));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" font-family="system-ui, sans-serif" font-size="13">`,
    `<title>${escaped(`What gives ${subjects(detections)} away`)}</title>`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    heading(LEFT, "seen from outside"),
    heading(LEFT + COLUMN, "seen from inside"),
    ...cells,
    ...legend(height - FOOTER + 24),
    "</svg>",
  ].join("\n");
}

const PER_LINE = 24;
const STEP = 15;
const SIZE = 12;
const LEFT = 150;
const COLUMN = PER_LINE * STEP + 36;
const WIDTH = LEFT + 2 * COLUMN;
const HEADER = 34;
const FOOTER = 44;
const MIN_ROW = 52;

function rowShapes(row: readonly Cell[], { top, height }: { readonly top: number; readonly height: number }): readonly string[] {
  const title = row[0] === undefined ? "" : classTitles[row[0].class];
  return [
    `<line x1="0" y1="${top}" x2="${WIDTH}" y2="${top}" stroke="#d0d4da"/>`,
    `<text x="12" y="${top + height / 2 + 4}" fill="#1f2933" font-weight="600">${escaped(title)}</text>`,
    ...row.flatMap((cell, column) => cellShapes(cell, { x: LEFT + column * COLUMN, y: top })),
  ];
}

function cellShapes(cell: Cell, { x, y }: { readonly x: number; readonly y: number }): readonly string[] {
  const summary = cell.findings.length === 0 ? "not looked at" : `${cell.shown} shown of ${cell.looked} looked at`;
  const sorted = [...cell.findings].sort((one, other) => rank(one) - rank(other) || ratioOf(other) - ratioOf(one));
  return [
    `<text x="${x}" y="${y + 18}" fill="#52606d" font-size="11">${summary}</text>`,
    ...sorted.map((finding, index) =>
      square(finding, { x: x + (index % PER_LINE) * STEP, y: y + 26 + Math.floor(index / PER_LINE) * STEP }),
    ),
  ];
}

function square(finding: Finding, { x, y }: { readonly x: number; readonly y: number }): string {
  const words = `${finding.id}: ${finding.judgement.verdict}. ${finding.looksAt}: ${remark(finding)}`;
  return `<rect x="${x}" y="${y}" width="${SIZE}" height="${SIZE}" rx="2" ${paint(finding)}><title>${escaped(words)}</title></rect>`;
}

function rank({ judgement }: Finding): number {
  return ["shown", "clean", "unknown"].indexOf(judgement.verdict);
}

/** Red, in four steps by how much it says; green; an empty square where nothing could be looked at. */
function paint(finding: Finding): string {
  if (finding.judgement.verdict === "clean") return 'fill="#8fc9a3"';
  if (finding.judgement.verdict === "unknown") return 'fill="none" stroke="#c3cad3"';
  const ratio = ratioOf(finding);
  return `fill="${REDS[ratio < 2 ? 0 : ratio < 5 ? 1 : ratio < 50 ? 2 : 3]}"`;
}

const REDS = ["#f6c1b5", "#ee8f7c", "#d9503b", "#9b1c13"] as const;

function legend(y: number): readonly string[] {
  const marks = [
    [`fill="${REDS[0]}"`, "shown, says little"],
    [`fill="${REDS[3]}"`, "shown, says much"],
    ['fill="#8fc9a3"', "not shown"],
    ['fill="none" stroke="#c3cad3"', "could not look"],
  ] as const;
  return marks.flatMap(([style, words], index) => [
    `<rect x="${12 + index * 160}" y="${y - 11}" width="${SIZE}" height="${SIZE}" rx="2" ${style}/>`,
    `<text x="${32 + index * 160}" y="${y}" fill="#52606d" font-size="12">${words}</text>`,
  ]);
}

function heading(x: number, words: string): string {
  return `<text x="${x}" y="22" fill="#1f2933" font-weight="600">${words}</text>`;
}

function subjects(detections: readonly Detection[]): string {
  return [...new Set(detections.map(({ subject }) => subject))].join(" and ");
}

/** Text that is safe in HTML and XML, in content and in quoted attributes; whatever could move, hide or colour is made visible. */
export function escaped(text: string): string {
  return visible(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
