import { createHash } from "node:crypto";
import { OperatorError } from "../../errors/operator-error.ts";
import { type Fingerprint, type Fingerprints, loadFingerprints } from "../fingerprints/index.ts";
import { rowsFor, whyNot } from "./rows.ts";
import type { SaidService } from "./said.ts";
import { loadSet, type ResponderSet } from "./set.ts";

/** What the sensor's responders say where, on this site. */
export interface Drawn {
  readonly services: readonly SaidService[];
  /** What was asked for and is not there, each a sentence. */
  readonly leftOut: readonly string[];
}

export interface DrawAsked {
  readonly sets: readonly string[];
  /** Ports that are not to be taken. */
  readonly leaveOut: readonly number[];
  /** What differs between sites. */
  readonly seed: string;
}

/**
 * The same site always shows the same. Where two sets want one port, the first has it: mixing two products on a port shows neither.
 * @throws OperatorError `responders-invalid`
 */
export function drawResponders({ sets, leaveOut, seed }: DrawAsked, known: Fingerprints = loadFingerprints()): Drawn {
  const taken = new Set(leaveOut);
  const services: SaidService[] = [];
  const left: string[] = [];
  for (const set of sets.map((name) => loadSet(name)))
    for (const { port, fingerprints, often } of set.services) {
      if (drawn(`${seed}\0${set.set}\0${port}`) >= often) continue;
      if (taken.has(port)) {
        left.push(`${set.title} is not shown on port ${port}: that is taken, or to be left out.`);
        continue;
      }
      taken.add(port);
      services.push({ port, rows: rowsFor(found(set, fingerprints, known), known) });
    }
  return { services, leftOut: left };
}

function drawn(label: string): number {
  return (createHash("sha256").update(label).digest().readUInt32BE() / 2 ** 32) * 100;
}

function found(set: ResponderSet, ids: readonly string[], known: Fingerprints): readonly Fingerprint[] {
  return ids.map((id) => {
    const fingerprint = known.all.find((one) => one.id === id);
    const why = fingerprint === undefined ? "there is none of that name" : whyNot(fingerprint);
    if (fingerprint !== undefined && why === undefined) return fingerprint;
    throw new OperatorError("responders-invalid", `The set ${set.set} names ${id}, but ${why ?? ""}.`);
  });
}
