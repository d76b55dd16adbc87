import type { Options } from "../../options.ts";
import type { Execution, Process, Program } from "../../program.ts";
import { connect, type Fate } from "../network/reach.ts";
import { resolve } from "../network/resolver.ts";
import { Meter } from "./curl-meter.ts";
import { curlOptions } from "./curl-options.ts";
import { type HttpAnswer, httpAnswer } from "./http-answer.ts";
import { fileName, parseUrl, reportDownload, type Url } from "./url.ts";

const HELP_HINT = "curl: try 'curl --help' or 'curl --manual' for more information\n";
const PROTOCOLS =
  "dict file ftp ftps gopher gophers http https imap imaps ldap ldaps mqtt pop3 pop3s rtmp rtsp scp sftp smb smbs smtp smtps telnet tftp";

/** curl. Nothing is fetched: see network/reach.ts for what other hosts answer. */
export const curl: Program = {
  name: "curl",
  *run(process) {
    const options = curlOptions(process.args);
    if ("wrong" in options) {
      yield* process.write(2, `${options.wrong === "" ? "" : `curl: ${options.wrong}\n`}${HELP_HINT}`);
      return 2;
    }
    if (options.has("V")) return yield* version(process);
    if (options.has("h") || options.has("help")) return yield* help(process);
    const urls = [...options.values("url"), ...options.operands];
    if (urls.length === 0) {
      yield* process.write(2, options.letters.size === 0 ? HELP_HINT : `curl: no URL specified!\n${HELP_HINT}`);
      return 2;
    }
    let status = 0;
    for (const [at, text] of urls.entries()) status = yield* fetchOne({ process, options, at }, text);
    return status;
  },
};

function* version(process: Process): Execution {
  const line = process.system.machine.versions["curl"] ?? "curl 7.88.1";
  yield* process.print(
    `${line}\nRelease-Date: 2023-02-20\nProtocols: ${PROTOCOLS}\nFeatures: alt-svc AsynchDNS brotli GSS-API HSTS HTTP2 HTTPS-proxy IDN IPv6 Kerberos Largefile libz NTLM NTLM_WB PSL SPNEGO SSL threadsafe TLS-SRP UnixSockets zstd\n`,
  );
  return 0;
}

const HELP = [
  " -d, --data <data>          HTTP POST data",
  " -f, --fail                 Fail fast with no output on HTTP errors",
  " -h, --help <category>      Get help for commands",
  " -i, --include              Include protocol response headers in the output",
  " -o, --output <file>        Write to file instead of stdout",
  " -O, --remote-name          Write output to a file named as the remote file",
  " -s, --silent               Silent mode",
  " -T, --upload-file <file>   Transfer local FILE to destination",
  " -u, --user <user:password> Server user and password",
  " -A, --user-agent <name>    Send User-Agent <name> to server",
  " -v, --verbose              Make the operation more talkative",
  " -V, --version              Show version number and quit",
];

function* help(process: Process): Execution {
  yield* process.print(`Usage: curl [options...] <url>\n${HELP.map((line) => `${line}\n`).join("")}`);
  return 0;
}

interface Job {
  readonly process: Process;
  readonly options: Options;
  /** Which of the addresses it is: each has its own -o. */
  readonly at: number;
}

