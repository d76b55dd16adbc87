import { number32, number64 } from "./bpf-map.ts";
import type { BpfObject } from "./bpf-object.ts";
import { type EngineSettings, rolesOf } from "./engine-settings.ts";
import type { ForwardedPorts } from "./forwarded-ports.ts";
import type { HostNetwork } from "./host-network.ts";
import { addressBytes, decoyBytes, macBytes, networkBytes, type Standing, settingsBytes, sourceBytes, standingBytes } from "./layout.ts";
import { towardSuspectsBytes } from "./stack.ts";

/** What the steward writes into the engine's maps, and reads from them. */
export class EngineMaps {
  readonly #object: BpfObject;
  #roles: Uint16Array = new Uint16Array(65_536);
  /** Sources within trusted networks that are not, and until when. */
  readonly #exceptions = new Map<string, bigint>();

  constructor(object: BpfObject) {
    this.#object = object;
  }

  /** Everything that does not change while the engine is up. */
  settle(settings: EngineSettings, key: Uint8Array): void {
    this.#map("settings_map").set(number32(0), settingsBytes(key, { land: settings.land, scans: true }));
    const { stack = {}, delayMs = 0 } = settings;
    this.#map("toward_suspects").set(number32(0), towardSuspectsBytes(stack, delayMs > 0));
    for (const [index, { answer }] of settings.unused.entries()) this.#map("decoys").set(number32(index + 1), decoyBytes(answer));
    for (const network of settings.trusted) this.trust(network);
  }

  beat(): void {
    this.#map("heartbeat").set(number32(0), number64(process.hrtime.bigint()));
  }

  /** The host's own addresses, networks and next hops, as they are now. */
  follow({ addresses, onLink, spared }: HostNetwork): void {
    const yes = number32(1);
    this.#map("addresses").become(addresses.map(addressBytes), yes);
    this.#map("links").become(onLink.map(networkBytes), yes);
    this.#map("hops").become(
      spared.flatMap((mac) => macBytes(mac) ?? []),
      yes,
    );
  }

  /** How many ports have an answer now. */
  assign({ unused }: EngineSettings, forwarded: ForwardedPorts): number {
    const wanted = rolesOf(unused, forwarded);
    const map = this.#map("roles");
    for (const [port, role] of wanted.entries()) if (role !== this.#roles[port]) map.set(number32(port), number32(role).subarray(0, 2));
    this.#roles = wanted;
    return wanted.reduce((sum, role) => sum + (role === 0 ? 0 : 1), 0);
  }

  /** False: there is no room. */
  trust(network: string): boolean {
    this.#exceptions.delete(network);
    return this.#map("trusted").set(networkBytes(network), number32(1));
  }

  distrust(network: string): boolean {
    return !this.#exceptions.has(network) && this.#map("trusted").delete(networkBytes(network));
  }

  /** By the longest of the networks that hold it. */
  isTrusted(source: string): boolean {
    return (this.#map("trusted").get(networkBytes(source), 4)?.readUInt32LE() ?? 0) !== 0;
  }

  /**
   * Enters an address, or an IPv6 network of 64 bits. Where it lies in a trusted network it is an exception of that.
   *
   * @param until nanoseconds of the monotonic clock
   */
  stand(source: string, { state, until }: { readonly state: Standing; readonly until: bigint }): void {
    this.#map(state === "known" ? "seen" : "hostile").set(sourceBytes(source), standingBytes(state, until));
    if (state !== "known") this.#except(source, until);
  }

  forgive(source: string): void {
    for (const name of ["hostile", "seen"]) this.#map(name).delete(sourceBytes(source));
    this.#endException(source);
  }

  /** Exceptions whose time is over are trusted again. */
  endExceptions(now: bigint): void {
    for (const [source, until] of this.#exceptions) if (until <= now) this.#endException(source);
  }

  #except(source: string, until: bigint): void {
    const key = networkBytes(source);
    const isTrusted = this.isTrusted(source);
    if (isTrusted && !this.#map("trusted").set(key, number32(0))) return;
    if (isTrusted || this.#exceptions.has(source)) this.#exceptions.set(source, until);
  }

  #endException(source: string): void {
    if (this.#exceptions.delete(source)) this.#map("trusted").delete(networkBytes(source));
  }

  counts(): Readonly<Record<CountName, number>> {
    const counts = this.#map("counts");
    const count = (name: CountName) => Number(counts.sum(COUNT_NAMES.indexOf(name)));
    return {
      synAcks: count("synAcks"),
      probes: count("probes"),
      banners: count("banners"),
      segments: count("segments"),
      land: count("land"),
      dead: count("dead"),
      eventsLost: count("eventsLost"),
      replies: count("replies"),
      dropped: count("dropped"),
      late: count("late"),
      observed: count("observed"),
      nonsense: count("nonsense"),
      held: count("held"),
      handedOver: count("handedOver"),
      ended: count("ended"),
      lastWords: count("lastWords"),
    };
  }

  entries(): Readonly<Record<"trusted" | "hostile" | "seen", number>> {
    const size = (name: string, key: number) => this.#map(name).keys(key).length;
    return { trusted: size("trusted", 20), hostile: size("hostile", 16), seen: size("seen", 16) };
  }

  #map(name: string) {
    return this.#object.map(name);
  }
}

/** In the order of kernel/bpf/maps.h. */
const COUNT_NAMES = [
  ...(["synAcks", "probes", "banners", "segments", "land", "dead", "eventsLost", "replies", "dropped", "late"] as const),
  /** What matched patterns got: nothing, nonsense over TCP, a closed window, a new connection elsewhere. */
  ...(["observed", "nonsense", "held", "handedOver"] as const),
  /** Real servers' connections that were ended, and what their clients sent afterwards. */
  ...(["ended", "lastWords"] as const),
] as const;
export type CountName = (typeof COUNT_NAMES)[number];
