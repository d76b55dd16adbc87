/**
 * Looks at the labelled set and says how right the verdicts are.
 *
 *     node test/detectors/accuracy/run.ts [--views FOLDER] [--write] [PATTERN]
 *
 * With `--views` the views are kept there as files, for `tune.ts`; with `--write` docs/accuracy.md and decoy-todo.txt are written anew; with a
 * pattern only hosts whose names have it are looked at. Needs root; the servers run in namespaces of their own.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { runApart } from "./apart.ts";
import { decoyTodo, decoyTodoFile } from "./decoy-todo.ts";
import { figuresTable, lineOf, misses } from "./figures.ts";
import { judge } from "./judged.ts";
import { takeViews } from "./labelled-set.ts";
import { accuracyPage } from "./page.ts";
import { saveView } from "./saved-views.ts";
import { subjects } from "./subjects.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { views: { type: "string" }, write: { type: "boolean" }, inside: { type: "boolean" } },
});

async function look(): Promise<void> {
  const wanted = subjects.filter(({ name }) => name.includes(positionals[0] ?? ""));
  const taken = await takeViews(wanted, (one) => {
    if (values.views !== undefined) saveView(values.views, one);
    process.stdout.write(`${lineOf(judge(one))}\n`);
  });
  const all = taken.map(judge);
  process.stdout.write(`\n${figuresTable(all)}\n\nMisses:\n${misses(all).join("\n")}\n`);
  if (values.write !== true) return;
  writeFileSync(join(import.meta.dirname, "../../../docs/accuracy.md"), accuracyPage(all));
  writeFileSync(
    decoyTodoFile,
    decoyTodo(all)
      .map((line) => `${line}\n`)
      .join(""),
  );
}

if (values.inside === true) await look();
else process.exitCode = await runApart(process.argv.slice(2));
