import { type Options, type OptionSpec, readOptions } from "../../options.ts";

/** curl's command line (curl 7.88): letters, the long names behind them, and those that have no letter. */
const FLAGS: Readonly<Record<string, string>> = {
  "0": "http1.0",
  "1": "tlsv1",
  "2": "sslv2",
  "3": "sslv3",
  "4": "ipv4",
  "6": "ipv6",
  a: "append",
  B: "use-ascii",
  f: "fail",
  g: "globoff",
  G: "get",
  i: "include",
  I: "head",
  j: "junk-session-cookies",
  J: "remote-header-name",
  k: "insecure",
  l: "list-only",
  L: "location",
  M: "manual",
  n: "netrc",
  N: "no-buffer",
  O: "remote-name",
  p: "proxytunnel",
  q: "disable",
  R: "remote-time",
  s: "silent",
  S: "show-error",
  v: "verbose",
  V: "version",
  Z: "parallel",
  "#": "progress-bar",
};

const VALUES: Readonly<Record<string, string>> = {
  A: "user-agent",
  b: "cookie",
  c: "cookie-jar",
  C: "continue-at",
  d: "data",
  D: "dump-header",
  e: "referer",
  E: "cert",
  F: "form",
  H: "header",
  K: "config",
  m: "max-time",
  o: "output",
  P: "ftp-port",
  Q: "quote",
  r: "range",
  T: "upload-file",
  t: "telnet-option",
  u: "user",
  U: "proxy-user",
  w: "write-out",
  x: "proxy",
  X: "request",
  y: "speed-time",
  Y: "speed-limit",
  z: "time-cond",
};

const LONG_FLAGS = ["compressed", "create-dirs", "fail-early", "fail-with-body", "http1.1", "http2", "http2-prior-knowledge", "http3", "no-progress-meter", "path-as-is", "remote-name-all", "retry-all-errors", "retry-connrefused", "ssl", "ssl-reqd", "tcp-fastopen", "tcp-nodelay", "tlsv1.0", "tlsv1.1", "tlsv1.2", "tlsv1.3", "tr-encoding", "anyauth", "basic", "digest", "ntlm", "negotiate", "location-trusted", "proxy-insecure", "styled-output", "no-keepalive", "raw", "xattr", "no-alpn", "no-npn", "ftp-pasv", "ftp-create-dirs", "doh-insecure", "post301", "post302"];
const LONG_VALUES = ["cacert", "capath", "cert-type", "ciphers", "connect-timeout", "connect-to", "data-ascii", "data-binary", "data-raw", "data-urlencode", "dns-servers", "doh-url", "form-string", "interface", "json", "keepalive-time", "key", "limit-rate", "local-port", "max-filesize", "max-redirs", "noproxy", "oauth2-bearer", "output-dir", "pass", "pinnedpubkey", "preproxy", "proto", "proto-default", "proto-redir", "proxy-header", "rate", "resolve", "retry", "retry-delay", "retry-max-time", "service-name", "socks4", "socks4a", "socks5", "socks5-hostname", "stderr", "tls-max", "trace", "trace-ascii", "unix-socket", "url", "url-query", "abstract-unix-socket", "variable"];

const SPEC: OptionSpec = {
  short: `h::${Object.keys(FLAGS).join("")}${Object.keys(VALUES)
    .map((letter) => `${letter}:`)
    .join("")}`,
  long: Object.fromEntries([
    ...Object.entries({ ...FLAGS, ...VALUES }).map(([letter, name]) => [name, letter]),
    ...LONG_FLAGS.map((name) => [name, name]),
    ...LONG_VALUES.map((name) => [name, `${name}:`]),
  ]),
};

/** The options, or what curl says of a mistake. `--no-x` undoes what a flag does, so that it is no error. */
export function curlOptions(args: readonly string[]): Options | { readonly wrong: string } {
  const words = args.filter((arg) => !/^--no-(?!progress|keepalive|buffer|alpn|npn)[a-z-]+$/.test(arg));
  const parsed = readOptions(words, SPEC);
  if ("operands" in parsed) return parsed;
  if ("show" in parsed) return { wrong: "" };
  const [, letter, long] = /^(?:invalid option -- '(.)'|unrecognized option '(--[^']*)')/.exec(parsed.wrong) ?? [];
  if (letter !== undefined || long !== undefined) return { wrong: `option ${long ?? `-${letter}`}: is unknown` };
  const [, value] = /requires an argument(?: -- '(.)')?/.exec(parsed.wrong) ?? [];
  const name = value ?? /'(--[^']*)'/.exec(parsed.wrong)?.[1] ?? "";
  return { wrong: `option ${value === undefined ? name : `-${value}`}: requires parameter` };
}
