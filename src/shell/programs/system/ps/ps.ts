import type { Execution, Process, ProcessInfo, Program } from "../../../program.ts";
import { compareBytes } from "../../compare.ts";
import { usageBlock } from "../../usage.ts";
import { busyboxPs } from "./busybox-ps.ts";
import { type Column, type PsView, pidWidth, psTable } from "./columns.ts";
import { asForest } from "./forest.ts";
import { type PsRequest, readRequest } from "./request.ts";

/** The process table, as /proc has it. */
export const ps: Program = {
  name: "ps",
  *run(process) {
    if (process.flavour === "busybox") return yield* busyboxPs(process);
    const request = readRequest(process);
    if ("wrong" in request) return yield* mistake(process, request.wrong);
    if (request.version) {
      yield* process.print("ps from procps-ng 4.0.2\n");
      return 0;
    }
    const { rows, view } = select(process, request);
    const width = lineWidth(process, request.wide);
    const lines = psTable(request.columns, rows, view).slice(request.headers ? 0 : 1);
    for (const line of lines) yield* process.print(`${line.slice(0, width)}\n`);
    return rows.length === 0 ? 1 : 0;
  },
};

export function psView(process: Process): PsView {
  const { system } = process;
  return { process, wallMs: system.now().wallMs, uptimeSeconds: system.uptimeSeconds(), pidWidth: pidWidth(process), forest: new Map() };
}

function select(process: Process, request: PsRequest): { rows: readonly ProcessInfo[]; view: PsView } {
  const view = psView(process);
  const rows = process.system.processes().filter(request.chosen);
  const sorted = request.sort.length === 0 ? rows : rows.toSorted((one, other) => compare([one, other], request.sort, view));
  if (!request.forest) return { rows: sorted, view };
  const forest = asForest(sorted);
  return { rows: forest.rows, view: { ...view, forest: forest.prefixes } };
}

interface SortKey {
  readonly column: Column;
  readonly down: boolean;
}

function compare(pair: readonly [ProcessInfo, ProcessInfo], sort: readonly SortKey[], view: PsView): number {
  for (const { column, down } of sort) {
    const order = compareBy(column, pair, view);
    if (order !== 0) return down ? -order : order;
  }
  return 0;
}

function compareBy({ key, show }: Column, [one, other]: readonly [ProcessInfo, ProcessInfo], view: PsView): number {
  return key === undefined ? compareBytes(show(one, view), show(other, view)) : key(one, view) - key(other, view);
}

/** A terminal cuts lines; a pipe does not. */
function lineWidth(process: Process, wide: number): number {
  if (wide > 0) return wide;
  return process.isTerminal(1) ? (process.terminal?.columns ?? 80) : Number.POSITIVE_INFINITY;
}

function* mistake(process: Process, wrong: string): Execution {
  const text = wrong.startsWith("error: ") || wrong.startsWith("user name") ? wrong.replace("error: ", "") : wrong;
  yield* process.write(2, `error: ${text}\n`);
  yield* process.write(
    2,
    usageBlock("ps").replace(
      "\n\nFor",
      "\n\n Try 'ps --help <simple|list|output|threads|misc|all>'\n  or 'ps --help <s|l|o|t|m|a>'\n for additional help text.\n\nFor",
    ),
  );
  return 1;
}
