import { onLine } from "./line.ts";
import type { Login, LoginAnswer, OwnLogin } from "./login.ts";

/** Logins of protocols that talk in lines. */

/** A reply's last line: three digits and a space (RFC 959 §4.2, RFC 5321 §4.2). */
const REPLY = /^(\d{3}) [^\n]*\r?\n?$/m;

const replied = (text: string | undefined) => (text === undefined ? undefined : REPLY.exec(text)?.[1]);

/** USER, PASS; 230 lets in, also without a password (RFC 959 §5.4). */
export const ftpLogin: Login = {
  protocol: "ftp",
  usualPorts: [21, 990, 2121],
  attempt: async (line, { user, password }) => {
    if (replied(await line.hearText(REPLY)) !== "220") return undefined;
    const named = replied(await line.ask(`USER ${user}`, REPLY));
    const code = named === "331" ? replied(await line.ask(`PASS ${password}`, REPLY)) : named;
    if (code === undefined) return undefined;
    return code.startsWith("2") ? "accepted" : "refused";
  },
};

const LINE = /\n/;

/** USER, PASS (RFC 1939 §7). */
export const pop3Login: Login = {
  protocol: "pop3",
  usualPorts: [110, 995],
  attempt: async (line, { user, password }) => {
    if ((await line.hearText(LINE))?.startsWith("+OK") !== true) return undefined;
    const named = await line.ask(`USER ${user}`, LINE);
    if (named === undefined) return undefined;
    if (!named.startsWith("+OK")) return "refused";
    const answer = await line.ask(`PASS ${password}`, LINE);
    return answer === undefined ? undefined : answer.startsWith("+OK") ? "accepted" : "refused";
  },
};

/** LOGIN (RFC 3501 §6.2.3); the line with our tag is the answer. */
export const imapLogin: Login = {
  protocol: "imap",
  usualPorts: [143, 993],
  attempt: async (line, { user, password }) => {
    if ((await line.hearText(LINE))?.startsWith("* OK") !== true) return undefined;
    const answer = await line.ask(`u7 LOGIN ${user} ${password}`, /^u7 \w+[^\n]*\n/m);
    const word = answer === undefined ? undefined : /^u7 (\w+)/m.exec(answer)?.[1];
    return word === undefined ? undefined : word.toUpperCase() === "OK" ? "accepted" : "refused";
  },
};

/** AUTH PLAIN or LOGIN, where EHLO offers it (RFC 4954 §4). */
export const smtpLogin: Login = {
  protocol: "smtp",
  usualPorts: [25, 465, 587, 2525],
  attempt: async (line, { user, password }) => {
    if (replied(await line.hearText(REPLY)) !== "220") return undefined;
    const offered = await line.ask("EHLO probe.example.invalid", REPLY);
    if (offered === undefined || !/^250[ -]AUTH[ =].*\b(?:PLAIN|LOGIN)\b/im.test(offered)) return undefined;
    const code = /AUTH[ =].*\bPLAIN\b/i.test(offered)
      ? replied(await line.ask(`AUTH PLAIN ${base64(`\0${user}\0${password}`)}`, REPLY))
      : await smtpAuthLogin(line, user, password);
    return code === undefined ? undefined : code === "235" ? "accepted" : "refused";
  },
};

async function smtpAuthLogin(line: Parameters<Login["attempt"]>[0], user: string, password: string): Promise<string | undefined> {
  const asked = replied(await line.ask("AUTH LOGIN", REPLY));
  const named = asked === "334" ? replied(await line.ask(base64(user), REPLY)) : asked;
  return named === "334" ? replied(await line.ask(base64(password), REPLY)) : named;
}

/** AUTH with name and password, or with the password alone where the server knows no names (Redis before 6). */
export const redisLogin: Login = {
  protocol: "redis",
  usualPorts: [6379],
  attempt: async (line, { user, password }) => {
    const answer = await line.ask(`AUTH ${user} ${password}`, LINE);
    const isOld = answer !== undefined && /wrong number of arguments/i.test(answer);
    return redisAnswer(isOld ? await line.ask(`AUTH ${password}`, LINE) : answer);
  },
};

function redisAnswer(answer: string | undefined): LoginAnswer {
  if (answer?.startsWith("+OK") === true) return "accepted";
  return answer?.startsWith("-") === true ? "refused" : undefined;
}

/** Basic, where the first page asks for it (RFC 7617 §2). What is let in is what is no longer asked. */
export const httpLogin: OwnLogin = {
  protocol: "http",
  usualPorts: [80, 81, 443, 8000, 8080, 8081, 8443, 8888],
  attemptOn: async (run, record, { user, password }) => {
    const request = (headers: string) => onLine(run, record, (line) => line.ask(httpRequest(headers), HTTP_HEAD));
    const first = await request("");
    if (first === undefined || httpStatus(first) !== 401 || !/^www-authenticate:\s*basic/im.test(first)) return undefined;
    const second = await request(`Authorization: Basic ${base64(`${user}:${password}`)}\r\n`);
    const status = second === undefined ? undefined : httpStatus(second);
    if (status === undefined || status >= 500) return undefined;
    return status < 400 || status === 404 ? "accepted" : "refused";
  },
};

const HTTP_HEAD = /^HTTP\/1\.\d \d{3}[\s\S]*?\r?\n\r?\n/;

function httpRequest(headers: string): string {
  return `GET / HTTP/1.1\r\nHost: localhost\r\nUser-Agent: Mozilla/5.0\r\nAccept: */*\r\nConnection: close\r\n${headers}`;
}

function httpStatus(text: string): number | undefined {
  const digits = /^HTTP\/1\.\d (\d{3})/.exec(text)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

function base64(text: string): string {
  return Buffer.from(text, "latin1").toString("base64");
}
