import type { Execution, Process } from "../../program.ts";
import { listeners } from "../../sockets.ts";
import { addressNumber } from "./resolver.ts";

/**
 * What becomes of a connection that a program of this machine opens. Nothing is sent: own addresses answer as what listens here does;
 * every other server is dead in one of the ways that loaders meet daily, always the same way for the same host and port:
 * of bare addresses about half refuse, a third serve HTTP and know no such file, the others swallow the packets;
 * of named hosts a third refuse, half know no such file, the others time out, and services that everybody knows always do.
 */
export type Fate = "open" | "refused" | "timeout" | "unreachable";

export interface Target {
  /** As the visitor named it. */
  readonly host: string;
  readonly address: string;
  readonly port: number;
}

const EVERYBODYS =
  /(^|\.)(google|gstatic|youtube|github|githubusercontent|debian|ubuntu|cloudflare|microsoft|amazonaws|docker|pypi|npmjs|openwrt|kernel|wikipedia|ipinfo|ifconfig|ipify|icanhazip|rockylinux|fedoraproject)\.[a-z]+$/;
const HTTP_PORTS = new Set([80, 443, 8000, 8080, 8081, 8088, 8443, 8888, 9000]);

export function fateOf(process: Process, target: Target): Fate {
  const { address, port } = target;
  if (isOwn(process, address))
    return listeners(process.system).some((one) => one.port === port && one.protocol === "tcp") ? "open" : "refused";
  const near = neighbour(process, address);
  if (near !== undefined) return near;
  const first = Number(address.split(".")[0]);
  return first === 0 || first >= 224 ? "unreachable" : fateAfar(process, target);
}

function fateAfar(process: Process, { host, address, port }: Target): Fate {
  const named = host !== address;
  if (named && EVERYBODYS.test(host.toLowerCase())) return "timeout";
  const draw = process.system.seeded(`fate ${host} ${port}`) % 100;
  if (draw < (named ? 35 : 55)) return "refused";
  return draw < (named ? 85 : 90) ? serving(port) : "timeout";
}

/** Only HTTP answers; whoever asks such a host for something else is refused. */
function serving(port: number): Fate {
  return HTTP_PORTS.has(port) ? "open" : "refused";
}

/** Whether an address is this machine's. */
export function isOwn(process: Process, address: string): boolean {
  return address.startsWith("127.") || address === "0.0.0.0" || process.system.machine.interfaces.some((one) => one.address === address);
}

/** On a network of ours: the gateway refuses, nobody else is at home; other private networks are filtered. */
function neighbour(process: Process, address: string): Fate | undefined {
  const { interfaces, gateway } = process.system.machine;
  if (address === gateway) return "refused";
  const same = interfaces.some((one) => one.name !== "lo" && network(one.address, one.prefix) === network(address, one.prefix));
  if (same) return "unreachable";
  return /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|169\.254\.)/.test(address) ? "timeout" : undefined;
}

export function network(address: string, prefix: number): number {
  return prefix === 0 ? 0 : Math.floor(addressNumber(address) / 2 ** (32 - prefix));
}

/** Milliseconds to an address and back, about the same each time. */
export function roundTripMs(process: Process, address: string): number {
  if (isOwn(process, address)) return 0.05;
  const base = address === process.system.machine.gateway ? 0.4 : 8 + (process.system.seeded(`distance ${address}`) % 17_000) / 100;
  const jitter = process.system.random(2);
  const part = (jitter.charCodeAt(0) * 256 + jitter.charCodeAt(1)) / 65_536;
  return base * (1 + part * part * 0.06) + part * 0.3;
}

export interface Waiting {
  /** Gives up after this; absent: as the kernel does, about two minutes. */
  readonly withinMs?: number | undefined;
}

/** SYN, and five more at growing distances. */
const KERNEL_TIMEOUT_MS = 131_000;
/** Three questions for a neighbour's hardware address. */
const NEIGHBOUR_TIMEOUT_MS = 3070;

/** Lets the time pass that a connection attempt takes, and tells how it ends. */
export function* connect(process: Process, target: Target, how: Waiting = {}): Execution<Fate> {
  const fate = fateOf(process, target);
  const { withinMs = Number.POSITIVE_INFINITY } = how;
  const first = Number(target.address.split(".")[0]);
  const needMs =
    fate === "timeout"
      ? KERNEL_TIMEOUT_MS
      : fate === "unreachable"
        ? first >= 224 || first === 0
          ? 0
          : NEIGHBOUR_TIMEOUT_MS
        : roundTripMs(process, target.address);
  yield* process.sleep(Math.min(needMs, withinMs));
  return needMs > withinMs ? "timeout" : fate;
}

/** As strerror has it. */
export function fateText(fate: Exclude<Fate, "open">): string {
  if (fate === "refused") return "Connection refused";
  return fate === "timeout" ? "Connection timed out" : "No route to host";
}
