import type { Execution, Process, Program } from "../../program.ts";
import { isOwn } from "../network/reach.ts";
import { resolve } from "../network/resolver.ts";
import { busyboxUsage, optionsOr } from "../usage.ts";
import { reportDownload } from "./url.ts";

const HELP = `Transfer a file from/to tftp server

\t-l FILE\tLocal FILE
\t-r FILE\tRemote FILE
\t-g\tGet file
\t-p\tPut file
\t-b SIZE\tTransfer blocks in bytes`;
/** busybox asks again at growing distances before it gives up. */
const APPLET_TIMEOUT_MS = 10_200;
/** tftp-hpa: five questions, five seconds apart. */
const CLIENT_TIMEOUT_MS = 25_000;

/** TFTP asks by UDP and no answer ever comes. */
export const tftp: Program = {
  name: "tftp",
  *run(process) {
    return process.flavour === "busybox" ? yield* applet(process) : yield* client(process);
  },
};

function* applet(process: Process): Execution {
  const usage = busyboxUsage(process, "tftp [OPTIONS] HOST [PORT]", HELP);
  const options = yield* optionsOr(process, { short: "gpl:r:b:c:", long: { get: "g", put: "p" } }, usage);
  if (typeof options === "number") return options;
  const [host, port = "69"] = options.operands;
  const remote = options.value("r") ?? options.value("l");
  if (host === undefined || remote === undefined || options.has("g") === options.has("p")) {
    yield* process.write(2, usage);
    return 1;
  }
  const local = options.value("l") ?? remote.slice(remote.lastIndexOf("/") + 1);
  reportDownload(process, `tftp://${host}${port === "69" ? "" : `:${port}`}/${remote}`, "tftp");
  if (options.has("p")) {
    const file = process.open(local, { read: true });
    if (typeof file !== "number") return yield* process.fail(`can't open '${local}': No such file or directory`);
  }
  const found = yield* resolve(process, host);
  if (found === undefined) return yield* process.fail(`bad address '${host}'`);
  if (isOwn(process, found.address)) return yield* process.fail("read error: Connection refused");
  yield* process.sleep(APPLET_TIMEOUT_MS);
  return yield* process.fail("timeout");
}

/** The client of tftp-hpa: `tftp host -c get file`, or commands on standard input. */
function* client(process: Process): Execution {
  const at = process.args.indexOf("-c");
  const [host] = process.args.filter((arg, index) => !arg.startsWith("-") && (at < 0 || index < at));
  if (at >= 0) return yield* command(process, host, process.args.slice(at + 1));
  while (true) {
    yield* process.print("tftp> ");
    const line = yield* process.readLine(0);
    const [verb = "", ...words] = (line ?? "quit").trim().split(/\s+/);
    if (verb === "quit" || verb === "q") return 0;
    if (verb === "get" || verb === "put") yield* command(process, host, [verb, ...words]);
    else if (verb !== "" && !/^(mode|connect|verbose|trace|binary|ascii|status|timeout|rexmt)$/.test(verb))
      yield* process.print("?Invalid command\n");
  }
}

function* command(process: Process, host: string | undefined, words: readonly string[]): Execution {
  const [verb, file = ""] = words;
  if (host === undefined) {
    yield* process.print("(to) \nNo target machine specified.\n");
    return 1;
  }
  if (verb === "get" || verb === "put") reportDownload(process, `tftp://${host}/${file}`, "tftp");
  if ((yield* resolve(process, host)) === undefined) {
    yield* process.write(2, `${host}: unknown host\n`);
    return 68;
  }
  yield* process.sleep(CLIENT_TIMEOUT_MS);
  yield* process.print("Transfer timed out.\n\n");
  return 1;
}
