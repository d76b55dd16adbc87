import { quoted } from "../../../quoted.ts";
import type { PortView, RemoteView } from "../../../views/remote-view.ts";
import { type HttpAnswer, header, httpAnswer, serverProduct } from "./http-answer.ts";
import { conversation, fine, type Opinion, odd, oddIf, portCheck, type RemoteCheck, textFrom } from "./opinions.ts";

/**
 * Web servers held against the product in their Server header. Only what the product does itself, before any site of anybody's, is judged:
 * an application behind it may answer pages, verbs and errors as it likes.
 */
const measured = "nginx 1.22 and Apache 2.4 measured on loopback";

function at(port: PortView, stimulus: string): HttpAnswer | undefined {
  return httpAnswer(textFrom(port, stimulus));
}

/** The ordinary page. */
const page = (port: PortView) => at(port, "http.get") ?? at(port, "http.get.again");

/** Products whose front is known; what a site says after it is not. */
const KNOWN = ["nginx", "apache", "microsoft-iis"];

function known(port: PortView): { readonly product: string; readonly answer: HttpAnswer } | undefined {
  const answer = page(port);
  const product = answer === undefined ? undefined : serverProduct(answer);
  return answer === undefined || product === undefined || !KNOWN.includes(product) ? undefined : { product, answer };
}

/** Judges one answer of a server whose product is known. */
function ofKnown(port: PortView, stimulus: string, judge: (answer: HttpAnswer, product: string) => Opinion): Opinion {
  const [server, answer] = [known(port), at(port, stimulus)];
  return server === undefined || answer === undefined ? undefined : judge(answer, server.product);
}

/** A server without a name may be busybox's httpd, which reads neither the version nor the verb HEAD. */
function carelessness(port: PortView): number {
  const answer = page(port);
  return answer !== undefined && serverProduct(answer) === undefined ? 2 : 8;
}

const status = ({ status: code }: HttpAnswer, product: string) => `${product} answers ${code}`;

