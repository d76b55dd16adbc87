import { OperatorError } from "../../errors/operator-error.ts";
import { type ForwardedPorts, isForwarded, type PortRange } from "./forwarded-ports.ts";
import { BANNER_BYTES, networkBytes, type UnusedAnswer } from "./layout.ts";
import { type StackSettings, towardSuspectsBytes } from "./stack.ts";

/** What the engine is told when it goes up. */
export interface EngineSettings {
  readonly interfaces: readonly InterfaceSettings[];
  /** What unused TCP ports answer; of several entries for a port the last counts. Ports that nobody names stay closed. */
  readonly unused: readonly UnusedPorts[];
  /** Addresses and networks that the engine never answers. */
  readonly trusted: readonly string[];
  /** Whether the host is dead, for a minute, to who sends LAND packets. They are dropped anyhow. */
  readonly land: boolean;
  /** How late suspects are answered, in milliseconds; standard 0: they are not. */
  readonly delayMs?: number;
  /** Whether the sensor's decoys answer late by themselves where nothing else delays. */
  readonly decoysWait?: boolean;
  /** How the stack looks to suspects; standard: as it is. */
  readonly stack?: StackSettings;
  /** How many sources are remembered in each of the maps of sources that may forget. */
  readonly sources?: number;
}

export interface InterfaceSettings {
  readonly name: string;
  /** `tc` works with every driver; `xdp` needs one that has it; `xdp-generic` is slower than tc. */
  readonly hook: "tc" | "xdp" | "xdp-generic";
}

export interface UnusedPorts {
  readonly ports: PortRange;
  readonly answer: UnusedAnswer;
}

export const DEFAULT_SOURCES = 65_536;
/** Longer would look dead. */
const MOST_DELAY_MS = 1000;
const MOST_SOURCES = 1 << 20;
const MOST_ANSWERS = 1023;
const PORTS = 65_536;

/** @throws OperatorError `config-value`, `source-invalid`, `interface-unusable` */
export function checkSettings(settings: EngineSettings): void {
  if (settings.interfaces.length === 0) throw new OperatorError("interface-unusable", "The wire engine was given no interface.");
  const names = settings.interfaces.map(({ name }) => name);
  if (new Set(names).size < names.length) throw new OperatorError("interface-unusable", "An interface is named twice.");
  if (names.includes("lo"))
    throw new OperatorError("interface-unusable", "The wire engine is never attached to lo: nobody hostile comes from there.");
  for (const network of settings.trusted) networkBytes(network);
  for (const entry of settings.unused) checkUnused(entry);
  if (settings.unused.length > MOST_ANSWERS)
    throw new OperatorError("config-value", `Unused ports can have ${MOST_ANSWERS} answers at most.`);
  const { sources = DEFAULT_SOURCES, delayMs = 0, stack = {} } = settings;
  towardSuspectsBytes(stack, false);
  if (!(delayMs >= 0 && delayMs <= MOST_DELAY_MS))
    throw new OperatorError("config-value", `Suspects cannot be answered ${delayMs} ms late: 0 to ${MOST_DELAY_MS}.`);
  if (!Number.isInteger(sources) || sources < 1 || sources > MOST_SOURCES)
    throw new OperatorError("config-value", `${sources} sources cannot be remembered: 1 to ${MOST_SOURCES}.`);
}

function checkUnused({ ports: [first, last], answer }: UnusedPorts): void {
  const isRange = Number.isInteger(first) && Number.isInteger(last) && first >= 1 && first <= last && last < PORTS;
  if (!isRange) throw new OperatorError("config-value", `${first}-${last} are no ports.`);
  if (answer.kind === "banner" && answer.banner.length > BANNER_BYTES)
    throw new OperatorError("config-value", `The banner of port ${first} is longer than ${BANNER_BYTES} bytes.`);
}

/** For each port the number of its answer, from 1 on; 0: none. */
export function rolesOf(unused: readonly UnusedPorts[], forwarded: ForwardedPorts): Uint16Array {
  const roles = new Uint16Array(PORTS);
  for (const [index, { ports }] of unused.entries()) roles.fill(index + 1, ports[0], ports[1] + 1);
  if (forwarded === "all") return roles.fill(0);
  for (const port of roles.keys()) if (roles[port] !== 0 && isForwarded(forwarded, port)) roles[port] = 0;
  return roles;
}
