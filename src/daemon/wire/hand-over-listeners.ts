import { decoyDescriptions } from "../../decoys/descriptions.ts";
import { OperatorError } from "../../errors/operator-error.ts";
import { type Bound, bindAll, type ListenOn } from "../../host/listening.ts";
import type { HandOverAsked } from "../../steward/verbs/api.ts";
import type { Settings } from "../settings.ts";

/**
 * The sockets at which suspects arrive instead of real services. The kernel gives connections of both versions only to a socket that takes both:
 * where a decoy has none such, it gets one of its own on loopback. (::ffff:127.0.0.1 is one: it takes both versions from the kernel's hand, and
 * nobody from another host can connect to it.)
 */
export function bindForHandOver(settings: Settings): readonly Bound[] {
  const wanted = new Set(handedDecoys(settings));
  for (const { decoy, address } of settings.listen) if (address === BOTH_VERSIONS) wanted.delete(decoy);
  return [...wanted].flatMap(bindOwn);
}

/** Names of the decoys that suspects meet at a real service's port. @throws OperatorError `config-value` */
export function handedDecoys({ wire }: Settings): readonly string[] {
  const names = new Set((wire?.handOver ?? []).flatMap(({ decoy }) => (decoy === undefined ? [] : [decoy])));
  const known = decoyDescriptions.map(({ name }) => name);
  for (const name of names)
    if (!known.includes(name))
      throw new OperatorError("config-value", `wire.handOver names ${name}, which is no decoy; there are ${known.join(", ")}.`);
  return [...names];
}

/** What the steward is to be given: for each port the socket of its decoy. */
export function handOvers({ wire }: Settings, listeners: readonly Listener[]): readonly HandOverAsked[] {
  return (wire?.handOver ?? []).flatMap(({ port, decoy }) => {
    const own = listeners.filter((one) => one.decoy === decoy);
    const best = own.find(({ address }) => address === BOTH_VERSIONS || address === BOTH_ON_LOOPBACK) ?? own[0];
    return best?.descriptor === undefined ? [] : [{ port, descriptor: best.descriptor }];
  });
}

/** What the operator should know. */
export function handOverNotes({ wire }: Settings): readonly string[] {
  return (wire?.handOver ?? []).flatMap(({ port, decoy }) =>
    decoy === undefined ? [] : [`While the wire disguise is up, suspects who connect to port ${port} reach the decoy ${decoy}.`],
  );
}

type Listener = ListenOn & { readonly descriptor: number | undefined };

const BOTH_VERSIONS = "::";
const BOTH_ON_LOOPBACK = "::ffff:127.0.0.1";

/** A kernel without IPv6 has IPv4 alone. */
function bindOwn(decoy: string): readonly Bound[] {
  try {
    return bindAll([{ decoy, address: BOTH_ON_LOOPBACK, port: 0 }]);
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    return bindAll([{ decoy, address: "127.0.0.1", port: 0 }]);
  }
}
