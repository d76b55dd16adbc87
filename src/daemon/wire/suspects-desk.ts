import type { SuspectsChanged, SuspectsPort } from "../../control/api.ts";
import type { Reported } from "../../events/envelope.ts";
import { checkShape, integer, object, optional, type Shape, text } from "../../shape/shape.ts";
import { type Network, parseAddress, parseNetwork, type Transition } from "../../suspicion/index.ts";
import type { Gate } from "./gate.ts";

/** What operators can ask of the gate, and have it change. */
export function suspectsDesk(gate: Gate, tell: (observation: Reported) => void): SuspectsPort {
  const made = (transitions: readonly Transition[], action: string, by: string): SuspectsChanged => {
    tell({ kind: "operator.action", fields: { action, by } });
    gate.changed(transitions);
    return { changed: transitions.map(({ source, from, to, reason }) => ({ source, from, to, reason })) };
  };
  return {
    list: () => gate.suspicion.list().map(({ until, ...rest }) => ({ ...rest, until: Number.isFinite(until) ? until : null })),
    forgive: (body, by) =>
      checked(forgiveShape, body, ({ source }) => {
        const found = findSource(gate, source);
        if (found === undefined) return refused(400, `${source} is no address`);
        if (found === "unknown") return refused(404, `nothing is known of ${source}`);
        return made(gate.suspicion.forgive(found), `forgive ${source}`, by);
      }),
    trust: (body, by) =>
      checked(trustShape, body, ({ network, days }) => {
        const parsed = parseNetwork(network);
        if (parsed === undefined) return refused(400, `${network} is no address or network`);
        const until = days === undefined ? Number.POSITIVE_INFINITY : Date.now() + days * DAY_MS;
        const changes = gate.suspicion.trust(parsed, { until });
        if (changes === undefined) return refused(409, "there is no room to trust more");
        return made(changes, `trust ${network}${days === undefined ? "" : ` for ${days} days`}`, by);
      }),
    distrust: (body, by) =>
      checked(networkShape, body, ({ network }) => {
        const parsed = parseNetwork(network);
        if (parsed === undefined) return refused(400, `${network} is no address or network`);
        const why = whyNotTrusted(gate, parsed, network);
        return why ?? made(gate.suspicion.distrust(parsed), `distrust ${network}`, by);
      }),
  };
}

const DAY_MS = 86_400_000;
const network = text("An address or a network", { maxLength: 64 });
const forgiveShape = object("Who is forgiven", { source: text("An address, or a network as the list has it", { maxLength: 64 }) });
const networkShape = object("Which network", { network });
const trustShape = object("Who is trusted", {
  network,
  days: optional(integer("For how many days; until further notice unless given", 1, 3650)),
});

function checked<Asked>(shape: Shape<Asked>, body: unknown, act: (asked: Asked) => SuspectsChanged): SuspectsChanged {
  const { value, problems } = checkShape(shape, body);
  if (value !== undefined) return act(value);
  return refused(
    400,
    problems
      .slice(0, 5)
      .map(({ path, why }) => `${path.join(".") || "the request"} ${why}`)
      .join("; "),
  );
}

function refused(status: 400 | 404 | 409, error: string): SuspectsChanged {
  return { status, error };
}

/** The address by which the gate finds a source, which may be written as the network that the list shows. */
function findSource(gate: Gate, source: string): string | "unknown" | undefined {
  const [address = "", ...bits] = source.split("/");
  if (parseNetwork(source) === undefined || parseAddress(address) === undefined) return undefined;
  const opinion = gate.suspicion.list().find((one) => one.source === source && one.state !== "trusted");
  if (opinion !== undefined) return address;
  const isKnown = bits.length === 0 && gate.suspicion.remembers(address);
  return isKnown ? address : "unknown";
}

function whyNotTrusted(gate: Gate, parsed: Network, written: string): SuspectsChanged | undefined {
  if (gate.suspicion.trusted.isAlways(parsed)) return refused(409, `${written} is always trusted, by the configuration`);
  return gate.suspicion.trusted.isTrusting(parsed) ? undefined : refused(404, `nobody in ${written} is trusted by a list or a login`);
}
