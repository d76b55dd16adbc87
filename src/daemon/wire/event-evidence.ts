import type { KindName } from "../../events/catalogue.ts";
import type { Event } from "../../events/event.ts";
import type { Evidence } from "../../suspicion/index.ts";

/** What a visitor does at a decoy. Nobody has a reason to, so each counts; a visit goes from suspect to hostile as it goes on. */
const TOUCHES: ReadonlySet<KindName> = new Set<KindName>([
  "connection.open",
  "auth.attempt",
  "command.input",
  "download.request",
  "exploit.attempt",
  "file.captured",
  "file.read",
  "tunnel.request",
]);

/** Undefined: it says nothing of a source. A TCP visitor's address is proved by its handshake; that of a datagram is not. */
export function eventEvidence({ kind, decoy, transport, source, destination }: Event): Evidence | undefined {
  if (!TOUCHES.has(kind) || decoy === undefined || source === undefined) return undefined;
  const proof = transport === "tcp" ? "handshake" : "none";
  return { source: source.address, proof, deed: { kind: "decoy", decoy, port: destination?.port ?? 0 } };
}
