import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { OperatorError } from "../../errors/operator-error.ts";
import type { Tables } from "../../patterns/index.ts";
import { RingBuffer } from "./bpf-map.ts";
import { BpfObject, presentCalls } from "./bpf-object.ts";
import { type DelayOfInterface, Delays, removeDelays } from "./delay.ts";
import { type CountName, EngineMaps } from "./engine-maps.ts";
import { checkSettings, DEFAULT_SOURCES, type EngineSettings, type InterfaceSettings } from "./engine-settings.ts";
import { readForwardedPorts } from "./forwarded-ports.ts";
import { HandOver, type Listener } from "./hand-over.ts";
import { type NetworkInterface, readHostNetwork } from "./host-network.ts";
import { type EngineEvent, parseEvent, type Standing } from "./layout.ts";
import { PatternMaps } from "./pattern-maps.ts";
import { attachTc, detachTc, tcProgramsOn } from "./tc-hook.ts";
import { attachXdp } from "./xdp-hook.ts";

/**
 * The wire engine as this process runs it: loads the programs, attaches them, keeps them alive, tells them what changes on this host, and hands
 * out what they saw.
 *
 * What must stay true: everything fails open. XDP programs go with this process; what stays of tc passes everything two seconds after its
 * last sign of life; the next `up` and `removeEngine` take it away. Nothing of others is changed.
 */
export class Engine implements Disposable {
  readonly #object: BpfObject;
  readonly #settings: EngineSettings;
  readonly #maps: EngineMaps;
  readonly #patterns: PatternMaps;
  readonly #attached: Attached[] = [];
  readonly #timers: NodeJS.Timeout[] = [];
  #ring: RingBuffer | undefined;
  #handOver: HandOver | undefined;
  #delays: Delays | undefined;
  #ports = 0;
  #following = false;
  #problem: string | undefined;
  #isUp = true;

  private constructor(object: BpfObject, settings: EngineSettings) {
    this.#object = object;
    this.#settings = settings;
    this.#maps = new EngineMaps(object);
    this.#patterns = new PatternMaps(object);
  }

  /**
   * Loads and attaches the engine. Leftovers of a process that died are taken away first; a living one's are not.
   *
   * @throws OperatorError `rights-missing`, `kernel-missing`, `interface-unusable`, `config-value`, `source-invalid`; then nothing is left attached
   */
  static async up(settings: EngineSettings, onEvent: (event: EngineEvent) => void): Promise<Engine> {
    checkSettings(settings);
    if (process.getuid?.() !== 0) throw new OperatorError("rights-missing", "Only root can start the wire engine.");
    const calls = presentCalls();
    const network = await readHostNetwork(settings.trusted);
    const wanted = settings.interfaces.map((asked) => ({ ...asked, network: usable(asked, network.interfaces) }));
    for (const { network: found } of wanted) makeRoom(calls, found);
    const { sources = DEFAULT_SOURCES } = settings;
    const engine = new Engine(BpfObject.load(ENGINE_OBJECT, { sizes: { hostile: sources, seen: sources } }), settings);
    try {
      engine.#maps.settle(settings, randomBytes(16));
      engine.#maps.follow(network);
      engine.#ports = engine.#maps.assign(settings, await readForwardedPorts());
      engine.#maps.beat();
      engine.#listen(onEvent);
      for (const one of wanted) engine.#attach(one);
      engine.#start();
      await engine.#delay(wanted.map(({ network: found }) => found));
    } catch (error) {
      engine.down();
      throw error;
    }
    return engine;
  }

