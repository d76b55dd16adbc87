import type { Verified, VerifyAnswer } from "../../steward/verbs/api.ts";
import { visible } from "../../wire/visible.ts";
import { print, printJson, table } from "../output.ts";
import { type AskOptions, ask } from "./ask.ts";

/** Status 0 where every detector that could be asked said what was foretold. */
export async function verifyDisguise(options: AskOptions): Promise<void> {
  const answer = await ask("disguise.verify", {}, options);
  if (answer.rows.some(({ result }) => result === "differs")) process.exitCode = 1;
  if (options.json === true) return printJson(answer);
  print(screenLines(answer).join("\n"));
}

const RESULTS: Readonly<Record<Verified["result"], string>> = {
  equal: "as foretold",
  differs: "DIFFERS",
  "not-installed": "not installed",
  "cannot-run": "cannot be run",
};

function screenLines({ story, rows }: VerifyAnswer): readonly string[] {
  const asked = rows.filter(({ result }) => result === "equal" || result === "differs");
  const equal = asked.filter(({ result }) => result === "equal").length;
  return [
    `${story}: ${equal} of ${asked.length} answers are as foretold.`,
    "",
    table([["SCOPE", "DETECTOR", "", "SAYS"], ...rows.map(rowOf)]),
  ];
}

function rowOf({ scope, detector, foretold, answered, result, why }: Verified): readonly string[] {
  const says = answered === undefined ? (why ?? "") : result === "equal" ? answered : `${answered}, foretold was ${foretold}`;
  return [scope, detector, RESULTS[result], visible(says.replaceAll("\n", "; "))];
}
