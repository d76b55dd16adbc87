import { catalogue, needsOf } from "../../disguise/catalogue.ts";
import { quickView } from "../../disguise/live-view.ts";
import { print, printJson, table } from "../output.ts";

/** The catalogue, with what each clue needs of this host. */
export function showClues({ json }: { readonly json?: boolean }): void {
  const view = quickView();
  const rows = catalogue.map((clue) => ({ clue, here: needsOf(clue, view) }));
  if (json === true) {
    for (const { clue, here } of rows) printJson({ ...clue, here });
    return;
  }
  const lines = rows.map(({ clue, here }) => {
    const needs = Object.entries(here).filter(([, presence]) => presence !== "present");
    const lacking = clue.built ? needs.map(([need, presence]) => `${need}: ${presence}`).join(", ") || "all there" : "not built yet";
    return [clue.id, String(clue.cost), String(clue.risk), lacking, clue.shows];
  });
  print(table([["CLUE", "COST", "RISK", "NEEDS HERE", "SHOWS"], ...lines]));
}
