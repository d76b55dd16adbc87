import { controlClient } from "../../control/client.ts";
import { OperatorError } from "../../errors/operator-error.ts";
import { visible } from "../../wire/visible.ts";
import { print, printJson } from "../output.ts";
import { controlSocket, type Place, settingsOf } from "../state.ts";

export interface ChangeOptions extends Place {
  readonly json?: boolean;
  readonly for?: number;
}

/** @throws OperatorError `source-invalid`, `not-found`, `sensor-down` */
export async function changeSuspects(change: string, given: string, { json, for: days, ...place }: ChangeOptions): Promise<void> {
  const body = change === "forgive" ? { source: given } : { network: given, ...(days === undefined ? {} : { days }) };
  const answer = await controlClient(controlSocket(settingsOf(place))).post(`/v1/suspects/${change}`, body, refusal);
  if (json === true) printJson(answer);
  else for (const line of changeLines(answer, given)) print(visible(line));
}

function changeLines(answer: unknown, given: string): readonly string[] {
  const changed: unknown = typeof answer === "object" && answer !== null && "changed" in answer ? answer.changed : [];
  const lines = Array.isArray(changed)
    ? changed.filter(isChange).map(({ source, from, to, reason }) => `${source}: ${from} > ${to} (${reason})`)
    : [];
  return lines.length === 0 ? [`${given} is in the state that it was in.`] : lines;
}

function isChange(value: unknown): value is Readonly<Record<"source" | "from" | "to" | "reason", string>> {
  return typeof value === "object" && value !== null && "source" in value && "from" in value && "to" in value && "reason" in value;
}

function refusal(status: number, error: string): OperatorError {
  const sentence = `${error.slice(0, 1).toUpperCase()}${error.slice(1)}.`;
  if (status === 404) return new OperatorError("not-found", sentence, { next: "`utsusemi suspects` lists what is known." });
  if (status === 400) return new OperatorError("source-invalid", sentence);
  return new OperatorError("usage", sentence, { next: "The configuration's section `suspicion` has the lists and their room." });
}
