import type { Finding } from "../check.ts";
import { SIDES, type Side, TRAIT_CLASSES, type TraitClass } from "../classification.ts";
import type { Detection } from "../detection.ts";

/** The table of the literature: class by side, each cell with the checks that fall into it. */
export interface Cell {
  readonly class: TraitClass;
  readonly side: Side;
  readonly findings: readonly Finding[];
  readonly shown: number;
  readonly looked: number;
}

/** Rows are classes, columns sides, in the order of the lists. A side that no detection covers has empty cells. */
export function matrix(detections: readonly Detection[]): readonly (readonly Cell[])[] {
  const findings = detections.flatMap((detection) => detection.findings);
  return TRAIT_CLASSES.map((row) => SIDES.map((side) => cell(row, side, findings)));
}

function cell(row: TraitClass, side: Side, all: readonly Finding[]): Cell {
  const findings = all.filter((finding) => finding.class === row && finding.side === side);
  const having = (verdict: string) => findings.filter(({ judgement }) => judgement.verdict === verdict).length;
  return { class: row, side, findings, shown: having("shown"), looked: having("shown") + having("clean") };
}

/** What a finding says, in one line: what was seen, or why nothing could be. */
export function remark({ judgement }: Finding): string {
  return judgement.verdict === "unknown" ? judgement.why : judgement.seen;
}
