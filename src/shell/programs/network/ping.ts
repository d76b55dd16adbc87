import { toBytes } from "../../bytes.ts";
import type { Options } from "../../options.ts";
import type { Execution, Process, Program } from "../../program.ts";
import { optionsOr, tryHelp } from "../usage.ts";
import { fateOf, isOwn, roundTripMs } from "./reach.ts";
import { isAddress, publicAddress, resolve } from "./resolver.ts";

/**
 * ping: nothing leaves; the answers' times are drawn around the distance that the address has at this site. Every public address answers,
 * but one in eight is silent; neighbours that are not there cannot be reached.
 */
export const ping: Program = { name: "ping", run };
export const ping6: Program = { name: "ping6", run };
export const ping4: Program = { name: "ping4", run };

interface Flight {
  readonly process: Process;
  readonly host: string;
  readonly address: string;
  readonly bytes: number;
  readonly times: number[];
  readonly quiet: boolean;
  readonly startMs: number;
  /** When the last question went out. */
  sentMs: number;
}

const MAX_COUNT = 100_000;

function* run(process: Process): Execution {
  const small = process.flavour === "busybox";
  const usage = small ? "" : "\nUsage\n  ping [options] <destination>\n";
  const options = yield* optionsOr(process, { short: SHORT, errorStatus: 2 }, usage);
  if (typeof options === "number") return options;
  const [host] = options.operands;
  if (host === undefined) return yield* process.fail(small ? "missing host" : "usage error: Destination address required", small ? 1 : 2);
  process.observe({ kind: "tunnel.request", fields: { way: "ping", host: toBytes(host), port: 0, answer: "refused" } });
  const found = yield* resolve(process, host);
  return found === undefined ? yield* unknownHost(process, host) : yield* pingAddress(process, options, { host, address: found.address });
}

function* unknownHost(process: Process, host: string): Execution {
  if (process.flavour === "busybox") return yield* process.fail(`bad address '${host}'`);
  return yield* process.fail(`${host}: Name or service not known`, 2);
}

function* pingAddress(process: Process, options: Options, to: { host: string; address: string }): Execution {
  const bytes = Number(options.value("s") ?? 56);
  const startMs = process.system.now().monotonicMs;
  const flight: Flight = { process, ...to, bytes, times: [], quiet: options.has("q"), startMs, sentMs: startMs };
  const size = process.flavour === "busybox" ? `: ${bytes} data bytes` : ` ${bytes}(${bytes + 28}) bytes of data.`;
  yield* process.print(`PING ${to.host} (${to.address})${size}\n`);
  return yield* summary(flight, yield* fly(flight, options));
}

const SHORT = "aAbBc:CdDe:fhHi:I:l:Lm:M:nN:Op:qQ:rRs:S:t:T:UvVw:W:46";

function* fly(flight: Flight, options: Options): Execution<number> {
  const { process } = flight;
  const seconds = (key: string, usual: number) => Number(options.value(key) ?? usual) * 1000;
  const count = Number(options.value("c") ?? MAX_COUNT);
  const untilMs = flight.startMs + seconds("w", Number.POSITIVE_INFINITY);
  const waits = { intervalMs: seconds("i", 1), lingerMs: Math.min(10_000, seconds("W", 10)) };
  process.onSignal("INT", "catch");
  let sent = 0;
  while (sent < count && process.system.now().monotonicMs < untilMs) {
    sent += 1;
    flight.sentMs = process.system.now().monotonicMs;
    const took = yield* echo(flight, sent);
    if (took === "interrupted" || (yield* pause(flight, took, sent === count ? { last: true, ...waits } : { last: false, ...waits })))
      break;
  }
  process.onSignal("INT", "default");
  return sent;
}

/** Until the next question, or for the last answer; true: interrupted. */
function* pause(
  { process }: Flight,
  took: number | "lost",
  how: { last: boolean; intervalMs: number; lingerMs: number },
): Execution<boolean> {
  if (how.last) return took === "lost" ? yield* process.sleep(how.lingerMs) : false;
  return yield* process.sleep(Math.max(10, how.intervalMs - (took === "lost" ? 0 : took)));
}

/** One question: the time of its answer. */
function* echo(flight: Flight, sequence: number): Execution<number | "lost" | "interrupted"> {
  const { process, address, times } = flight;
  const fate = fateOf(process, { host: address, address, port: 0 });
  const own = isOwn(process, address);
  if (fate === "unreachable") return yield* unreachable(flight, sequence);
  const silent = !own && address !== process.system.machine.gateway && (fate === "timeout" ? isPrivate(address) : false);
  if (silent || (!own && process.system.seeded(`silent ${address}`) % 8 === 0)) return "lost";
  const ms = own ? 0.03 + (process.system.random(1).charCodeAt(0) / 255) * 0.05 : roundTripMs(process, address);
  if (yield* process.sleep(ms)) return "interrupted";
  times.push(ms);
  if (!flight.quiet) yield* process.print(answerLine(flight, sequence, ms));
  return ms;
}

function isPrivate(address: string): boolean {
  return /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)/.test(address);
}

