import type { EngineStatus } from "../../steward/engine/engine.ts";
import type { WireStatus } from "../../steward/verbs/api.ts";
import { visible } from "../../wire/visible.ts";
import { type AskOptions, ask } from "../disguise/ask.ts";
import { sentences } from "../disguise/sentences.ts";
import { print, printJson } from "../output.ts";

export async function wireStatus(options: AskOptions): Promise<void> {
  const status = await ask("wire.status", {}, options);
  if (options.json === true) return printJson(status);
  for (const line of statusLines(status)) print(visible(line));
}

/** As `up` and `status` show it. */
export function statusLines({ state, since, settings, engine, patterns, watchers, leftOut }: WireStatus): readonly string[] {
  if (state === "down" || engine === undefined)
    return settings === undefined
      ? ["The wire disguise is down."]
      : [`The wire disguise is down: the steward that held it since ${since} has ended. \`utsusemi wire up\` brings it back.`];
  return [
    `The wire disguise is up since ${since}.`,
    ...engineLines(engine),
    `${patterns} patterns are matched.`,
    watchers === 0 ? "No sensor watches: nobody becomes suspect." : `${watchers} watch.`,
    ...sentences("Left out", leftOut),
  ];
}

function engineLines({ interfaces, answeringPorts, problem, handedOver }: EngineStatus): readonly string[] {
  return [
    ...interfaces.map(({ name, hook, isGone }) => `  ${name} at ${hook}${isGone ? ": it has vanished, and the engine there with it" : ""}`),
    `${answeringPorts} unused ports answer.`,
    ...(handedOver.length === 0 ? [] : [`Suspects reach decoys at port ${handedOver.join(", ")}.`]),
    ...(problem === undefined ? [] : [`Unused ports do not answer now: ${problem}`]),
  ];
}