function* fetchOne(job: Job, text: string): Execution {
  const { process } = job;
  const url = parseUrl(text);
  reportDownload(process, url?.text ?? text, "curl");
  if (url === undefined) return yield* failed(job, 3, "URL using bad/illegal format or missing URL");
  if (url.scheme === "file") return yield* localFile(job, url, text);
  if (!PROTOCOLS.split(" ").includes(url.scheme))
    return yield* failed(job, 1, `Protocol "${url.scheme}" not supported or disabled in libcurl`);
  if (job.options.has("O") && url.path === "/") return yield* failed(job, 23, "Remote file name has no length!");
  const meter = new Meter(process, showsMeter(job));
  yield* meter.begin();
  const found = yield* resolve(process, url.host);
  if (found === undefined) {
    yield* talk(job, `* Could not resolve host: ${url.host}\n* Closing connection 0\n`);
    yield* meter.end(0, 0);
    return yield* failed(job, 6, `Could not resolve host: ${url.host}`);
  }
  yield* talk(job, `*   Trying ${found.address}:${url.port}...\n`);
  const { fate, tookMs } = yield* attempt(job, { host: url.host, address: found.address, port: url.port }, meter);
  if (fate !== "open") {
    const status = yield* notConnected(job, { url, address: found.address, fate, tookMs });
    return status;
  }
  yield* talk(job, `* Connected to ${url.host} (${found.address}) port ${url.port} (#0)\n`);
  if (url.scheme === "https")
    yield* talk(
      job,
      "* ALPN: offers h2,http/1.1\n* TLSv1.3 (OUT), TLS handshake, Client hello (1):\n* TLSv1.3 (IN), TLS handshake, Server hello (2):\n",
    );
  return yield* exchange(job, { url, reply: httpAnswer(process, url, found.address), meter });
}

/** Shown unless the answer goes to the terminal, or silence was asked for. */
function showsMeter({ process, options, at }: Job): boolean {
  if (options.has("s") || options.has("no-progress-meter")) return false;
  const toFile = options.values("o")[at] !== undefined || options.has("O");
  return toFile || !process.isTerminal(1);
}

function* talk({ process, options }: Job, text: string): Execution<void> {
  if (options.has("v")) yield* process.write(2, text);
}

function* failed({ process, options }: Job, status: number, message: string): Execution {
  if (!options.has("s") || options.has("S")) yield* process.write(2, `curl: (${status}) ${message}\n`);
  return status;
}

interface Attempt {
  readonly fate: Fate | "late";
  readonly tookMs: number;
}

/** Connects, with the meter going on each second; `late`: a limit of the visitor's own ended it. */
function* attempt(job: Job, target: { host: string; address: string; port: number }, meter: Meter): Execution<Attempt> {
  const { process, options } = job;
  const limitMs = Math.min(secondsOf(options, "connect-timeout"), secondsOf(options, "m")) * 1000;
  const fromMs = process.system.now().monotonicMs;
  const spentMs = () => Math.floor(process.system.now().monotonicMs - fromMs);
  let fate: Fate = "timeout";
  for (let second = 1; fate === "timeout"; second += 1) {
    const leftMs = Math.min(limitMs, KERNEL_TIMEOUT_MS) - spentMs();
    if (leftMs <= 0) return { fate: limitMs <= KERNEL_TIMEOUT_MS ? "late" : "timeout", tookMs: spentMs() };
    fate = yield* connect(process, target, { withinMs: Math.min(1000, leftMs) });
    if (fate === "timeout") yield* meter.tick(second);
  }
  return { fate, tookMs: spentMs() };
}

const KERNEL_TIMEOUT_MS = 131_000;

function secondsOf(options: Options, key: string): number {
  const seconds = Number(options.value(key) ?? "0");
  return seconds > 0 ? seconds : Number.POSITIVE_INFINITY;
}

function* notConnected(job: Job, how: { url: Url; address: string; fate: Attempt["fate"]; tookMs: number }): Execution {
  const { url, address, fate, tookMs } = how;
  const late = `Connection timed out after ${tookMs} milliseconds`;
  const why = fate === "unreachable" ? "No route to host" : fate === "refused" ? "Connection refused" : "Connection timed out";
  const message =
    fate === "late" ? late : `Failed to connect to ${url.host} port ${url.port} after ${tookMs} ms: Couldn't connect to server`;
  if (fate !== "late") yield* talk(job, `* connect to ${address} port ${url.port} failed: ${why}\n`);
  yield* talk(job, `* ${message}\n* Closing connection 0\n`);
  if (showsMeter(job)) yield* job.process.write(2, `\r  0     0    0     0    0     0      0      0 --:--:-- --:--:-- --:--:--     0\n`);
  return yield* failed(job, fate === "late" || fate === "timeout" ? 28 : 7, message);
}