const requestChecks: readonly RemoteCheck[] = [
  portCheck({
    id: "http.bad-version.answered",
    family: "http-requests",
    looksAt: "GET / HTTP/1337",
    reason: "A version that is no version is answered with a page, by a program that never reads the version.",
    ratio: 8,
    source: measured,
    opinion: (port) => {
      const answer = at(port, "http.bad-version");
      if (answer === undefined) return undefined;
      return answer.status < 400 ? odd(`status ${answer.status}`, carelessness(port)) : fine(`status ${answer.status}`);
    },
  }),
  portCheck({
    id: "http.odd-verb.status",
    family: "http-requests",
    looksAt: "the verb AAAA",
    reason: "The web server refuses an unknown verb with the status that another product has for it.",
    ratio: 5,
    source: measured,
    opinion: (port) =>
      ofKnown(port, "http.odd-verb", (answer, product) => oddIf(product === "nginx" && answer.status === 501, status(answer, product))),
  }),
  portCheck({
    id: "http.odd-verb.accepted",
    // Where every path is one page, every verb is too: one sign.
    family: "http-pages",
    looksAt: "the verb AAAA",
    reason: "A verb that does not exist is served the same page as GET, so the verb is never looked at.",
    ratio: 4,
    source: measured,
    opinion: (port) => {
      const [answer, ordinary] = [at(port, "http.odd-verb"), page(port)];
      if (answer === undefined || ordinary === undefined || ordinary.status >= 400) return undefined;
      return oddIf(answer.status === 200 && answer.body === ordinary.body, `status ${answer.status}`);
    },
  }),
  portCheck({
    id: "http.no-host.answered",
    family: "http-requests",
    looksAt: "HTTP/1.1 without a Host",
    reason: "The product in the Server header refuses HTTP/1.1 without a Host, this server serves it.",
    ratio: 8,
    source: "RFC 9112 §3.2; nginx and Apache measured",
    opinion: (port) => ofKnown(port, "http.no-host", (answer, product) => oddIf(answer.status < 400, status(answer, product))),
  }),
  portCheck({
    id: "http.bad-length.answered",
    family: "http-requests",
    looksAt: "Content-Length: -1",
    reason: "A negative length of content is served by a server whose product refuses it while reading the header.",
    ratio: 6,
    source: measured,
    opinion: (port) => ofKnown(port, "http.bad-length", (answer, product) => oddIf(answer.status < 400, status(answer, product))),
  }),
  portCheck({
    id: "http.long-path.answered",
    family: "http-requests",
    looksAt: "a path of 20,000 characters",
    reason: "A path beyond every default limit is served like any other, where the named product answers 414.",
    ratio: 3,
    source: measured,
    opinion: (port) =>
      ofKnown(port, "http.long-path", (answer, product) =>
        oddIf(answer.status < 400 || (answer.status === 404 && product !== "microsoft-iis"), status(answer, product)),
      ),
  }),
  portCheck({
    id: "http.half.unanswered",
    family: "http-requests",
    looksAt: "a request in three pieces",
    reason:
      "A request that arrives in pieces is not understood, though the same request in one piece is: one read is taken for one message.",
    ratio: 25,
    source: "RFC 9293 §3.8: TCP keeps no borders",
    opinion: (port) => {
      const [ordinary, whole] = [page(port), conversation(port, "http.half")];
      if (ordinary === undefined || whole === undefined || ordinary.status >= 400) return undefined;
      const answer = at(port, "http.half");
      return oddIf(answer === undefined || answer.status >= 400, answer === undefined ? "no answer" : `status ${answer.status}`);
    },
  }),
  portCheck({
    id: "http.pipeline.lost",
    family: "http-requests",
    looksAt: "two requests in one segment",
    reason: "The second of two requests sent together is lost, which the named product would answer.",
    ratio: 6,
    source: measured,
    opinion: (port) => {
      const [server, text] = [known(port), textFrom(port, "http.pipeline")];
      if (server === undefined || text === undefined) return undefined;
      const first = httpAnswer(text);
      // Whoever closes after each answer may lose the second.
      if (first === undefined || /close/i.test(header(first, "connection") ?? "")) return undefined;
      const answers = text.match(/HTTP\/1\.[01] \d{3} /g)?.length ?? 0;
      return oddIf(answers < 2, `${answers} of 2 answers`);
    },
  }),
  portCheck({
    id: "http.head.body",
    family: "http-requests",
    looksAt: "HEAD /",
    reason: "An answer to HEAD carries a body, which no web server that gives its name sends.",
    ratio: 8,
    source: "RFC 9110 §9.3.2",
    opinion: (port) => {
      const answer = at(port, "http.head");
      if (answer === undefined) return undefined;
      const seen = `${answer.body.length} bytes of body`;
      return answer.body !== "" && answer.status < 400 ? odd(seen, carelessness(port)) : fine(seen);
    },
  }),
  portCheck({
    id: "http.head.refused",
    family: "http-requests",
    looksAt: "HEAD /",
    reason: "HEAD is refused where GET is served, though every server that knows the one knows the other.",
    ratio: 2,
    source: "RFC 9110 §9.1",
    opinion: (port) => {
      const [answer, server] = [at(port, "http.head"), known(port)];
      if (answer === undefined || server === undefined || server.answer.status !== 200) return undefined;
      return oddIf([400, 405, 501].includes(answer.status), `GET ${server.answer.status}, HEAD ${answer.status}`);
    },
  }),
];

