import { type Command, Option } from "commander";
import { collectGarbageAfter } from "../daemon/collect-garbage.ts";
import { standardStateFolder } from "../daemon/configuration.ts";
import { type Sensor, startSensor } from "../daemon/sensor.ts";
import type { Settings } from "../daemon/settings.ts";
import type { Event } from "../events/event.ts";
import { eventLine } from "../insight/event-line.ts";
import { STEWARD_FOLDER } from "../steward/place.ts";
import { configOption, jsonOption, stateOption } from "./options.ts";
import { say } from "./output.ts";
import { Screen } from "./screen.ts";
import { type Place, settingsOf } from "./state.ts";

interface UpOptions extends Place {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly steward: string;
}

export function addUp(program: Command): void {
  program
    .command("up")
    .description("run the sensor here, and show what happens")
    .addOption(jsonOption())
    .option("--quiet", "do not show events")
    .addOption(new Option("--steward <folder>", "the steward's folder").env("UTSUSEMI_STEWARD").default(STEWARD_FOLDER))
    .addOption(stateOption())
    .addOption(configOption())
    .action(up);
}

/** By then the start is over, and the index has caught up. */
const SETTLED_MS = 1000;

async function up(options: UpOptions): Promise<void> {
  const settings = settingsOf(options);
  const ending = new Ending();
  const screen = new Screen(() => ending.come("nobody reads standard output"));
  const line = options.json === true ? (event: Event) => JSON.stringify(event) : eventLine;
  const sensor = await startSensor(
    settings,
    options.quiet === true ? undefined : (events) => events.forEach((event) => void screen.line(line(event))),
    options.steward,
  );
  say(welcome(sensor, settings));
  screen.open();
  collectGarbageAfter(SETTLED_MS);
  const reason = await ending.came;
  say("Stopping: ending visits, keeping what is left to keep.");
  await sensor.stop(reason);
  await screen.close();
  // What a visitor's connection or a timer still holds open has nothing to do any more.
  process.exit(0);
}

/** Why the sensor is to end. The first signal ends it in good order, also while it is still starting; a second one ends it at once. */
class Ending {
  readonly came: Promise<string>;
  readonly come: (reason: string) => void;

  constructor() {
    const { promise, resolve } = Promise.withResolvers<string>();
    this.came = promise;
    this.come = resolve;
    let signals = 0;
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      process.on(signal, () => {
        signals += 1;
        if (signals > 1) process.exit(1);
        resolve(signal);
      });
    }
  }
}

function welcome(sensor: Sensor, settings: Settings): string {
  const first = sensor.listening[0];
  const ssh = sensor.listening.find(({ decoy }) => decoy === "ssh") ?? first;
  return [
    `This host shows ${sensor.persona}.`,
    ...sensor.listening.map(({ decoy, address, port }) => `  ${decoy.padEnd(7)} ${address} port ${port}`),
    `State: ${settings.state}`,
    ...sensor.notes.map((note) => `Note: ${note}`),
    "Try, in another terminal:",
    ...(ssh === undefined ? [] : [`  ssh -p ${ssh.port} root@${ssh.address}     password 123456`]),
    `  npx utsusemi sessions${placeFlag(settings)}`,
    "Stop with ^C. What happens is shown here:",
  ].join("\n");
}

/** What other commands need to find this sensor. */
function placeFlag({ state }: Settings): string {
  return state === standardStateFolder() ? "" : ` --state ${state}`;
}
