import { quoted } from "../../../quoted.ts";
import type { PortView } from "../../../views/remote-view.ts";
import { bytesOf, fine, greetingOf, type Opinion, odd, oddIf, portCheck, type RemoteCheck, replyLines, textFrom } from "./opinions.ts";

/**
 * FTP, SMTP, POP3, IMAP and Telnet: services of lines, each product with words of its own. The words in the greeting are held against
 * those that refuse a command nobody has.
 */
interface Hand {
  readonly product: string;
  readonly greets: RegExp;
  /** How it refuses an unknown command before anybody logged in. */
  readonly refuses: RegExp;
}

const ftpHands: readonly Hand[] = [
  { product: "vsftpd", greets: /vsFTPd/, refuses: /^530 Please login with USER and PASS\.$/ },
  { product: "ProFTPD", greets: /ProFTPD/, refuses: /^500 XYZZY not understood$/ },
  { product: "Pure-FTPd", greets: /Pure-FTPd/, refuses: /^(?:500 Unknown command|530 You aren't logged in)/ },
  {
    product: "Microsoft FTP",
    greets: /Microsoft FTP Service/,
    refuses: /^500 (?:'XYZZY': command not understood\.?|Syntax error, command unrecognized\.?|Command not understood\.?)/,
  },
  {
    product: "FileZilla",
    greets: /FileZilla Server/,
    refuses: /^(?:500 (?:Syntax error, command unrecognized|Wrong command)|502 Command not implemented)/,
  },
  { product: "wu-ftpd", greets: /\(Version wu-/, refuses: /^500 'XYZZY': command not understood\.$/ },
];

const smtpHands: readonly Hand[] = [
  { product: "Postfix", greets: /\bPostfix\b/, refuses: /^50[02] 5\.5\.[12] Error: command not (?:recognized|implemented)/ },
  { product: "Exim", greets: /\bExim\b/, refuses: /^500 unrecognized command/i },
  { product: "Sendmail", greets: /\bSendmail\b/, refuses: /^500 5\.5\.1 Command unrecognized/ },
  { product: "Microsoft ESMTP", greets: /Microsoft ESMTP MAIL Service/i, refuses: /^500 5\.3\.3 Unrecognized command/ },
  { product: "OpenSMTPD", greets: /OpenSMTPD/, refuses: /^500 5\.5\.1 Invalid command/ },
];

const popHands: readonly Hand[] = [{ product: "Dovecot", greets: /Dovecot/, refuses: /^-ERR Unknown command\.?/ }];
const imapHands: readonly Hand[] = [{ product: "Dovecot", greets: /Dovecot/, refuses: /^q7w2 BAD Error in IMAP command/ }];

function handOpinion(port: PortView, stimulus: string, hands: readonly Hand[]): Opinion {
  const [greeting, lines] = [textFrom(port, stimulus)?.split("\n")[0], replyLines(port, stimulus)];
  const hand = hands.find(({ greets }) => greets.test(greeting ?? ""));
  const answer = lines?.find((line) => !hand?.greets.test(line));
  // A server that is busy, or has had enough of us, says so in other words.
  if (hand === undefined || answer === undefined || /^4\d\d/.test(answer)) return undefined;
  return oddIf(!hand.refuses.test(answer), `${hand.product} says "${answer}"`);
}

const asHand = (protocol: string, hands: readonly Hand[], reason: string): RemoteCheck =>
  portCheck({
    id: `${protocol}.hand`,
    family: `${protocol}-words`,
    looksAt: `greeting, and answer to an unknown command, of ${protocol.toUpperCase()}`,
    reason,
    ratio: 15,
    source: "the products' sources; vsftpd 3.0.3 measured",
    opinion: (port) => handOpinion(port, `${protocol}.odd`, hands),
  });

/** A command that the state does not allow: its answer must be a refusal. */
const outOfState = (
  id: string,
  stimulus: string,
  { refused, accepted, reason }: { readonly refused: RegExp; readonly accepted: RegExp; readonly reason: string },
): RemoteCheck =>
  portCheck({
    id,
    family: `${id.split(".")[0]}-words`,
    looksAt: `${stimulus}: a command before its time`,
    reason,
    ratio: 25,
    source: "RFC 959 §5.4, RFC 5321 §4.1.4, RFC 1939 §3, RFC 9051 §3",
    opinion: (port) => {
      const last = replyLines(port, stimulus)?.at(-1);
      if (last === undefined) return undefined;
      if (accepted.test(last)) return odd(last);
      return refused.test(last) ? fine(last) : undefined;
    },
  });

/** Three commands in one segment want three answers. */
const pipeline = (protocol: string, reason: string): RemoteCheck =>
  portCheck({
    id: `${protocol}.pipeline.lost`,
    family: `${protocol}-words`,
    looksAt: `three ${protocol.toUpperCase()} commands in one segment`,
    reason,
    ratio: 8,
    source: "RFC 9293 §3.8; vsftpd measured",
    opinion: (port) => {
      const lines = replyLines(port, `${protocol}.pipeline`);
      const answers = lines?.filter((line) => /^\d{3}(?: |$)/.test(line)).length ?? 0;
      // Some mail servers punish whoever does not wait for answers, and say that.
      if (answers === 0 || /^(?:421|521|554)\b|synchroni[sz]ation|pipelin/im.test(lines?.join("\n") ?? "")) return undefined;
      return oddIf(answers < 3, `${answers} answers to 3 commands`);
    },
  });

/** The greeting of a service of lines. */
const GREETS = /^(?:220[ -]|\+OK\b|\* OK\b)/;

const greetingChecks: readonly RemoteCheck[] = [
  portCheck({
    id: "lines.greeting.end",
    family: "line-ends",
    looksAt: "line end of FTP, SMTP, POP3 and IMAP greetings",
    reason: "The greeting ends with a bare line feed, though every server of these protocols ends its lines with both characters.",
    ratio: 12,
    source: "RFC 5321 §2.3.8, RFC 959 §3.1.1",
    opinion: (port) => {
      const greeting = greetingOf(port);
      if (greeting === undefined || !GREETS.test(greeting) || !greeting.includes("\n")) return undefined;
      return oddIf(/[^\r]\n/.test(greeting), quoted(greeting.slice(0, 60)));
    },
  }),
  portCheck({
    id: "lines.reply.end",
    family: "line-ends",
    looksAt: "line ends of later answers",
    reason: "Some answers end otherwise than the greeting does: they were written one by one, by hand.",
    ratio: 8,
    source: "Mailoney, HoneyPy",
    opinion: (port) => {
      const greeting = greetingOf(port);
      if (greeting === undefined || !GREETS.test(greeting)) return undefined;
      const texts = ["ftp.odd", "ftp.feat", "smtp.ehlo", "smtp.odd", "pop3.odd", "imap.odd"].flatMap((id) => textFrom(port, id) ?? []);
      const later = texts.map((text) => text.slice(greeting.length)).filter((text) => text.includes("\n"));
      if (later.length === 0) return undefined;
      const ends = new Set([greeting, ...later].map((text) => (/[^\r]\n/.test(text) ? "line feed" : "both")));
      return oddIf(ends.size > 1, ends.size > 1 ? "both kinds of line end" : "one kind of line end");
    },
  }),
];

const stateChecks: readonly RemoteCheck[] = [
  outOfState("ftp.state", "ftp.pass-first", {
    refused: /^[45]\d\d/,
    accepted: /^2\d\d/,
    reason: "FTP takes a password for a user that was never named.",
  }),
  outOfState("ftp.list.state", "ftp.list", {
    refused: /^[45]\d\d/,
    accepted: /^[12]\d\d/,
    reason: "FTP lists files for somebody who never logged in.",
  }),
  outOfState("smtp.state", "smtp.data-first", {
    refused: /^[45]\d\d/,
    accepted: /^354/,
    reason: "SMTP takes a message that has neither sender nor recipient.",
  }),
  outOfState("smtp.rcpt.state", "smtp.rcpt-first", {
    refused: /^[45]\d\d/,
    accepted: /^2\d\d/,
    reason: "SMTP takes a recipient before any sender.",
  }),
  outOfState("pop3.state", "pop3.stat-first", {
    refused: /^-ERR/,
    accepted: /^\+OK/,
    reason: "POP3 counts the messages of somebody who has not said who he is.",
  }),
  outOfState("imap.state", "imap.select-first", {
    refused: /^q7w3 (?:NO|BAD)|^\* BAD/,
    accepted: /^q7w3 OK/,
    reason: "IMAP opens a mailbox without a login.",
  }),
];

const dialogueChecks: readonly RemoteCheck[] = [
  portCheck({
    id: "imap.tag",
    family: "imap-words",
    looksAt: "tag of IMAP's answers",
    reason: "The answer does not carry the tag of the command, without which no mail program understands it.",
    ratio: 20,
    source: "RFC 9051 §2.2.1",
    opinion: (port) => {
      const lines = replyLines(port, "imap.capability")?.filter((line) => !line.startsWith("* OK"));
      if (lines === undefined || lines.length === 0 || !/^\* /.test(greetingOf(port) ?? textFrom(port, "imap.capability") ?? ""))
        return undefined;
      return oddIf(!lines.some((line) => line.startsWith("q7w1 ")), lines.at(-1) ?? "");
    },
  }),
  portCheck({
    id: "smtp.starttls.empty",
    family: "smtp-words",
    looksAt: "STARTTLS in EHLO, and STARTTLS itself",
    reason: "STARTTLS is offered and then is an unknown command.",
    ratio: 10,
    source: "RFC 3207 §4",
    opinion: (port) => {
      const lines = replyLines(port, "smtp.starttls");
      const last = lines?.at(-1);
      if (lines === undefined || last === undefined || !lines.some((line) => /^250[ -]STARTTLS/i.test(line))) return undefined;
      return oddIf(/^50[0-2]/.test(last), last);
    },
  }),
  portCheck({
    id: "telnet.unknown-option.taken",
    family: "telnet-options",
    looksAt: "Telnet option 0x63, which nobody has",
    reason: "The server agrees to a Telnet option that does not exist.",
    ratio: 20,
    source: "RFC 855; RFC 1143",
    opinion: (port) => {
      const bytes = bytesOf(port, "telnet.options");
      if (bytes === undefined || !Buffer.from(bytes).includes(0xff)) return undefined;
      const heard = Buffer.from(bytes);
      return oddIf(
        heard.includes(Buffer.from("fffb63", "hex")) || heard.includes(Buffer.from("fffd63", "hex")),
        heard.subarray(-12).toString("hex"),
      );
    },
  }),
  portCheck({
    id: "telnet.login.mute",
    family: "telnet-options",
    looksAt: "what precedes Telnet's login prompt",
    reason: "A login prompt comes without any negotiation of options, so the password would be shown while it is typed.",
    ratio: 2.5,
    source: "RFC 857; busybox and netkit telnetd",
    opinion: (port) => {
      const greeting = greetingOf(port);
      if (greeting === undefined || !/(?:login|user ?name|password):\s*\0?$/i.test(greeting)) return undefined;
      return oddIf(!greeting.includes("\xff"), quoted(greeting.slice(-40)));
    },
  }),
];

export const lineServiceChecks: readonly RemoteCheck[] = [
  asHand("ftp", ftpHands, "The FTP greeting is one product's, the refusal of a command another's."),
  asHand("smtp", smtpHands, "The mail server refuses an unknown command in words that its product does not have."),
  asHand("pop3", popHands, "The POP3 greeting and its refusals come from different programs."),
  asHand("imap", imapHands, "The IMAP server refuses a command otherwise than the product that greets."),
  ...greetingChecks,
  ...stateChecks,
  pipeline("ftp", "FTP commands that arrive together are taken for one."),
  pipeline("smtp", "SMTP commands that arrive together are taken for one."),
  ...dialogueChecks,
];
