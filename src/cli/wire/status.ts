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
export function statusLines(status: WireStatus): readonly string[] {
  const { state, since, settings, engine, patterns, watchers, leftOut, delay, elsewhere = [] } = status;
  if (state === "down" || engine === undefined) return [downLine(status), ...sentences("Why", leftOut)];
  return [
    `The wire disguise is up since ${since}.`,
    ...engineLines(engine),
    ...elsewhere.map(({ port, address, addressPort }) => `Suspects at port ${port} reach ${address} port ${addressPort}.`),
    `${patterns} patterns are matched.`,
    ...(settings === undefined || settings.delayMs === 0 ? [] : [`Suspects are answered ${settings.delayMs} ms late: ${DELAYS[delay]}.`]),
    watchers === 0 ? "No sensor watches: nobody becomes suspect." : `${watchers} ${watchers === 1 ? "watches" : "watch"}.`,
    countLine(engine),
    entryLine(engine),
    ...sentences("Not as it was asked for", leftOut),
  ];
}

function downLine({ since, settings }: Pick<WireStatus, "since" | "settings">): string {
  if (settings === undefined) return "The wire disguise is down.";
  return `The wire disguise is down, though asked for since ${since}. \`utsusemi wire up\` brings it back, or a steward that starts.`;
}

const DELAYS = {
  none: "not at all",
  fq: "by departure times (fq)",
  queue: "by a queue of nftables",
  decoys: "by decoys only",
  absent: "not on every interface",
} as const;

function engineLines({ interfaces, answeringPorts, handedOver }: EngineStatus): readonly string[] {
  return [
    ...interfaces.map(({ name, hook, isGone }) => `  ${name} at ${hook}${isGone ? " (vanished)" : ""}`),
    `${answeringPorts} unused ports answer.`,
    ...(handedOver.length === 0 ? [] : [`Suspects reach the sensor's decoys at port ${handedOver.join(", ")}.`]),
  ];
}

function countLine({ counts }: EngineStatus): string {
  const done = Object.entries(COUNTED).flatMap(([name, words]) => {
    const count = isCounted(name) ? counts[name] : 0;
    return count === 0 ? [] : [`${count} ${words}`];
  });
  return done.length === 0 ? "Nothing was to be answered so far." : `So far: ${done.join(", ")}.`;
}

/** What is worth a word, in the order in which it is told. */
const COUNTED = {
  synAcks: "connections answered at unused ports",
  probes: "probes answered",
  banners: "banners said",
  observed: "matches only seen",
  dropped: "packets dropped",
  replies: "nonsense replies",
  nonsense: "connections given nonsense",
  held: "connections held",
  handedOver: "matches handed over",
  ended: "connections of real servers ended",
  late: "packets sent late",
  land: "LAND packets",
  eventsLost: "events not told, so many came at once",
} as const;

function isCounted(name: string): name is keyof typeof COUNTED {
  return Object.hasOwn(COUNTED, name);
}

function entryLine({ entries }: EngineStatus): string {
  return `Sources: ${entries.trusted} trusted networks, ${entries.hostile} suspect or hostile, ${entries.seen} known or seen.`;
}