const pageChecks: readonly RemoteCheck[] = [
  portCheck({
    id: "http.same-page",
    family: "http-pages",
    looksAt: "pages that cannot exist, and an odd verb",
    reason: "Every path and every verb is found, and is one and the same page.",
    ratio: 6,
    source: "NuClide observation: identical responses",
    opinion: (port) => {
      const answers = ["http.get", "http.missing", "http.missing.other", "http.odd-verb"].map((id) => at(port, id));
      if (answers.some((one) => one === undefined)) return undefined;
      const alike = new Set(answers.map((one) => `${one?.status} ${one?.body}`)).size === 1;
      return oddIf(alike && answers[0]?.status === 200, alike ? `four times ${answers[0]?.status}` : "pages differ");
    },
  }),
  portCheck({
    id: "http.missing.found",
    family: "http-pages",
    looksAt: "two pages that cannot exist",
    reason: "Pages that nobody ever made are found, and each is another page.",
    ratio: 3,
    source: "Glastopf: answers every path with what its visitor wants",
    opinion: (port) => {
      const [one, two] = [at(port, "http.missing"), at(port, "http.missing.other")];
      if (one === undefined || two === undefined) return undefined;
      return oddIf(one.status === 200 && two.status === 200 && one.body !== two.body, `${one.status} and ${two.status}`);
    },
  }),
  portCheck({
    id: "http.session.repeats",
    family: "http-pages",
    looksAt: "session cookies of two visits",
    reason: "Two visitors are given one session: the cookie is written into the page, not drawn.",
    ratio: 12,
    source: "VulnCheck, fake Confluence servers",
    opinion: (port) => {
      const [one, two] = [at(port, "http.get"), at(port, "http.get.again")].map((answer) =>
        answer === undefined ? undefined : session(answer),
      );
      return one === undefined || two === undefined ? undefined : oddIf(one === two, one);
    },
  }),
];

function session(answer: HttpAnswer): string | undefined {
  const cookies = answer.headers.filter(([name]) => name.toLowerCase() === "set-cookie").map(([, value]) => value.split(";")[0] ?? "");
  return cookies.find((one) => /^[\w.-]*(?:sess|sid)[\w.-]*=[\w%+/=-]{16,}$/i.test(one));
}

/** How products write the pages of errors that they find themselves. */
const HANDS: readonly (readonly [string, RegExp])[] = [
  ["nginx", /<hr><center>nginx/],
  ["apache", /<!DOCTYPE HTML PUBLIC "-\/\/IETF\/\/DTD HTML 2\.0\/\/EN">/],
  ["microsoft-iis", /<h2>Bad Request - Invalid|HTTP Error \d{3}\. /],
  ["python", /Error code explanation|Bad status line|Bad request syntax|aiohttp|<h1>Error response<\/h1>/],
  ["twisted", /<h1>No Such Resource<\/h1>/],
  ["werkzeug", /<p>The browser \(or proxy\) sent a request that this server could not understand/],
  ["tomcat", /Apache Tomcat|<h1>HTTP Status \d{3}/],
];

const frontErrors = ["http.bad-version", "http.binary", "http.no-host", "http.control-bytes", "http.bad-length"];

function foreignHand(port: PortView): Opinion {
  const server = known(port);
  if (server === undefined) return undefined;
  const bodies = frontErrors.flatMap((id) => at(port, id) ?? []).filter((answer) => answer.status >= 400 && answer.body !== "");
  if (bodies.length === 0) return undefined;
  const hands = bodies.flatMap(({ body }) =>
    HANDS.filter(([name, looks]) => name !== server.product && looks.test(body)).map(([name]) => name),
  );
  return hands[0] === undefined
    ? fine(`errors as ${server.product} writes them`)
    : odd(`Server is ${server.product}, its errors are those of ${hands[0]}`);
}

/** Date as RFC 9110 §5.6.7 wants it, with the day of the week that it was. */
function dateOpinion(port: PortView, view: RemoteView): Opinion {
  const answer = page(port);
  const date = answer === undefined ? undefined : header(answer, "date");
  if (date === undefined) return undefined;
  const parsed = Date.parse(date);
  if (Number.isNaN(parsed) || new Date(parsed).toUTCString() !== date) return odd(`Date: ${date}`, 8);
  const apartMs = Math.abs(parsed - view.takenAtMs);
  return oddIf(apartMs > 36 * 3_600_000, `Date: ${date}`);
}

