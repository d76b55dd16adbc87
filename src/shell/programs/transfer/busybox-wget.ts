import type { Options } from "../../options.ts";
import type { Execution, Process } from "../../program.ts";
import { connect, fateText } from "../network/reach.ts";
import { resolve } from "../network/resolver.ts";
import { busyboxUsage, optionsOr } from "../usage.ts";
import { httpAnswer } from "./http-answer.ts";
import { fileName, parseUrl, reportDownload, type Url } from "./url.ts";

const LONG = {
  continue: "c",
  quiet: "q",
  "server-response": "S",
  "output-document": "O",
  "output-file": "o",
  "directory-prefix": "P",
  proxy: "Y",
  "user-agent": "U",
  timeout: "T",
  tries: "t",
  header: "header:",
  "post-data": "post-data:",
  "post-file": "post-file:",
  spider: "spider",
  "no-check-certificate": "no-check-certificate",
};

const HELP = `Retrieve files via HTTP or FTP

\t--spider\tOnly check URL existence: $? is 0 if exists
\t--header STR\tAdd STR (of form 'header: value') to headers
\t--post-data STR\tSend STR using POST method
\t--post-file FILE\tSend FILE using POST method
\t--no-check-certificate\tDon't validate the server's certificate
\t-c\t\tContinue retrieval of aborted transfer
\t-q\t\tQuiet
\t-P DIR\t\tSave to DIR (default .)
\t-S    \t\tShow server response
\t-O FILE\t\tSave to FILE ('-' for stdout)
\t-o LOGFILE\tLog messages to FILE
\t-U STR\t\tUse STR for User-Agent header
\t-Y on/off\tUse proxy`;
const SYNOPSIS = `wget [-cqS] [--spider] [-O FILE] [-o LOGFILE] [--header STR]
\t[--post-data STR | --post-file FILE] [-Y on/off]
\t[--no-check-certificate] [-P DIR] [-U AGENT] URL...`;
/** The applet gives up on a silent server by itself. */
const TIMEOUT_MS = 127_000;

/** The wget of busybox: one line where it connects, one where it fails. */
export function* busyboxWget(process: Process): Execution {
  const usage = busyboxUsage(process, SYNOPSIS, HELP);
  const options = yield* optionsOr(process, { short: "cqSO:o:P:Y:U:T:t:sn", long: LONG }, usage);
  if (typeof options === "number") return options;
  if (options.operands.length === 0) {
    yield* process.write(2, usage);
    return 1;
  }
  for (const text of options.operands) {
    const status = yield* fetchOne(process, options, text);
    if (status !== 0) return status;
  }
  return 0;
}

function* fetchOne(process: Process, options: Options, text: string): Execution {
  const url = parseUrl(text);
  reportDownload(process, url?.text ?? text, "wget");
  if (url === undefined || !/^(https?|ftp)$/.test(url.scheme)) return yield* process.fail(`not an http or ftp url: ${text}`);
  const found = yield* resolve(process, url.host);
  if (found === undefined) return yield* process.fail(`bad address '${url.host}'`);
  const place = `${url.host}${url.portGiven ? `:${url.port}` : ""} (${found.address}:${url.port})`;
  if (!options.has("q")) yield* process.write(2, `Connecting to ${place}\n`);
  return yield* converse(process, options, { url, address: found.address });
}

function* converse(process: Process, options: Options, { url, address }: { url: Url; address: string }): Execution {
  const limitMs = Number(options.value("T") ?? 0) * 1000;
  const fate = yield* connect(process, { host: url.host, address, port: url.port }, { withinMs: limitMs > 0 ? limitMs : TIMEOUT_MS });
  if (fate === "timeout" && limitMs > 0) return yield* process.fail("download timed out");
  if (fate !== "open") return yield* process.fail(`can't connect to remote host (${address}): ${fateText(fate)}`);
  const reply = httpAnswer(process, url, address);
  yield* process.sleep(30);
  if (reply.status !== 200) return yield* process.fail(`server returned error: HTTP/1.1 ${reply.status} ${reply.reason}`);
  return yield* save(process, { options, url, body: reply.body });
}

function* save(process: Process, page: { options: Options; url: Url; body: string }): Execution {
  const { options, url, body } = page;
  const name = options.value("O") ?? `${options.value("P") === undefined ? "" : `${options.value("P")}/`}${fileName(url)}`;
  const fd =
    name === "-" ? 1 : process.open(name, { write: true, create: true, exclusive: !options.has("O"), truncate: true, way: "wget" });
  if (typeof fd !== "number")
    return yield* process.fail(`can't open '${name}': ${fd.errno === "EEXIST" ? "File exists" : "Permission denied"}`);
  if (!options.has("q") && name !== "-") yield* process.write(2, `saving to '${name}'\n`);
  yield* process.write(fd, body);
  if (!options.has("q") && name !== "-")
    yield* process.write(
      2,
      `${name.slice(0, 20).padEnd(20)} 100% |********************************| ${String(body.length).padStart(5)}  0:00:00 ETA\n'${name}' saved\n`,
    );
  return 0;
}
