import type { Options } from "../../options.ts";
import type { Execution, Process } from "../../program.ts";
import { connect } from "../network/reach.ts";
import { resolve } from "../network/resolver.ts";
import { optionsOr } from "../usage.ts";
import { httpAnswer } from "./http-answer.ts";
import { fileName, parseUrl, reportDownload, type Url } from "./url.ts";

const LONG = {
  timeout: "T",
  continue: "c",
  quiet: "q",
  spider: "s",
  "user-agent": "U",
  "output-document": "O",
  "directory-prefix": "P",
  "no-check-certificate": "n",
  header: "header:",
  "post-data": "post-data:",
};
const TIMEOUT_MS = 30_000;

/** OpenWrt links wget to uclient-fetch where busybox has none of its own. */
export function isUclient(process: Process): boolean {
  const { persona, machine } = process.system;
  return persona.commands["uclient-fetch"] !== undefined && !machine.busyboxApplets.includes("wget");
}

export function* uclientFetch(process: Process): Execution {
  const usage = `Usage: ${process.name} [options] <URL>\nOptions:\n\t-4\t\t\t\tUse IPv4 only\n\t-q\t\t\t\tTurn off status messages\n\t-O <file>\t\t\tRedirect output to file (use "-" for stdout)\n`;
  const options = yield* optionsOr(process, { short: "46cqsT:U:O:P:Y:n", long: LONG }, usage);
  if (typeof options === "number") return options;
  const [text] = options.operands;
  if (text !== undefined) return yield* fetchOne({ process, options, say: (line) => process.write(2, options.has("q") ? "" : line) }, text);
  yield* process.write(2, usage);
  return 1;
}

interface Job {
  readonly process: Process;
  readonly options: Options;
  readonly say: (line: string) => Execution<unknown>;
}

function* fetchOne(job: Job, text: string): Execution {
  const { process, say } = job;
  const url = parseUrl(text);
  reportDownload(process, url?.text ?? text, "wget");
  if (url === undefined || !/^https?$/.test(url.scheme)) return yield* failed(say, "Failed to allocate uclient context\n", 1);
  yield* say(`Downloading '${text}'\n`);
  const found = yield* resolve(process, url.host);
  if (found === undefined) return yield* failed(say, "Failed to send request: Operation not permitted\n", 4);
  yield* say(`Connecting to ${found.address}:${url.port}\n`);
  return yield* converse(job, url, found.address);
}

function* failed(say: Job["say"], text: string, status: number): Execution {
  yield* say(text);
  return status;
}

function* converse({ process, options, say }: Job, url: Url, address: string): Execution {
  const withinMs = Number(options.value("T") ?? 0) * 1000 || TIMEOUT_MS;
  const fate = yield* connect(process, { host: url.host, address, port: url.port }, { withinMs });
  if (fate !== "open") return yield* failed(say, `Connection error: Connection ${fate === "timeout" ? "timed out" : "failed"}\n`, 4);
  const reply = httpAnswer(process, url, address);
  if (reply.status !== 200) return yield* failed(say, `HTTP error ${reply.status}\n`, 8);
  const name = options.value("O") ?? fileName(url);
  const fd = name === "-" ? 1 : process.open(name, { write: true, create: true, truncate: true, way: "wget" });
  if (typeof fd === "number") yield* process.write(fd, reply.body);
  return yield* failed(say, `Download completed (${reply.body.length} bytes)\n`, 0);
}
