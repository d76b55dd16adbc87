import type { Options } from "../../options.ts";
import type { Execution, Process, Program } from "../../program.ts";
import { connect, fateText } from "../network/reach.ts";
import { isAddress, resolve } from "../network/resolver.ts";
import { quoteValue } from "../quoting.ts";
import { formatTime, zoneOf } from "../time-format.ts";
import { optionsOr } from "../usage.ts";
import { busyboxWget } from "./busybox-wget.ts";
import { type HttpAnswer, httpAnswer } from "./http-answer.ts";
import { isUclient, uclientFetch } from "./uclient-fetch.ts";
import { fileName, parseUrl, reportDownload, type Url } from "./url.ts";

/** GNU wget. Nothing is fetched: see network/reach.ts for what other hosts answer. */
export const wget: Program = {
  name: "wget",
  *run(process) {
    if (process.flavour === "busybox") return yield* isUclient(process) ? uclientFetch(process) : busyboxWget(process);
    const usage = `Usage: ${process.name} [OPTION]... [URL]...\n\nTry \`${process.name} --help' for more options.\n`;
    const options = yield* optionsOr(process, { short: SHORT, long: LONG, errorStatus: 2 }, usage);
    if (typeof options === "number") return options;
    if (options.has("V")) return yield* version(process);
    const urls = [...options.operands, ...(yield* listed(process, options))];
    if (urls.length === 0) {
      yield* process.write(2, `${process.name}: missing URL\n${usage}`);
      return 1;
    }
    const job = yield* makeJob(process, options);
    if (typeof job === "number") return job;
    let status = 0;
    for (const text of urls) status = worse(status, yield* fetchOne(job, text));
    return status;
  },
};

const SHORT = "Vhbe:o:a:qdvn:i:Fx:B:t:O:cNST:w:Q:P:rl:kpHLD:A:R:I:X:U:E46Km";
const LONG = {
  version: "V",
  background: "b",
  quiet: "q",
  verbose: "v",
  "no-verbose": "no-verbose",
  "input-file": "i",
  tries: "t",
  "output-document": "O",
  "output-file": "o",
  "append-output": "a",
  continue: "c",
  timestamping: "N",
  "server-response": "S",
  timeout: "T",
  "connect-timeout": "T",
  "dns-timeout": "dns-timeout:",
  "read-timeout": "read-timeout:",
  wait: "w",
  "directory-prefix": "P",
  "user-agent": "U",
  "no-check-certificate": "k",
  header: "header:",
  "post-data": "post-data:",
  "post-file": "post-file:",
  method: "method:",
  spider: "spider",
  user: "user:",
  password: "password:",
  "http-user": "user:",
  "http-password": "password:",
  referer: "referer:",
  "no-cache": "no-cache",
  "no-proxy": "no-proxy",
  "no-cookies": "no-cookies",
  recursive: "r",
  level: "l",
  "inet4-only": "4",
  "inet6-only": "6",
  "limit-rate": "limit-rate:",
  "show-progress": "show-progress",
  progress: "progress:",
  "max-redirect": "max-redirect:",
  "no-clobber": "no-clobber",
  "content-disposition": "content-disposition",
  "ftp-user": "user:",
  "ftp-password": "password:",
};

interface Job {
  readonly process: Process;
  readonly options: Options;
  readonly quiet: boolean;
  readonly brief: boolean;
  /** Where messages go: standard error, or the -o file. */
  readonly log: number;
  /** -O: open from the start, so that the file is there even when nothing comes. */
  readonly output: number | undefined;
}

function* version(process: Process): Execution {
  yield* process.print(`${process.system.machine.versions["wget"] ?? "GNU Wget built on linux-gnu."}\n`);
  return 0;
}

/** The first serious failure counts: 8 (server) gives way to 4 (network). */
function worse(before: number, now: number): number {
  return before === 0 ? now : now === 0 ? before : Math.min(before, now);
}

function* listed(process: Process, options: Options): Execution<readonly string[]> {
  const file = options.value("i");
  if (file === undefined) return [];
  const text = file === "-" ? yield* process.readAll(0) : process.fs.readFile(file);
  if (typeof text === "string") return text.split("\n").filter((line) => line.trim() !== "");
  yield* process.write(2, `${file}: No such file or directory\nNo URLs found in ${file}.\n`);
  return [];
}

function* makeJob(process: Process, options: Options): Execution<Job | number> {
  const logName = options.value("o") ?? options.value("a") ?? (options.has("b") ? "wget-log" : undefined);
  const log =
    logName === undefined ? 2 : process.open(logName, { write: true, create: true, append: options.has("a"), truncate: !options.has("a") });
  const target = options.value("O");
  const output =
    target === undefined
      ? undefined
      : target === "-"
        ? 1
        : process.open(target, { write: true, create: true, truncate: !options.has("c"), way: "wget" });
  if (typeof output === "object") return yield* cannotOpen(process, target ?? "", output.errno);
  if (options.has("b"))
    yield* process.print(`Continuing in background, pid ${process.pid}.\nOutput will be written to ${quoteValue(process, "wget-log")}.\n`);
  const brief = options.has("no-verbose") || options.values("n").some((value) => value.includes("v"));
  return { process, options, quiet: options.has("q"), brief, log: typeof log === "number" ? log : 2, output };
}

function* cannotOpen(process: Process, path: string, errno: string): Execution {
  const why =
    errno === "EACCES"
      ? "Permission denied"
      : errno === "ENOENT"
        ? "No such file or directory"
        : errno === "EROFS"
          ? "Read-only file system"
          : "Is a directory";
  yield* process.write(2, `${path}: ${why}\n`);
  return 3;
}

