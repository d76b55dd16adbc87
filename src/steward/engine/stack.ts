import { OperatorError } from "../../errors/operator-error.ts";

/** How this host's stack looks to suspects; what is left out stays as it is. Window and timestamps of real packets always stay. */
export interface StackSettings {
  /** Time to live of IPv4, hop limit of IPv6: 1 to 255. */
  readonly ttl?: number | undefined;
  /** Identification of IPv4 packets; `zero` only where nobody has to fragment them (RFC 6864 §4.1). */
  readonly ipId?: "zero" | "sequential" | "random" | undefined;
  /** Order of the options of SYN-ACKs, such as `mss,nop,wscale,sack,timestamps`. */
  readonly options?: string | undefined;
}

const IDENTIFICATIONS = { zero: 1, sequential: 2, random: 3 } as const;
/** RFC 9293 §3.2, RFC 7323, RFC 2018. */
const KINDS: Readonly<Record<string, number>> = { nop: 1, mss: 2, wscale: 3, sack: 4, timestamps: 8 };
const NOP = 1;
const MOST_PLACES = 16;

/**
 * Kinds of options in the order that a text names, each but NOP at most once.
 *
 * @throws OperatorError `config-value`
 */
export function optionOrder(text: string): readonly number[] {
  const names = text.split(",").map((name) => name.trim());
  const kinds = names.flatMap((name) => (Object.hasOwn(KINDS, name) ? [KINDS[name] ?? 0] : []));
  const options = kinds.filter((kind) => kind !== NOP);
  if (kinds.length < names.length || kinds.length > MOST_PLACES || new Set(options).size < options.length)
    throw new OperatorError(
      "config-value",
      `"${text}" is no order of TCP options: each of ${Object.keys(KINDS).join(", ")} by commas, only nop more than once, ${MOST_PLACES} at most.`,
    );
  return kinds;
}

/** `struct toward_suspects`: wanted 1 · hops 1 · identification 1 · places 1 · order 16 · counted 4 (kernel/bpf/stack.h). */
export function towardSuspectsBytes({ ttl, ipId, options }: StackSettings, isLate: boolean): Buffer {
  const order = options === undefined ? [] : optionOrder(options);
  if (ttl !== undefined && (!Number.isInteger(ttl) || ttl < 1 || ttl > 255))
    throw new OperatorError("config-value", `${ttl} is no time to live: 1 to 255.`);
  const bytes = Buffer.alloc(24);
  const isOther = ttl !== undefined || ipId !== undefined || order.length > 0;
  bytes.writeUInt8(isOther || isLate ? 1 : 0, 0);
  bytes.writeUInt8(ttl ?? 0, 1);
  bytes.writeUInt8(ipId === undefined ? 0 : IDENTIFICATIONS[ipId], 2);
  bytes.writeUInt8(order.length, 3);
  bytes.set(order, 4);
  return bytes;
}
