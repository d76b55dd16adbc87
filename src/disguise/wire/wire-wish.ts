/**
 * What wire clues ask of the wire disguise: a part of the configuration's section `wire`, as plain data, and sets for the sensor's own
 * responders. Where clues meet, lists are joined and of single values the last counts; no clue takes away what another one asks for.
 */
export interface WireWish {
  readonly unused?: { readonly tarpit?: readonly string[]; readonly responders?: readonly string[] };
  readonly patterns?: true;
  readonly land?: true;
  readonly delayMs?: number;
  readonly stack?: { readonly ttl?: number; readonly ipId?: "zero" | "sequential" | "random"; readonly options?: string };
  readonly handOver?: readonly { readonly port: number; readonly decoy: string }[];
  /** Sets for the section `responders` of the sensor's configuration: what takes a conversation, no engine can say. */
  readonly sensorSets?: readonly string[];
}

export function joinedWishes(wishes: readonly WireWish[]): WireWish {
  const tarpit = once(wishes.flatMap(({ unused }) => unused?.tarpit ?? []));
  const responders = once(wishes.flatMap(({ unused }) => unused?.responders ?? []));
  const sensorSets = once(wishes.flatMap((wish) => wish.sensorSets ?? []));
  const handOver = [...new Map(wishes.flatMap((wish) => wish.handOver ?? []).map((one) => [one.port, one])).values()];
  const stack = Object.assign({}, ...wishes.map((wish) => wish.stack ?? {}));
  const delayMs = Math.max(0, ...wishes.map((wish) => wish.delayMs ?? 0));
  return {
    ...(tarpit.length + responders.length === 0 ? {} : { unused: { tarpit, responders } }),
    ...(wishes.some(({ patterns }) => patterns) ? { patterns: true } : {}),
    ...(wishes.some(({ land }) => land) ? { land: true } : {}),
    ...(delayMs === 0 ? {} : { delayMs }),
    ...(Object.keys(stack).length === 0 ? {} : { stack }),
    ...(handOver.length === 0 ? {} : { handOver }),
    ...(sensorSets.length === 0 ? {} : { sensorSets }),
  };
}

const once = (items: readonly string[]): readonly string[] => [...new Set(items)];

/** The settings in words, a line each, as a plan shows them. */
export function wishLines({ unused, patterns, land, delayMs, stack = {}, handOver = [], sensorSets = [] }: WireWish): readonly string[] {
  const named = (name: string, items: readonly string[] = []) => (items.length === 0 ? [] : [`${name}: ${items.join(", ")}`]);
  return [
    ...named("unused.tarpit", unused?.tarpit),
    ...named("unused.responders", unused?.responders),
    ...(patterns === true ? ["patterns"] : []),
    ...(land === true ? ["land"] : []),
    ...(delayMs === undefined ? [] : [`delayMs: ${delayMs}`]),
    ...Object.entries(stack).map(([name, value]) => `stack.${name}: ${value}`),
    ...handOver.map(({ port, decoy }) => `handOver: ${port} to ${decoy}`),
    ...named("the sensor's responders", sensorSets),
  ];
}