function* say(job: Job, text: string): Execution<void> {
  if (!job.quiet && !job.brief) yield* job.process.write(job.log, text);
}

/** What is said even with -nv. */
function* sayBriefly(job: Job, text: string): Execution<void> {
  if (!job.quiet) yield* job.process.write(job.log, text);
}

function* fetchOne(job: Job, text: string): Execution {
  const { process } = job;
  const url = parseUrl(text);
  reportDownload(process, url?.text ?? text, "wget");
  if (url === undefined) {
    yield* sayBriefly(job, `${text}: Invalid host name.\n`);
    return 1;
  }
  if (!["http", "https", "ftp", "ftps"].includes(url.scheme)) {
    yield* sayBriefly(job, `${text}: Unsupported scheme ${quoteValue(process, url.scheme)}.\n`);
    return 1;
  }
  const tries = Number(job.options.value("t") ?? 20) || MAX_TRIES;
  for (let attempt = 1; attempt <= tries; attempt += 1) {
    const status = yield* tryOnce(job, url, attempt);
    if (status !== "again") return status;
    if (attempt === tries) break;
    yield* say(job, "Retrying.\n\n");
    yield* process.sleep(Math.min(attempt, 10) * 1000);
  }
  yield* say(job, "Giving up.\n\n");
  return 4;
}

const MAX_TRIES = 10_000;

function* tryOnce(job: Job, url: Url, attempt: number): Execution<number | "again"> {
  const { process } = job;
  const mark = attempt === 1 ? "" : `(try:${String(attempt).padStart(2)})  `;
  yield* say(job, `--${stamp(process)}--  ${mark}${url.text}\n`);
  if (url.scheme.startsWith("ftp")) yield* say(job, `           => ${quoteValue(process, job.options.value("O") ?? fileName(url))}\n`);
  const address = yield* lookUp(job, url);
  if (address === undefined) return 4;
  const place = address === url.host ? `${url.host}:${url.port}` : `${url.host} (${url.host})|${address}|:${url.port}`;
  yield* say(job, `Connecting to ${place}... `);
  const seconds = Number(job.options.value("T") ?? 0);
  const fate = yield* connect(process, { host: url.host, address, port: url.port }, { withinMs: seconds > 0 ? seconds * 1000 : undefined });
  if (fate === "open") {
    yield* say(job, "connected.\n");
    return yield* answer(job, url, httpAnswer(process, url, address));
  }
  yield* sayBriefly(job, `failed: ${fateText(fate)}.\n`);
  return fate === "timeout" ? "again" : 4;
}

/** The address of a name; dotted quads are not talked of. */
function* lookUp(job: Job, { host }: Url): Execution<string | undefined> {
  const named = !isAddress(host);
  if (named) yield* say(job, `Resolving ${host} (${host})... `);
  const found = yield* resolve(job.process, host);
  if (named && found !== undefined) yield* say(job, `${found.address}\n`);
  if (found !== undefined) return found.address;
  yield* say(job, "failed: Name or service not known.\n");
  yield* sayBriefly(job, `wget: unable to resolve host address ${quoteValue(job.process, host)}\n`);
  return undefined;
}

function stamp(process: Process): string {
  return formatTime("%F %T", process.system.now().wallMs, zoneOf(process));
}

function* answer(job: Job, url: Url, reply: HttpAnswer): Execution {
  const { process, options } = job;
  yield* say(job, "HTTP request sent, awaiting response... ");
  yield* process.sleep(20 + (process.system.seeded(`answer ${url.host}`) % 90));
  const lines = [`HTTP/1.1 ${reply.status} ${reply.reason}`, ...reply.headers.map(([name, value]) => `${name}: ${value}`)];
  yield* say(job, options.has("S") ? `\n${lines.map((line) => `  ${line}\n`).join("")}` : `${reply.status} ${reply.reason}\n`);
  if (reply.status !== 200) {
    if (options.has("spider")) yield* say(job, "Remote file does not exist -- broken link!!!\n\n");
    else if (job.brief) yield* sayBriefly(job, `${url.text}:\n${stamp(process)} ERROR ${reply.status}: ${reply.reason}.\n`);
    else yield* say(job, `${stamp(process)} ERROR ${reply.status}: ${reply.reason}.\n\n`);
    return 8;
  }
  return yield* save(job, url, reply.body);
}

function* save(job: Job, url: Url, body: string): Execution {
  const { process, options } = job;
  const folder = options.value("P");
  const name = options.value("O") ?? `${folder === undefined ? "" : `${folder}/`}${fileName(url)}`;
  const fd = job.output ?? process.open(name, { write: true, create: true, truncate: true, way: "wget" });
  if (typeof fd !== "number") return yield* cannotOpen(process, name, fd.errno);
  yield* say(job, `Length: ${body.length} [text/html]\nSaving to: ${quoteValue(process, name === "-" ? "STDOUT" : name)}\n\n`);
  yield* process.write(fd, body);
  const bar = `${name.slice(0, 20).padEnd(20)}100%[===================>] ${String(body.length).padStart(7)}  --.-KB/s    in 0s      \n\n`;
  const done = `${stamp(process)} (12.4 MB/s) - ${name === "-" ? "written to stdout" : `${quoteValue(process, name)} saved`} [${body.length}/${body.length}]\n\n`;
  yield* say(job, bar + done);
  if (job.brief) yield* sayBriefly(job, `${stamp(process)} URL:${url.text} [${body.length}/${body.length}] -> "${name}" [1]\n`);
  return 0;
}
