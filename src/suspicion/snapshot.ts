import { checkShape, choice, flag, integer, list, type Of, object, type Shape, standard, text } from "../shape/shape.ts";
import type { SuspicionSettings } from "./settings.ts";
import { formatNetwork, parseNetwork } from "./source.ts";
import { newStanding, type Standing } from "./standing.ts";
import { Suspicion } from "./suspicion.ts";
import type { Trusted } from "./trust.ts";

/**
 * What is thought of the sources as plain data, to be kept over a restart: who is trusted by a login, known, suspect or hostile. Windows of counting
 * are not in it. What is read back is checked like everything that comes from a file; one that is wrong gives a new beginning.
 */
const time = (summary: string) => integer(`${summary}, milliseconds since 1970`, 0, Number.MAX_SAFE_INTEGER);
const points = (summary: string): Shape<number> => ({
  ...{ summary, allowed: "a number from 0 to 1000", optional: false, standard: undefined },
  check: (value, path, problems) => {
    if (typeof value === "number" && value >= 0 && value <= 1000) return value;
    problems.push({ path, why: "must be a number from 0 to 1000" });
    return undefined;
  },
});
const source = text("An address or network", { maxLength: 64 });
const reason = text("Why", { maxLength: 1000 });

const snapshotShape = object("What is thought of sources", {
  version: integer("Version", 1, 1),
  trusted: list("Logins", object("A login", { source, since: time("Since"), until: time("Until"), reason }), 100_000),
  allowed: standard(
    list("What operators trust", object("A network", { source, since: time("Since"), until: time("Until"), reason }), 100_000),
    [],
  ),
  sources: list(
    "Sources",
    object("A source", {
      ...{ source, since: time("Since"), reason, at: time("As of"), knownUntil: time("Known until") },
      state: choice("State", ["known", "unknown", "suspect", "hostile"]),
      deeds: points("Points for deeds"),
      scan: points("Points for contacts"),
      revoked: flag("Trust was taken from it"),
    }),
    3_000_000,
  ),
});

export type Snapshot = NonNullable<Of<typeof snapshotShape>>;

export function takeSnapshot(suspicion: Suspicion): Snapshot {
  const trusted = suspicion.trusted.logins().map(plainTrust);
  const allowed = suspicion.trusted.trustedByOperators().map(plainTrust);
  const sources = [...suspicion.standings()].filter(({ state }) => state !== "unknown").map(plain);
  return { version: 1, trusted, allowed, sources };
}

/** JSON has no Infinity. */
function plainTrust({ network, since, until, reason: why }: Trusted): Snapshot["trusted"][number] {
  return { source: formatNetwork(network), since, until: Math.min(until, Number.MAX_SAFE_INTEGER), reason: why };
}

/** @returns undefined where it is no snapshot. Points and trust decay by the time that has passed. */
export function restoreSnapshot(value: unknown, settings: SuspicionSettings, now: () => number): Suspicion | undefined {
  const { value: snapshot } = checkShape(snapshotShape, value);
  if (snapshot === undefined) return undefined;
  const suspicion = new Suspicion(settings, now);
  for (const one of snapshot.trusted) {
    const network = parseNetwork(one.source);
    if (network !== undefined && one.until > now()) suspicion.trusted.restoreLogin({ ...one, network, revocable: true });
  }
  for (const one of snapshot.allowed) {
    const network = parseNetwork(one.source);
    if (network !== undefined && one.until > now()) suspicion.trusted.allow({ ...one, network, revocable: true });
  }
  for (const one of snapshot.sources) {
    const network = parseNetwork(one.source);
    if (network !== undefined) suspicion.restore({ ...newStanding(network, now()), ...one, network });
  }
  return suspicion;
}

function plain({ network, state, since, reason: why, at, knownUntil, deeds, scan, revoked }: Standing): Snapshot["sources"][number] {
  return { source: formatNetwork(network), state, since, reason: why, at, knownUntil, deeds, scan, revoked };
}
