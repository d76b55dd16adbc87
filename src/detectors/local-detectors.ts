import { hostname } from "node:os";
import type { Check } from "./check.ts";
import { checks as kind } from "./checks/local/kind/index.ts";
import { checks as logging } from "./checks/local/logging/index.ts";
import { checks as trait } from "./checks/local/trait/index.ts";
import { checks as machine } from "./checks/local/vm/index.ts";
import { type Detection, detect } from "./detection.ts";
import { knownLocalDetectors } from "./known/local/index.ts";
import type { LocalView } from "./views/local-view.ts";

/** Everything that judges a host from inside. */
export const localChecks: readonly Check<LocalView>[] = [...trait, ...kind, ...logging, ...machine];

export const localDetectors = { checks: localChecks, known: knownLocalDetectors };

export function detectLocal(view: LocalView): Detection {
  return detect(view, localDetectors, { side: "local", subject: view.uname?.node ?? hostname(), leftOut: notSeen(view) });
}

function notSeen(view: LocalView): readonly string[] {
  return [
    ...(view.uid === 0 ? [] : ["what only root may read: run as root to see as much as an intruder with root would"]),
    ...(view.instructions === undefined ? ["what the processor answers: there is no probe for this processor, or it could not run"] : []),
    ...(view.kernelLog === undefined ? ["the kernel's log: not readable"] : []),
    ...(Object.keys(view.commands).length === 0 ? ["the battery of commands: not run"] : []),
  ];
}
