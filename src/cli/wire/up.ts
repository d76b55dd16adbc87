import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { OperatorError } from "../../errors/operator-error.ts";
import { checkShape } from "../../shape/shape.ts";
import { ensureStaying } from "../../steward/client/staying.ts";
import { socketOf } from "../../steward/place.ts";
import { type WireSettings, wireShape } from "../../steward/wire/wire-settings.ts";
import { visible } from "../../wire/visible.ts";
import { type AskOptions, ask } from "../disguise/ask.ts";
import { print, printJson, say } from "../output.ts";
import { type Place, settingsOf } from "../state.ts";
import { statusLines } from "./status.ts";
import { wireStory, withStory } from "./with-story.ts";

interface UpOptions extends AskOptions, Place {
  readonly interface?: readonly string[];
  readonly story?: string;
  readonly account?: string;
}

export async function wireUp(options: UpOptions): Promise<void> {
  const story = options.story === undefined ? undefined : wireStory(options.story, options.folder);
  const { wire, accounts } = settingsOf(options);
  const asked = wantedSettings(story === undefined ? wire : withStory(wire, story.wish), options.interface);
  const place = { folder: options.folder, socket: socketOf(options.folder) };
  const started = await ensureStaying(place, options.account ?? (isAccount(accounts.sensor) ? accounts.sensor : undefined));
  if (started !== undefined) say(started);
  const status = await ask("wire.up", asked, options);
  if (options.json === true) return printJson(status);
  for (const line of [DID[status.did], ...statusLines(status), ...sensorLines(story?.wish.sensorSets)]) print(visible(line));
}

/** What the engine cannot say. */
function sensorLines(sets: readonly string[] = []): readonly string[] {
  if (sets.length === 0) return [];
  return [`The story's ${sets.join(", ")} need a sensor whose configuration has \`responders: { sets: [${sets.join(", ")}] }\`.`];
}

const DID = {
  raised: "Raised.",
  changed: "Raised anew with other settings.",
  patterns: "Other patterns are matched now.",
  nothing: "Nothing was to be done.",
} as const;

/** The sensor's need not be there: it may run as root, or as its owner. */
function isAccount(name: string): boolean {
  return spawnSync("id", ["-u", "--", name], { stdio: "ignore" }).status === 0;
}

/** @throws OperatorError `usage` where no interface is named anywhere, or it cannot be one's name */
function wantedSettings(configured: Partial<WireSettings> | undefined, names: readonly string[] | undefined): WireSettings {
  const interfaces = names?.map((name) => configured?.interfaces?.find((one) => one.name === name) ?? { name });
  const { value, problems } = checkShape(wireShape, { ...configured, ...(interfaces === undefined ? {} : { interfaces }) });
  if (value === undefined || value.interfaces.length === 0) {
    const why = problems.map(({ path, why: text }) => `${path.join(".")} ${text}`).join("; ");
    throw new OperatorError("usage", `The wire disguise needs to know where: ${why === "" ? "no interface is named" : why}.`, {
      next: "Give --interface NAME, or --config FILE with a section `wire`; `ip link` lists the interfaces.",
    });
  }
  return value.patternsFolder === undefined ? value : { ...value, patternsFolder: resolve(value.patternsFolder) };
}