  /** Takes everything away. What is no more there is no mistake. */
  down(): void {
    if (!this.#isUp) return;
    this.#isUp = false;
    for (const timer of this.#timers) clearInterval(timer);
    this.#delays?.down();
    for (const { detach } of this.#attached) detach();
    this.#handOver?.[Symbol.dispose]();
    this.#ring?.[Symbol.dispose]();
    this.#object[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    this.down();
  }

  /**
   * Matches packets by these patterns from now on.
   *
   * @throws OperatorError `patterns-invalid`; then those of before stay
   */
  match(tables: Tables): void {
    this.#patterns.load(tables);
  }

  /** Never answered from now on. False: there is no room for more. */
  trust(network: string): boolean {
    const isDone = this.#maps.trust(network);
    this.#delays?.renew();
    return isDone;
  }

  distrust(network: string): boolean {
    const isDone = this.#maps.distrust(network);
    this.#delays?.renew();
    return isDone;
  }

  /**
   * Gives a source (an address, or an IPv6 network of 64 bits) a state; its address must have been proved where the state costs anything.
   *
   * @param forMs how long it holds
   * @throws OperatorError `source-invalid`
   */
  stand(address: string, { state, forMs }: { readonly state: Standing; readonly forMs: number }): void {
    this.#maps.stand(address, { state, until: process.hrtime.bigint() + BigInt(Math.round(forMs * 1e6)) });
    if (state !== "known") this.#delays?.stand(address, forMs);
  }

  forgive(address: string): void {
    this.#maps.forgive(address);
    this.#delays?.forgive(address);
  }

  /**
   * Suspects that connect to `port` reach this decoy from now on, all others the real service.
   *
   * @throws OperatorError `kernel-missing`, `steward-refused`
   */
  handOver(port: number, listener: Listener): void {
    this.#handOver ??= new HandOver(this.#object);
    this.#handOver.turn(port, listener);
  }

  /** The real service for everybody again. False: it was so. */
  endHandOver(port: number): boolean {
    return this.#handOver?.turnBack(port) ?? false;
  }

  status(): EngineStatus {
    return {
      interfaces: this.#attached.map(({ name, hook, isGone }) => ({ name, hook, isGone })),
      leaving: this.#attached.map(({ name, seesLeaving }) => ({ interface: name, ...(seesLeaving ? SEEN : UNSEEN) })),
      delay: this.#delays?.status() ?? [],
      answeringPorts: this.#ports,
      handedOver: this.#handOver?.ports() ?? [],
      problem: this.#problem,
      counts: this.#maps.counts(),
      entries: this.#maps.entries(),
    };
  }

  #listen(onEvent: (event: EngineEvent) => void): void {
    this.#ring = new RingBuffer(this.#object.calls, this.#object.map("events"), (record) => {
      const event = parseEvent(record);
      if (event !== undefined) onEvent(event);
    });
  }

