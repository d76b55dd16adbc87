import type { Command } from "commander";
import { startSensor } from "../daemon/sensor.ts";
import { eventLine } from "../insight/event-line.ts";
import { configOption, jsonOption, stateOption } from "./options.ts";
import { print, printJson, say } from "./output.ts";
import { type Place, settingsOf } from "./state.ts";

export function addUp(program: Command): void {
  program
    .command("up")
    .description("run the sensor here, and show what happens")
    .addOption(jsonOption())
    .option("--quiet", "do not show events")
    .addOption(stateOption())
    .addOption(configOption())
    .action(up);
}

interface UpOptions extends Place {
  readonly json?: boolean;
  readonly quiet?: boolean;
}

async function up({ json, quiet, ...place }: UpOptions): Promise<void> {
  const settings = settingsOf(place);
  const sensor = await startSensor(settings);
  const show = json === true ? printJson : (event: Event) => print(eventLine(event));
  if (quiet !== true) sensor.onDurable((events) => events.forEach(show));
  say(welcome(sensor, settings));
  await sensor.stopped;
}