interface Exchange {
  readonly url: Url;
  readonly reply: HttpAnswer;
  readonly meter: Meter;
}

function* exchange(job: Job, { url, reply, meter }: Exchange): Execution {
  const { process, options } = job;
  const method = methodOf(options);
  yield* talk(job, requestText(job, url, method));
  yield* process.sleep(20 + (process.system.seeded(`answer ${url.host}`) % 90));
  const head = [`HTTP/1.1 ${reply.status} ${reply.reason}`, ...reply.headers.map(([name, value]) => `${name}: ${value}`), ""];
  yield* talk(job, head.map((line) => `< ${line}\n`).join(""));
  if (options.has("f") && reply.status >= 400) {
    yield* meter.end(0, 0);
    return yield* failed(job, 22, `The requested URL returned error: ${reply.status}`);
  }
  const body = method === "HEAD" ? "" : reply.body;
  const shown = options.has("i") || options.has("I") ? head.map((line) => `${line}\r\n`).join("") : "";
  const status = yield* deliver(job, url, shown + body);
  yield* meter.end(body.length, 1100 + (process.system.seeded(`speed ${url.host}`) % 900));
  yield* talk(job, `* Connection #0 to host ${url.host} left intact\n`);
  const format = options.value("w");
  if (format !== undefined) yield* process.print(writeOut(format, { url, reply }));
  return status;
}

function methodOf(options: Options): string {
  const posts = ["d", "F", "data-raw", "data-binary", "data-urlencode", "json"].some((key) => options.has(key));
  return options.value("X") ?? (options.has("I") ? "HEAD" : posts ? "POST" : "GET");
}

function requestText({ process, options }: Job, url: Url, method: string): string {
  const [, version = "7.88.1"] = /curl ([\d.]+)/.exec(process.system.machine.versions["curl"] ?? "") ?? [];
  const host = url.portGiven ? `${url.host}:${url.port}` : url.host;
  const own = options.values("H").map((line) => `> ${line}\n`);
  return `> ${method} ${url.path} HTTP/1.1\n> Host: ${host}\n> User-Agent: ${options.value("A") ?? `curl/${version}`}\n> Accept: */*\n${own.join("")}> \n`;
}

function* deliver(job: Job, url: Url, body: string): Execution {
  const { process, options, at } = job;
  const name = options.values("o")[at] ?? (options.has("O") ? fileName(url) : undefined);
  if (name === undefined || name === "-") {
    yield* process.print(body);
    return 0;
  }
  const fd = process.open(name, { write: true, create: true, truncate: true, way: "curl" });
  if (typeof fd !== "number") return yield* failed(job, 23, "Failure writing output to destination");
  yield* process.write(fd, body);
  process.close(fd);
  return 0;
}

function* localFile(job: Job, url: Url, text: string): Execution {
  const path = text.replace(/^file:\/\/(localhost)?/, "");
  const body = job.process.fs.readFile(path);
  if (typeof body !== "string") return yield* failed(job, 37, `Couldn't open file ${path}`);
  return yield* deliver(job, url, body);
}

function writeOut(format: string, { url, reply }: { url: Url; reply: HttpAnswer }): string {
  const values: Readonly<Record<string, string>> = {
    http_code: String(reply.status),
    response_code: String(reply.status),
    url_effective: url.text,
    size_download: String(reply.body.length),
    content_type: "text/html",
    num_redirects: "0",
    scheme: url.scheme.toUpperCase(),
    time_total: "0.112043",
  };
  return format
    .replace(/%\{(\w+)\}/g, (whole, name: string) => values[name] ?? (name === "" ? whole : ""))
    .replaceAll("\\n", "\n")
    .replaceAll("\\t", "\t")
    .replaceAll("\\r", "\r");
}
