import { createHash } from "node:crypto";
import { OperatorError } from "../../errors/operator-error.ts";
import { type Fingerprint, type Fingerprints, loadFingerprints } from "../fingerprints/index.ts";
import { rowsFor, whyNot } from "./rows.ts";
import type { SaidService } from "./said.ts";
import { loadSet, type ResponderSet } from "./set.ts";

/** What the sensor's responders say where, on this site. */
export interface Drawn {
  /** Over TCP. */
  readonly services: readonly SaidService[];
  /** Over UDP: one answer to one question. */
  readonly datagrams: readonly SaidService[];
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
  const leftFree = new Set(leaveOut);
  const taken = new Set<string>();
  const drawn: Record<Transport, SaidService[]> = { tcp: [], udp: [] };
  const left: string[] = [];
  for (const { set, service } of sets.flatMap((name) => servicesOf(loadSet(name), seed))) {
    const { port, transport, fingerprints } = service;
    if (taken.has(`${transport}:${port}`) || leftFree.has(port)) {
      left.push(`${set.title} is not shown on port ${port}: that is taken, or to be left out.`);
      continue;
    }
    taken.add(`${transport}:${port}`);
    drawn[transport].push({ port, rows: rowsFor(found({ set, transport }, fingerprints, known), known) });
  }
  return { services: drawn.tcp, datagrams: drawn.udp, leftOut: left };
}

/** What of a set this site shows. */
function servicesOf(set: ResponderSet, seed: string): readonly { readonly set: ResponderSet; readonly service: Service }[] {
  const label = ({ transport, port }: Service) => `${seed}\0${set.set}\0${transport === "tcp" ? "" : transport}${port}`;
  return set.services.filter((service) => chance(label(service)) < service.often).map((service) => ({ set, service }));
}

type Service = ResponderSet["services"][number];
type Transport = "tcp" | "udp";

function chance(label: string): number {
  return (createHash("sha256").update(label).digest().readUInt32BE() / 2 ** 32) * 100;
}

interface Asking {
  readonly set: ResponderSet;
  readonly transport: Transport;
}

function found({ set, transport }: Asking, ids: readonly string[], known: Fingerprints): readonly Fingerprint[] {
  return ids.map((id) => {
    const fingerprint = known.all.find((one) => one.id === id);
    const why = fingerprint === undefined ? "there is none of that name" : whyNot(fingerprint, transport);
    if (fingerprint !== undefined && why === undefined) return fingerprint;
    throw new OperatorError("responders-invalid", `The set ${set.set} names ${id}, but ${why ?? ""}.`);
  });
}
