import type { Example } from "../../../../check.ts";
import type { RemoteView } from "../../../../views/remote-view.ts";
import { realHost } from "./real-servers.ts";
import { type Answers, certified, host } from "./told-views.ts";

/** Web servers. */
const DATE = "Date: Tue, 14 Nov 2023 22:13:20 GMT\r\n";
const page = (status: string, { head = `Server: nginx/1.22.1\r\n${DATE}`, body = "<html>hello</html>", version = "1.1" } = {}) =>
  `HTTP/${version} ${status}\r\n${head}Content-Type: text/html\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
const OK = page("200 OK");
const APACHE = `${DATE}Server: Apache/2.4.57 (Debian)\r\n`;

const real = realHost("nginx", "apache");
const web = (answers: Answers): Example<RemoteView> => ({ shown: host(80, { "http.get": OK, ...answers }), clean: real });
const cookie = (value: string) => page("200 OK", { head: `Server: nginx\r\n${DATE}Set-Cookie: JSESSIONID=${value}; Path=/\r\n` });

export const httpExamples: Readonly<Record<string, Example<RemoteView>>> = {
  "http.bad-version.answered": web({ "http.bad-version": OK }),
  "http.odd-verb.status": web({ "http.odd-verb": page("501 Not Implemented") }),
  "http.odd-verb.accepted": web({ "http.odd-verb": OK }),
  "http.no-host.answered": web({ "http.no-host": OK }),
  "http.bad-length.answered": web({ "http.bad-length": OK }),
  "http.long-path.answered": web({ "http.long-path": OK }),
  "http.half.unanswered": web({ "http.half": page("400 Bad Request") }),
  "http.pipeline.lost": web({ "http.pipeline": OK }),
  "http.head.body": web({ "http.head": OK }),
  "http.head.refused": web({ "http.head": page("405 Method Not Allowed", { body: "" }) }),
  "http.same-page": web({ "http.missing": OK, "http.missing.other": OK, "http.odd-verb": OK }),
  "http.missing.found": web({ "http.missing": OK, "http.missing.other": page("200 OK", { body: "another" }) }),
  "http.session.repeats": {
    shown: host(80, { "http.get": cookie("145DF9C4CDE560B2699212AA"), "http.get.again": cookie("145DF9C4CDE560B2699212AA") }),
    clean: host(80, { "http.get": cookie("145DF9C4CDE560B2699212AA"), "http.get.again": cookie("9921C4CDE560B26A145DF2AA") }),
  },
  "http.error.hand": web({ "http.binary": page("400 Bad Request", { body: "<p>Error code explanation: 400 = Bad request" }) }),
  "http.server.changes": web({ "http.bad-version": page("400 Bad Request", { head: "Server: Python/3.10 aiohttp/3.8.3\r\n" }) }),
  "http.header.order": {
    shown: host(80, { "http.get": page("200 OK", { head: `Server: Apache/2.4.57 (Debian)\r\n${DATE}` }) }),
    clean: real,
  },
  "http.date.missing": { shown: host(80, { "http.get": page("200 OK", { head: "Server: Apache/2.4.57 (Debian)\r\n" }) }), clean: real },
  "http.date.wrong": { shown: host(80, { "http.get": page("200 OK", { head: "Date: Mon, 14 Nov 2023 22:13:20 GMT\r\n" }) }), clean: real },
  "http.header.line-end": { shown: host(80, { "http.get": page("200 OK", { head: APACHE }).replaceAll("\r\n", "\n") }), clean: real },
  "http.version.old": { shown: host(80, { "http.get": page("200 OK", { head: APACHE, version: "1.0" }) }), clean: real },
  "http.length.lies": { shown: host(80, { "http.get": `${OK} and more` }), clean: real },
  "tls.md5": { shown: certified({ signatureAlgorithm: "md5WithRSAEncryption" }), clean: certified({}) },
  "tls.serial.time": {
    shown: certified({ serial: "653250C0", notBefore: "Oct 20 10:04:48 2023 GMT", selfSigned: true }),
    clean: certified({}),
  },
  "tls.standard-names": {
    shown: certified({ subject: "C=AU, ST=Some-State, O=Internet Widgits Pty Ltd", selfSigned: true }),
    clean: certified({}),
  },
  "tls.serial.zero": { shown: certified({ serial: "00", selfSigned: true }), clean: certified({}) },
  "tls.dates": {
    shown: certified({ notBefore: "Jan 1 00:00:00 2018 GMT", notAfter: "Jan 1 00:00:00 2019 GMT" }),
    clean: certified({}),
  },
};