  #attach({ name, hook, network }: InterfaceSettings & { readonly network: NetworkInterface }): void {
    const { calls } = this.#object;
    const links: Disposable[] = [];
    const detach = () => {
      for (const link of links) link[Symbol.dispose]();
      detachTc(calls, network);
    };
    if (hook !== "tc") links.push(attachXdp(calls, network, { program: this.#object.program("utsu_xdp"), mode: hook }));
    const attached = { name, hook, index: network.index, isGone: false, seesLeaving: false, detach };
    this.#attached.push(attached);
    // Behind XDP: connections of real servers, whose numbers cannot be read there.
    const ingress = this.#object.program(hook === "tc" ? "utsu_in" : "utsu_after");
    const egress = this.#object.program("utsu_out");
    attached.seesLeaving = attachTc(calls, network, { ingress, egress });
  }

  async #delay(networks: readonly NetworkInterface[]): Promise<void> {
    const { delayMs = 0, decoysWait = false } = this.#settings;
    if (delayMs === 0) return;
    const interfaces = networks.map((network, index) => ({ network, seesLeaving: this.#attached[index]?.seesLeaving ?? false }));
    this.#delays = await Delays.up({
      delayMs,
      decoysWait,
      interfaces,
      isTrusted: (source) => this.#maps.isTrusted(source),
      map: this.#object.map("delays"),
    });
    if (!this.#isUp) this.#delays.down();
  }

  #start(): void {
    const every = (milliseconds: number, act: () => void) => this.#timers.push(setInterval(act, milliseconds));
    every(BEAT_MS, () => this.#maps.beat());
    every(EVENTS_MS, () => this.#ring?.consume());
    every(FOLLOW_MS, () => void this.#follow());
  }

  /** Takes over what changed on this host: addresses, routes, rules, interfaces. */
  async #follow(): Promise<void> {
    if (this.#following) return;
    this.#following = true;
    try {
      const [network, forwarded] = [await readHostNetwork(this.#settings.trusted), await readForwardedPorts()];
      if (!this.#isUp) return;
      this.#maps.follow(network);
      this.#maps.endExceptions(process.hrtime.bigint());
      this.#ports = this.#maps.assign(this.#settings, forwarded);
      await this.#delays?.follow();
      for (const one of this.#attached)
        one.isGone = !network.interfaces.some(({ name, index }) => name === one.name && index === one.index);
      this.#problem = undefined;
    } catch (error) {
      if (!(error instanceof OperatorError)) throw error;
      // What this host's network is like is not known: so nothing is answered for it.
      this.#problem = error.message;
      if (this.#isUp) this.#ports = this.#maps.assign(this.#settings, "all");
    } finally {
      this.#following = false;
    }
  }
}

interface Attached {
  readonly name: string;
  readonly hook: InterfaceSettings["hook"];
  readonly index: number;
  isGone: boolean;
  seesLeaving: boolean;
  readonly detach: () => void;
}

const SEEN = { state: "present", why: "what leaves is seen" } as const;
const UNSEEN = {
  state: "absent",
  why: "its older queue `ingress` shows nothing of what leaves: no other stack, no delay by fq, and LAND's sender still hears from the host",
} as const;

export interface EngineStatus {
  /** `isGone`: the interface vanished, and the engine there with it. */
  readonly interfaces: readonly { readonly name: string; readonly hook: InterfaceSettings["hook"]; readonly isGone: boolean }[];
  /** Whether what leaves can be changed: the stack, the delay by departure times, the silence after LAND. */
  readonly leaving: readonly { readonly interface: string; readonly state: "present" | "absent"; readonly why: string }[];
  /** How suspects are answered late; empty where that is not wanted. */
  readonly delay: readonly DelayOfInterface[];
  /** TCP ports that answer while they are unused. */
  readonly answeringPorts: number;
  /** Why the host's network could not be read, so that unused ports do not answer now. */
  readonly problem: string | undefined;
  /** Ports of real services that suspects do not reach. */
  readonly handedOver: readonly number[];
  readonly counts: Readonly<Record<CountName, number>>;
  readonly entries: Readonly<Record<"trusted" | "hostile" | "seen", number>>;
}

/** The compiled programs. */
export const ENGINE_OBJECT = fileURLToPath(new URL("../../../kernel/bpf/engine.bpf.o", import.meta.url));
const BEAT_MS = 500;
const EVENTS_MS = 10;
const FOLLOW_MS = 2000;

function usable({ name }: InterfaceSettings, all: readonly NetworkInterface[]): NetworkInterface {
  const found = all.find((one) => one.name === name);
  if (found === undefined) throw new OperatorError("interface-unusable", `There is no interface ${name}.`);
  if (found.type !== "ether") throw new OperatorError("interface-unusable", `${name} is no Ethernet interface (${found.type}).`);
  return found;
}

/** @throws OperatorError `interface-unusable` where a living engine is there already */
function makeRoom(calls: ReturnType<typeof presentCalls>, network: NetworkInterface): void {
  const living = tcProgramsOn(calls, network).find(({ isAlive }) => isAlive);
  if (living !== undefined)
    throw new OperatorError(
      "interface-unusable",
      `${network.name} already has the wire engine (program ${living.id}), and its steward lives.`,
      {
        next: "Take that one down first.",
      },
    );
  detachTc(calls, network);
  removeDelays([network]);
}

/**
 * Takes away what a wire engine left on this host's interfaces, also one that still lives; the names of the interfaces that had something.
 * What is attached at XDP goes with its process alone.
 *
 * @throws OperatorError `rights-missing`, `kernel-missing`
 */
export async function removeEngine(): Promise<readonly string[]> {
  if (process.getuid?.() !== 0) throw new OperatorError("rights-missing", "Only root can take the wire engine down.");
  const calls = presentCalls();
  const { interfaces } = await readHostNetwork();
  const networks = interfaces.filter(({ type }) => type === "ether");
  const late = removeDelays(networks);
  return networks.filter((network) => detachTc(calls, network) || late.includes(network.name)).map(({ name }) => name);
}
