import { hear, type Stimulus, say } from "./stimulus.ts";
import { answer, everywhereQuick, quick, stimulusMaker } from "./stimulus-maker.ts";

/**
 * What web servers are asked: an ordinary page, what every server must refuse in its own words (versions, verbs, lengths), and pages that
 * cannot exist. No path is an exploit's, no verb changes anything.
 */
const http = stimulusMaker({
  protocol: "http",
  ports: [80, 81, 443, 591, 3000, 5000, 7547, 8000, 8008, 8080, 8081, 8088, 8181, 8443, 8888, 9000, 9080, 9090],
});

const get = (path: string) =>
  `GET ${path} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: Mozilla/5.0\r\nAccept: */*\r\nConnection: close\r\n\r\n`;

/** Paths that no site has. */
export const MISSING = "/q7wz-no-such-page-41b9";
export const MISSING_TOO = "/another-page/that-is-not-there-8c2.php";

export const httpStimuli: readonly Stimulus[] = [
  http("get", get("/"), everywhereQuick),
  http("get.again", get("/")),
  http("get-1.0", "GET / HTTP/1.0\r\n\r\n"),
  http("get-0.9", "GET /\r\n"),
  http("head", "HEAD / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", quick),
  http("options", "OPTIONS / HTTP/1.0\r\n\r\n", quick),
  http("odd-verb", "AAAA / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", quick),
  http("bad-version", "GET / HTTP/1337\r\nHost: localhost\r\n\r\n", quick),
  http("version-9.9", "GET / HTTP/9.9\r\nHost: localhost\r\nConnection: close\r\n\r\n"),
  http("missing", get(MISSING), quick),
  http("missing.other", get(MISSING_TOO), quick),
  http("no-host", "GET / HTTP/1.1\r\nConnection: close\r\n\r\n"),
  http("two-hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n"),
  http("bad-length", "GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\nConnection: close\r\n\r\n"),
  http("long-path", get(`/${"a".repeat(20_000)}`)),
  http("long-header", `GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: ${"b".repeat(70_000)}\r\nConnection: close\r\n\r\n`),
  http("line-feeds", "GET / HTTP/1.1\nHost: localhost\nConnection: close\n\n"),
  http("half", [
    say("GE"),
    hear(400, 100),
    say("T / HTTP/1.1\r\nHost: local"),
    hear(400, 100),
    say("host\r\nConnection: close\r\n\r\n"),
    answer,
  ]),
  http("pipeline", [say(`GET / HTTP/1.1\r\nHost: localhost\r\n\r\n${get(MISSING)}`), answer]),
  http("expect", "GET / HTTP/1.1\r\nHost: localhost\r\nExpect: the-impossible\r\nConnection: close\r\n\r\n"),
  http("control-bytes", "GET /\x01\x02 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"),
  http("binary", "\x16\x03\x01\x7f\xff\xfe\r\n\r\n"),
];