const headerChecks: readonly RemoteCheck[] = [
  portCheck({
    id: "http.error.hand",
    family: "http-header",
    looksAt: "pages of errors in the request itself",
    reason: "The page of an error that the front server finds itself is written in another product's hand.",
    ratio: 20,
    source: measured,
    opinion: foreignHand,
  }),
  portCheck({
    id: "http.server.changes",
    family: "http-header",
    looksAt: "Server header of ordinary and refused requests",
    reason: "The Server header names another product as soon as a request is broken: the first name is painted on.",
    ratio: 15,
    source: "SNARE and its web framework",
    opinion: (port) => {
      const server = known(port);
      const names = frontErrors.flatMap((id) => at(port, id) ?? []).flatMap((answer) => serverProduct(answer) ?? []);
      if (server === undefined || names.length === 0) return undefined;
      const other = names.find((name) => name !== server.product);
      return other === undefined ? fine(server.product) : odd(`${server.product}, then ${other}`);
    },
  }),
  portCheck({
    id: "http.header.order",
    family: "http-header",
    looksAt: "order of Date and Server",
    reason: "Apache writes Date before Server, nginx Server before Date; this server does as the other.",
    ratio: 6,
    source: measured,
    opinion: (port) => {
      const server = known(port);
      if (server === undefined || server.product === "microsoft-iis") return undefined;
      const names = server.answer.headers.map(([name]) => name.toLowerCase());
      const [date, name] = [names.indexOf("date"), names.indexOf("server")];
      return date < 0
        ? undefined
        : oddIf(date < name !== (server.product === "apache"), `${server.product}: ${names.slice(0, 3).join(", ")}`);
    },
  }),
  portCheck({
    id: "http.date.missing",
    family: "http-header",
    looksAt: "Date header",
    reason: "The named product sends a Date with every page, this one sends none.",
    ratio: 10,
    source: "RFC 9110 §6.6.1; nginx and Apache measured",
    opinion: (port) => {
      const server = known(port);
      if (server === undefined || server.answer.status >= 500) return undefined;
      const date = header(server.answer, "date");
      return oddIf(date === undefined, date ?? `${server.product} without a Date`);
    },
  }),
  portCheck({
    id: "http.date.wrong",
    family: "http-header",
    looksAt: "Date header against the calendar and our clock",
    reason: "The Date header is written by hand or belongs to another day.",
    ratio: 3,
    source: "RFC 9110 §5.6.7",
    opinion: dateOpinion,
  }),
  portCheck({
    id: "http.header.line-end",
    family: "http-header",
    looksAt: "line ends of the header",
    reason: "The header's lines end with a bare line feed, which no web server that is named there sends.",
    ratio: 15,
    source: "RFC 9112 §2.2",
    opinion: (port) => {
      const server = known(port);
      return server === undefined
        ? undefined
        : oddIf(server.answer.lineEnd === "\n", `${server.product}, ${quoted(server.answer.lineEnd)}`);
    },
  }),
  portCheck({
    id: "http.version.old",
    family: "http-header",
    looksAt: "version of the answer to HTTP/1.1",
    reason: "An answer in HTTP/1.0 to a request in 1.1 comes from a small library, not from the named product.",
    ratio: 10,
    source: "RFC 9110 §6.2; Python http.server",
    opinion: (port) => {
      const server = known(port);
      return server === undefined
        ? undefined
        : oddIf(server.answer.version !== "1.1", `${server.product} in HTTP/${server.answer.version}`);
    },
  }),
  portCheck({
    id: "http.length.lies",
    family: "http-header",
    looksAt: "Content-Length against what came",
    reason: "The body is not as long as its header says, though the server ended the connection in order.",
    ratio: 5,
    source: "RFC 9112 §6.3",
    opinion: (port) => {
      const [exchange, answer] = [conversation(port, "http.get"), at(port, "http.get")];
      const length = answer === undefined ? undefined : header(answer, "content-length");
      if (
        exchange?.ended !== "them" ||
        answer === undefined ||
        length === undefined ||
        answer.body.length > 100_000 ||
        answer.status === 304
      )
        return undefined;
      return oddIf(Number(length) !== answer.body.length, `${length} said, ${answer.body.length} came`);
    },
  }),
];

export const httpChecks: readonly RemoteCheck[] = [...requestChecks, ...pageChecks, ...headerChecks];
