import type { Check } from "./check.ts";
import { checks as fingerprints } from "./checks/remote/fingerprints/index.ts";
import { checks as kind } from "./checks/remote/kind/index.ts";
import { checks as stack } from "./checks/remote/stack/index.ts";
import { checks as trait } from "./checks/remote/trait/index.ts";
import { type Detection, detect } from "./detection.ts";
import { fingerprintStimuli } from "./fingerprints/index.ts";
import { knownRemoteDetectors } from "./known/remote/index.ts";
import { knownStimuli } from "./known/remote/stimuli.ts";
import { withStimuli } from "./stimuli/index.ts";
import type { Stimulus } from "./stimuli/stimulus.ts";
import type { RemoteView } from "./views/remote-view.ts";

/** Everything that judges a host from outside. */
export const remoteChecks: readonly Check<RemoteView>[] = [...trait, ...kind, ...fingerprints, ...stack];

export const remoteDetectors = { checks: remoteChecks, known: knownRemoteDetectors };

/** Everything that is said to a host: for the checks, for the known tools, for the fingerprints; each once. */
export function remoteStimuli(): readonly Stimulus[] {
  return withStimuli(knownStimuli, fingerprintStimuli());
}

export function detectRemote(view: RemoteView): Detection {
  const subject = view.target === view.address ? view.target : `${view.target} (${view.address})`;
  return detect(view, remoteDetectors, { side: "remote", subject, leftOut: view.leftOut });
}
