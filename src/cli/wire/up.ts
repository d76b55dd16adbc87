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

interface UpOptions extends AskOptions, Place {
  readonly interface?: readonly string[];
}

export async function wireUp(options: UpOptions): Promise<void> {
  const asked = wantedSettings(settingsOf(options).wire, options.interface);
  const log = await ensureStaying({ folder: options.folder, socket: socketOf(options.folder) });
  if (log !== undefined) say(`Started a steward that stays; its log is ${log}.`);
  const status = await ask("wire.up", asked, options);
  if (options.json === true) return printJson(status);
  for (const line of [DID[status.did], ...statusLines(status)]) print(visible(line));
}

const DID = {
  raised: "Raised.",
  changed: "Raised anew with other settings.",
  patterns: "Other patterns are matched now.",
  nothing: "Nothing was to be done.",
} as const;

/** @throws OperatorError `usage` where no interface is named anywhere, or it cannot be one's name */
function wantedSettings(configured: WireSettings | undefined, names: readonly string[] | undefined): WireSettings {
  const interfaces = names?.map((name) => configured?.interfaces.find((one) => one.name === name) ?? { name });
  const { value, problems } = checkShape(wireShape, { ...configured, ...(interfaces === undefined ? {} : { interfaces }) });
  if (value === undefined || value.interfaces.length === 0) {
    const why = problems.map(({ path, why: text }) => `${path.join(".")} ${text}`).join("; ");
    throw new OperatorError("usage", `The wire disguise needs to know where: ${why === "" ? "no interface is named" : why}.`, {
      next: "Give --interface NAME, or --config FILE with a section `wire`; `ip link` lists the interfaces.",
    });
  }
  return value.patternsFolder === undefined ? value : { ...value, patternsFolder: resolve(value.patternsFolder) };
}
