import { toBytes } from "../../bytes.ts";
import type { Options } from "../../options.ts";
import type { Execution, Process, Program } from "../../program.ts";
import { listeners } from "../../sockets.ts";
import { optionsOr } from "../usage.ts";
import { type Attempt, attempt, greeting, reportSaid } from "./attempt.ts";
import { fateText, isOwn } from "./reach.ts";

/** nc: OpenBSD's, or busybox's. */
export const nc: Program = { name: "nc", run: netcat };
export const netcatProgram: Program = { name: "netcat", run: netcat };
export const ncat: Program = { name: "ncat", run: netcat };
export const ncOpenbsd: Program = { name: "nc.openbsd", run: netcat };
export const ncTraditional: Program = { name: "nc.traditional", run: netcat };

const NC_USAGE =
  "usage: nc [-46CDdFhklNnrStUuvZz] [-I length] [-i interval] [-M ttl]\n\t  [-m minttl] [-O length] [-P proxy_username] [-p source_port]\n\t  [-q seconds] [-s sourceaddr] [-T keyword] [-V rtable] [-W recvlimit]\n\t  [-w timeout] [-X proxy_protocol] [-x proxy_address[:port]]\n\t  [destination] [port]\n";

function* netcat(process: Process): Execution {
  const small = process.flavour === "busybox";
  const options = yield* optionsOr(
    process,
    {
      short: small ? "lnp:w:e:i:f:" : "46CDdFhklNnrStUuvZzI:i:M:m:O:P:p:q:s:T:V:W:w:X:x:e:c:",
      long: { listen: "l", verbose: "v", exec: "e", "sh-exec": "c" },
    },
    small ? "" : NC_USAGE,
  );
  if (typeof options === "number") return options;
  if (options.has("l")) return yield* listen(process, options);
  const [host, port] = options.operands;
  if (host === undefined || port === undefined) {
    yield* process.write(2, small ? "BusyBox multi-call binary.\n\nUsage: nc [IPADDR PORT]\n" : NC_USAGE);
    return 1;
  }
  const ports = portsOf(port);
  let status = 0;
  for (const one of ports) status = yield* call(process, options, { host, port: one });
  return status;
}

const MAX_PORTS = 1000;

function portsOf(text: string): readonly number[] {
  const [, from, to] = /^(\d+)(?:-(\d+))?$/.exec(text) ?? [];
  const first = Number(from ?? 0);
  const last = Math.min(Number(to ?? from ?? 0), first + MAX_PORTS);
  return Array.from({ length: Math.max(1, last - first + 1) }, (_, at) => first + at);
}

/** Waits for somebody who never comes, until it is stopped. */
function* listen(process: Process, options: Options): Execution {
  const port = Number(options.value("p") ?? options.operands.at(-1) ?? 0);
  process.observe({ kind: "tunnel.request", fields: { way: "listen", host: toBytes("0.0.0.0"), port, answer: "open" } });
  if (listeners(process.system).some((one) => one.port === port))
    return yield* process.fail(process.flavour === "busybox" ? "bind: Address already in use" : "Address already in use");
  if (options.has("v")) yield* process.write(2, `Listening on 0.0.0.0 ${port}\n`);
  while (true) yield* process.sleep(3_600_000);
}

function* call(process: Process, options: Options, to: { host: string; port: number }): Execution {
  const seconds = Number(options.value("w") ?? 0);
  const { fate, address } = yield* attempt(process, { way: "nc", ...to, withinMs: seconds > 0 ? seconds * 1000 : undefined });
  if (fate === "open") return yield* talk(process, options, { ...to, address });
  const limited = seconds > 0 && fate === "timeout";
  if (process.flavour === "busybox") return yield* process.fail(busyboxText(to.host, { fate, address, limited }));
  if (fate === "unknown") return yield* process.fail(`getaddrinfo for host "${to.host}" port ${to.port}: Name or service not known`);
  const place = to.host === address ? address : `${to.host} (${address})`;
  if (options.has("v"))
    yield* process.fail(`connect to ${place} port ${to.port} (tcp) failed: ${limited ? "Operation now in progress" : fateText(fate)}`);
  return 1;
}

function busyboxText(
  host: string,
  { fate, address, limited }: { fate: Exclude<Attempt["fate"], "open">; address: string; limited: boolean },
): string {
  if (fate === "unknown") return `bad address '${host}'`;
  return limited ? "timed out" : `can't connect to remote host (${address}): ${fateText(fate)}`;
}

/** An open connection: what the visitor sends is recorded, then the other side hangs up. */
function* talk(process: Process, options: Options, to: { host: string; port: number; address: string }): Execution {
  if (options.has("v") || options.has("z"))
    yield* process.write(
      2,
      `Connection to ${to.host}${to.host === to.address ? "" : ` (${to.address})`} ${to.port} port [tcp/*] succeeded!\n`,
    );
  if (options.has("z")) return 0;
  const said = yield* process.readWithin(0, 8000);
  reportSaid(process, to, said);
  if (isOwn(process, to.address)) yield* process.print(greeting(process, to.port));
  yield* process.sleep(300);
  return 0;
}
