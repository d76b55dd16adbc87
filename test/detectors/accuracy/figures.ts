import { visible } from "../../../src/wire/visible.ts";
import { idsShownBy, type Judged, outcomeOf, shownBy } from "./judged.ts";
import { groups, type Half, type Subject } from "./subject.ts";

/** What the labelled set says, as text: the same on the terminal, in docs/accuracy.md and when a test fails. */

const halves: readonly Half[] = ["tuning", "reported"];

/** A row for each half and group: how many, and how the verdicts fell. */
export function figuresTable(all: readonly Judged[]): string {
  const rows = halves.flatMap((half) =>
    groups.map((group) =>
      rowOf(
        all.filter((one) => one.half === half && one.subject.group === group),
        half,
        group,
      ),
    ),
  );
  return [`| half | hosts | number | called honeypot | called real | undecided | wrong |`, "|---|---|---|---|---|---|---|", ...rows].join(
    "\n",
  );
}

function rowOf(some: readonly Judged[], half: Half, group: Subject["group"]): string {
  const verdicts = (["honeypot", "real", "undecided"] as const).map(
    (verdict) => some.filter(({ detection }) => detection.assessment.verdict === verdict).length,
  );
  return `| ${half} | ${group} | ${[some.length, ...verdicts, some.filter((one) => outcomeOf(one) === "wrong").length].join(" | ")} |`;
}

/** Everything that did not get the verdict that it should, with what was seen. */
export function misses(all: readonly Judged[]): readonly string[] {
  return all.filter((one) => one.subject.want !== undefined && outcomeOf(one) !== "right").map(lineOf);
}

export function lineOf(judged: Judged): string {
  const { verdict, likelihood } = judged.detection.assessment;
  const seen = shownBy(judged).map(
    ({ id, judgement }) => `${id} (${judgement.verdict === "shown" ? visible(judgement.seen).slice(0, 120) : ""})`,
  );
  return `${judged.subject.name}: ${verdict}, ${likelihood.toFixed(3)}: ${seen.length > 0 ? seen.join("; ") : "nothing seen"}`;
}

/** Real servers on which a check speaks: what weighs too much, or looks too coarsely. */
export function falseSigns(all: readonly Judged[]): readonly string[] {
  const real = all.filter(({ subject }) => subject.group === "real server");
  const ids = [...new Set(real.flatMap(idsShownBy))].sort();
  return ids.map((id) => {
    const names = real.filter((one) => idsShownBy(one).includes(id)).map(({ subject }) => subject.name);
    return `\`${id}\`: ${names.length} of ${real.length} (${names.slice(0, 4).join("; ")}${names.length > 4 ? "; ..." : ""})`;
  });
}

/** What published tools say of real servers, by tool. */
export function falseAlarmsOfTools(all: readonly Judged[]): readonly string[] {
  const real = all.filter(({ subject }) => subject.group === "real server");
  const tools = [...new Set(real.flatMap(({ detection }) => detection.known.map(({ id }) => id)))];
  return tools.map((tool) => {
    const fooled = real.filter(({ detection }) => detection.known.some(({ id, verdict }) => id === tool && verdict.sees === "honeypot"));
    return `${tool}: ${fooled.length} of ${real.length}${fooled.length > 0 ? ` (${fooled.map(({ subject }) => subject.name).join("; ")})` : ""}`;
  });
}
