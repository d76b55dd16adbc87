import { type Fingerprint, loadFingerprints, type Product } from "../../../src/detectors/fingerprints/index.ts";
import { canReplay, startReplay } from "../../rig/replay-fingerprints.ts";
import type { Subject } from "./subject.ts";

/**
 * Every known honeypot whose fingerprints can be replayed, on its usual ports. Of one that shows what no real product does, the verdict must
 * be "honeypot"; of one that shows only what real products show too, no verdict is wanted.
 */
export const knownHoneypots: readonly Subject[] = loadFingerprints().products.flatMap((product) => {
  const services = servicesOf(product);
  if (services.length === 0) return [];
  const hasOwn = services.flatMap(({ entries }) => entries).some(isItsOwn);
  return [
    {
      name: `replayed ${product.id}`,
      group: hasOwn ? "known honeypot" : "known honeypot, no sign of its own",
      want: hasOwn ? "honeypot" : undefined,
      trials: false,
      measured: false,
      open: async ({ address }) => {
        const portFor = (entries: readonly Fingerprint[]) => services.find((one) => one.entries === entries)?.port ?? 0;
        const replay = await startReplay(
          services.map(({ entries }) => entries),
          { address, portFor },
        );
        const ports = services.flatMap(({ entries: [first] }) => (first === undefined ? [] : [replay.port(first.id)]));
        return { ports, [Symbol.asyncDispose]: replay.stop };
      },
    } satisfies Subject,
  ];
});

/** Products that cannot be brought to life from data: what is known of them are hashes, open ports, or files on the host. */
export const notReplayed: readonly string[] = loadFingerprints()
  .products.filter((product) => servicesOf(product).length === 0)
  .map(({ id }) => id);

interface Service {
  readonly port: number;
  readonly entries: readonly Fingerprint[];
}

/** Fingerprints that share a port are one service; what is its own comes first, since a service greets only once. */
function servicesOf({ fingerprints }: Product): readonly Service[] {
  const services = new Map<string, { port: number; entries: Fingerprint[] }>();
  const inOrder = fingerprints.filter(canReplay).sort((one, other) => Number(isItsOwn(other)) - Number(isItsOwn(one)));
  for (const entry of inOrder) {
    const { transport, sign } = entry;
    // A certificate makes the whole port speak TLS: it has one of its own.
    const isFree = (port: number) => ![...services.values()].some((one) => one.port === port);
    const isTls = sign.kind === "certificate";
    const port = (isTls ? entry.ports.find(isFree) : entry.ports.find((one) => !isTlsAt(services, one))) ?? 0;
    const key = isTls || port === 0 ? entry.id : `${transport}:${port}`;
    const service = services.get(key) ?? { port, entries: [] };
    service.entries.push(entry);
    services.set(key, service);
  }
  return [...services.values()];
}

function isTlsAt(services: ReadonlyMap<string, Service>, port: number): boolean {
  return [...services.values()].some((one) => one.port === port && one.entries.some(({ sign }) => sign.kind === "certificate"));
}

function isItsOwn({ alsoReal }: Fingerprint): boolean {
  return alsoReal === "never";
}
