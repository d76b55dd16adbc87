import { permittedTarget } from "../../detectors/probes/remote/permission.ts";
import { takeRemoteView } from "../../detectors/probes/remote/take-remote-view.ts";
import { isLaboratory, wireMeasurements } from "../../detectors/probes/remote/wire-measurements.ts";
import { detectRemote, remoteStimuli } from "../../detectors/remote-detectors.ts";
import { recognise } from "../../detectors/stimuli/recognise.ts";
import { encodeRemoteView } from "../../detectors/views/view-file.ts";
import { OperatorError } from "../../errors/operator-error.ts";
import { type Place, settingsOf } from "../state.ts";
import { type AnswerOptions, answer, writeNamed } from "./answer.ts";
import { progressLine } from "./progress-line.ts";

export interface RemoteOptions extends AnswerOptions, Place {
  readonly save?: string;
  readonly ports?: readonly number[];
  readonly quick?: boolean;
  readonly trials: boolean;
  readonly neighbour?: string;
  readonly land?: boolean;
}

/** Looks at one of the owner's hosts over the network, and judges it. Anything that is not the owner's is refused before a packet is sent. */
export async function detectThere(target: string, { save, config, quick = false, trials, ...options }: RemoteOptions): Promise<void> {
  const { ownHosts } = settingsOf(config === undefined ? {} : { config });
  const { addresses } = await permittedTarget(target, ownHosts);
  const neighbour = options.neighbour === undefined ? undefined : (await permittedTarget(options.neighbour, ownHosts)).addresses[0];
  const address = addresses[0] ?? target;
  if (options.land === true) refuseLandOutside(address);
  const progress = progressLine();
  const view = await takeRemoteView(target, {
    address,
    quick,
    trials,
    recognise,
    stimuli: remoteStimuli(),
    ...(options.ports === undefined ? {} : { ports: options.ports }),
    measurements: wireMeasurements({ land: options.land === true, ...(neighbour === undefined ? {} : { neighbour }) }),
    onProgress: ({ done, total, secondsLeft, what }) => progress.show(`${done} of ${total}, ${Math.ceil(secondsLeft)} s left: ${what}`),
  });
  progress.clear();
  if (save !== undefined) writeNamed(save, encodeRemoteView(view));
  answer([detectRemote(view)], options);
}

function refuseLandOutside(address: string): void {
  if (isLaboratory(address)) return;
  throw new OperatorError(
    "not-own-host",
    `--land sends a packet that can stop a host, so it is for private networks only, and ${address} is in none.`,
    {
      next: "Leave --land out, or try it on a host in a laboratory network or a network namespace.",
    },
  );
}
