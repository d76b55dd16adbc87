import type { Execution, Process } from "../../program.ts";
import { connect } from "../network/reach.ts";
import { resolve } from "../network/resolver.ts";
import { optionsOr } from "../usage.ts";
import { httpAnswer } from "./http-answer.ts";
import { fileName, parseUrl, reportDownload } from "./url.ts";

const LONG = { timeout: "T", continue: "c", quiet: "q", spider: "s", "user-agent": "U", "output-document": "O", "directory-prefix": "P", "no-check-certificate": "n", header: "header:", "post-data": "post-data:" };
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
  if (text === undefined) {
    yield* process.write(2, usage);
    return 1;
  }
  const say = (line: string) => process.write(2, options.has("q") ? "" : line);
  const url = parseUrl(text);
  reportDownload(process, url?.text ?? text, "wget");
  if (url === undefined || !/^https?$/.test(url.scheme)) {
    yield* say("Failed to allocate uclient context\n");
    return 1;
  }
  yield* say(`Downloading '${text}'\n`);
  const found = yield* resolve(process, url.host);
  if (found === undefined) {
    yield* say("Failed to send request: Operation not permitted\n");
    return 4;
  }
  yield* say(`Connecting to ${found.address}:${url.port}\n`);
  const fate = yield* connect(process, { host: url.host, address: found.address, port: url.port }, { withinMs: Number(options.value("T") ?? 0) * 1000 || TIMEOUT_MS });
  if (fate !== "open") {
    yield* say(fate === "timeout" ? "Connection error: Connection timed out\n" : "Connection error: Connection failed\n");
    return 4;
  }
  const reply = httpAnswer(process, url, found.address);
  if (reply.status !== 200) {
    yield* say(`HTTP error ${reply.status}\n`);
    return 8;
  }
  const name = options.value("O") ?? fileName(url);
  const fd = name === "-" ? 1 : process.open(name, { write: true, create: true, truncate: true, way: "wget" });
  if (typeof fd === "number") yield* process.write(fd, reply.body);
  yield* say(`Download completed (${reply.body.length} bytes)\n`);
  return 0;
}
