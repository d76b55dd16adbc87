import type { SeenPacket, Sight } from "../../steward/verbs/api.ts";
import { type Evidence, journalEvidence, lineEvidence } from "../../suspicion/index.ts";
import { Recent } from "./recent.ts";

/**
 * What the engine saw, as evidence about a source.
 *
 * What must stay true: a packet that anybody could have sent in another's name is evidence without proof, which changes nothing. Proof is what
 * the engine calls so: a segment that fits the cookie of our SYN-ACK, or one of a connection that was established.
 */
export class SightEvidence {
  /** A connection's segments all prove the same: the first one counts. */
  readonly #connections = new Recent(MOST_CONNECTIONS);

  /** Undefined: it says nothing of anybody. */
  of(sight: Sight): Evidence | undefined {
    if (sight.sight === "log") return logEvidence(sight.text);
    return sight.sight === "packet" ? this.#ofPacket(sight) : undefined;
  }

  #ofPacket(sight: SeenPacket): Evidence | undefined {
    const { kind, from, to, fromPort, toPort, flags } = sight.event;
    switch (kind) {
      case "unused-port":
        return { source: from, proof: "none", deed: { kind: "contact", host: to, port: toPort, halfOpen: true } };
      case "proof":
        if (!this.#connections.add(`${from} ${fromPort} ${to} ${toPort}`)) return undefined;
        return { source: from, proof: "cookie", deed: { kind: "contact", host: to, port: toPort, halfOpen: (flags & RST) !== 0 } };
      case "odd-flags":
        return { source: from, proof: "none", deed: { kind: "odd", what: `a segment with ${flagNames(flags)}` } };
      case "land-dropped":
      case "land-dead":
        return { source: from, proof: "none", deed: { kind: "odd", what: "a LAND packet" } };
      case "pattern":
        return patternEvidence(sight);
      default:
        return undefined;
    }
  }
}

const MOST_CONNECTIONS = 16_384;
/** RFC 9293 §3.1. */
const FLAGS = ["FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"];
const RST = 4;

function flagNames(flags: number): string {
  const names = FLAGS.filter((_, bit) => (flags & (1 << bit)) !== 0);
  return names.length === 0 ? "no flags" : names.join(" and ");
}

function patternEvidence({ event, pattern, weight }: SeenPacket): Evidence | undefined {
  if (pattern === undefined || weight === undefined) return undefined;
  const proof = event.match?.isProved === true ? "handshake" : "none";
  return { source: event.from, proof, deed: { kind: "pattern", id: pattern, weight } };
}

/** A line of a log, or an entry of the journal as JSON. */
function logEvidence(text: string): Evidence | undefined {
  if (!text.startsWith("{")) return lineEvidence(text);
  try {
    const entry: unknown = JSON.parse(text);
    return typeof entry === "object" && entry !== null ? journalEvidence(Object.fromEntries(Object.entries(entry))) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