function* unreachable(flight: Flight, sequence: number): Execution<"lost" | "interrupted"> {
  const { process } = flight;
  if (yield* process.sleep(2000)) return "interrupted";
  const own = process.system.machine.interfaces.find(({ name }) => name !== "lo")?.address ?? "127.0.0.1";
  if (process.flavour === "gnu" && !flight.quiet) yield* process.print(`From ${own} icmp_seq=${sequence} Destination Host Unreachable\n`);
  return "lost";
}

function answerLine(flight: Flight, sequence: number, ms: number): string {
  const { process, address, host, bytes } = flight;
  const ttl =
    isOwn(process, address) || address === process.system.machine.gateway ? 64 : 46 + (process.system.seeded(`hops ${address}`) % 14);
  if (process.flavour === "busybox") return `${bytes + 8} bytes from ${address}: seq=${sequence - 1} ttl=${ttl} time=${ms.toFixed(3)} ms\n`;
  const from = isAddress(host) ? address : `${reverseName(process, host, address)} (${address})`;
  return `${bytes + 8} bytes from ${from}: icmp_seq=${sequence} ttl=${ttl} time=${shortTime(ms)} ms\n`;
}

/** Names that resolve here have themselves as reverse name; bare addresses none. */
function reverseName(process: Process, host: string, address: string): string {
  return publicAddress(process, host) === address ? host : "localhost";
}

/** Three significant digits, as iputils. */
function shortTime(ms: number): string {
  return ms >= 100 ? ms.toFixed(0) : ms >= 10 ? ms.toFixed(1) : ms >= 1 ? ms.toFixed(2) : ms.toFixed(3);
}

function* summary(flight: Flight, sent: number): Execution {
  const { process, host, times, startMs, sentMs } = flight;
  const small = process.flavour === "busybox";
  const lost = sent === 0 ? 0 : Math.floor(((sent - times.length) * 100) / sent);
  const spent = Math.floor(sentMs - startMs) + Math.floor(sent * 0.9);
  const counted = small
    ? `${times.length} packets received, ${lost}% packet loss`
    : `${times.length} received, ${lost}% packet loss, time ${spent}ms`;
  yield* process.print(`\n--- ${host} ping statistics ---\n${sent} packets transmitted, ${counted}\n`);
  if (times.length === 0) {
    if (!small) yield* process.print("\n");
    return 1;
  }
  const least = Math.min(...times).toFixed(3);
  const most = Math.max(...times).toFixed(3);
  const mean = times.reduce((sum, ms) => sum + ms, 0) / times.length;
  const deviation = Math.sqrt(Math.max(0, times.reduce((sum, ms) => sum + ms * ms, 0) / times.length - mean * mean));
  if (small) yield* process.print(`round-trip min/avg/max = ${least}/${mean.toFixed(3)}/${most} ms\n`);
  else yield* process.print(`rtt min/avg/max/mdev = ${least}/${mean.toFixed(3)}/${most}/${deviation.toFixed(3)} ms\n`);
  return 0;
}

/** traceroute: the gateway, silent hops of the provider, and the host. */
export const traceroute: Program = {
  name: "traceroute",
  *run(process) {
    const options = yield* optionsOr(process, { short: "46dFITnrAVf:g:i:m:N:p:q:s:t:w:z:", errorStatus: 2 }, tryHelp("traceroute"));
    if (typeof options === "number") return options;
    const [host] = options.operands;
    if (host === undefined) {
      yield* process.write(
        2,
        "Usage:\n  traceroute [ -46dFITnreAUDV ] [ -f first_ttl ] [ -g gate,... ] [ -m max_ttl ] host [ packetlen ]\n",
      );
      return 2;
    }
    const found = yield* resolve(process, host);
    if (found === undefined)
      return yield* process.fail(process.flavour === "busybox" ? `bad address '${host}'` : `${host}: Name or service not known`, 2);
    const most = Number(options.value("m") ?? 30);
    yield* process.print(
      `traceroute to ${host} (${found.address}), ${most} hops max, ${process.flavour === "busybox" ? 46 : 60} byte packets\n`,
    );
    process.onSignal("INT", "default");
    const hops = isOwn(process, found.address) ? [found.address] : path(process, found.address);
    for (const [at, address] of hops.slice(0, most).entries()) yield* hop(process, at + 1, address);
    return 0;
  },
};

function path(process: Process, address: string): readonly string[] {
  const { seeded, machine } = process.system;
  if (address === machine.gateway) return [address];
  const length = 3 + (seeded(`hops ${address}`) % 8);
  const between = Array.from({ length }, (_, at) =>
    seeded(`hop ${at} ${at < 3 ? "" : address}`) % 4 === 0
      ? "*"
      : `100.${64 + (seeded(`a ${at}`) % 60)}.${seeded(`b ${at} ${at < 3 ? "" : address}`) % 256}.${1 + (seeded(`c ${at}`) % 250)}`,
  );
  return [machine.gateway, ...between, address];
}

function* hop(process: Process, number: number, address: string): Execution<void> {
  const label = String(number).padStart(2);
  if (address === "*") {
    yield* process.sleep(5000);
    yield* process.print(`${label}  * * *\n`);
    return;
  }
  const times = [0, 1, 2].map(
    () => `${(number === 1 ? 0.3 + roundTripMs(process, "127.0.0.1") : (roundTripMs(process, address) * number) / 8).toFixed(3)} ms`,
  );
  yield* process.sleep(60);
  yield* process.print(`${label}  ${address} (${address})  ${times.join("  ")}\n`);
}
