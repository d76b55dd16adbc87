import type { Example } from "../../../../check.ts";
import type { RemoteView } from "../../../../views/remote-view.ts";
import { realHost } from "./real-servers.ts";
import { hexText, host, lines } from "./told-views.ts";

/** FTP, mail and Telnet. Mail servers' words are those of their sources. */
const VSFTPD = "220 (vsFTPd 3.0.3)\r\n";
const POSTFIX = "220 mail.example.org ESMTP Postfix (Debian/GNU)\r\n";
const POP = "+OK Dovecot (Debian) ready.\r\n";
const IMAP = "* OK [CAPABILITY IMAP4rev1 LITERAL+] Dovecot (Debian) ready.\r\n";
const ftp = (stimulus: string, answer: string): Example<RemoteView> => ({
  shown: lines(21, VSFTPD, { [stimulus]: answer }),
  clean: realHost("vsftpd"),
});
const smtp = (stimulus: string, shown: string, clean: string): Example<RemoteView> => ({
  shown: lines(25, POSTFIX, { [stimulus]: shown }),
  clean: lines(25, POSTFIX, { [stimulus]: clean }),
});
const pop = (stimulus: string, shown: string, clean: string) => ({
  shown: lines(110, POP, { [stimulus]: shown }),
  clean: lines(110, POP, { [stimulus]: clean }),
});
const imap = (stimulus: string, shown: string, clean: string) => ({
  shown: lines(143, IMAP, { [stimulus]: shown }),
  clean: lines(143, IMAP, { [stimulus]: clean }),
});
const apop = (stamp: string) => `+OK POP3 ready <${stamp}@mail.example.org>\r\n`;

export const lineExamples: Readonly<Record<string, Example<RemoteView>>> = {
  "ftp.hand": ftp("ftp.odd", "500 Command not understood\r\n"),
  "smtp.hand": smtp("smtp.odd", '502 Error: command "XYZZY" not implemented\r\n', "502 5.5.2 Error: command not recognized\r\n"),
  "pop3.hand": pop("pop3.odd", "-ERR bad command\r\n", "-ERR Unknown command.\r\n"),
  "imap.hand": imap("imap.odd", "q7w2 BAD unknown\r\n", "q7w2 BAD Error in IMAP command XYZZY: Unknown command (0.001 + 0.000 secs).\r\n"),
  "lines.greeting.end": { shown: host(25, { null: "220 mail ESMTP Service Ready\n" }), clean: realHost("vsftpd") },
  "lines.reply.end": { shown: lines(25, POSTFIX, { "smtp.ehlo": "250 mail\n" }), clean: realHost("vsftpd") },
  "ftp.state": ftp("ftp.pass-first", "230 User logged in, proceed\r\n"),
  "ftp.list.state": ftp("ftp.list", "150 Here comes the listing\r\n"),
  "smtp.state": smtp("smtp.data-first", "354 End data with <CR><LF>.<CR><LF>\r\n", "503 5.5.1 Error: need RCPT command\r\n"),
  "smtp.rcpt.state": smtp("smtp.rcpt-first", "250 OK\r\n", "503 5.5.1 Error: need MAIL command\r\n"),
  "pop3.state": pop("pop3.stat-first", "+OK 0 0\r\n", "-ERR Unknown command.\r\n"),
  "imap.state": imap("imap.select-first", "q7w3 OK SELECT completed\r\n", "q7w3 BAD Error in IMAP command SELECT: Unknown command.\r\n"),
  "ftp.pipeline.lost": ftp("ftp.pipeline", "200 NOOP ok\r\n"),
  "smtp.pipeline.lost": smtp("smtp.pipeline", "250 ok\r\n", "250 2.0.0 Ok\r\n502 5.5.2 Error: command not recognized\r\n221 2.0.0 Bye\r\n"),
  "imap.tag": imap("imap.capability", "a001 OK done\r\n", "* CAPABILITY IMAP4rev1\r\nq7w1 OK Pre-login capabilities listed.\r\n"),
  "smtp.starttls.empty": smtp(
    "smtp.starttls",
    "250-mail\r\n250 STARTTLS\r\n502 5.5.2 Error: command not recognized\r\n",
    "250-mail\r\n250 STARTTLS\r\n220 2.0.0 Ready to start TLS\r\n",
  ),
  "telnet.unknown-option.taken": {
    shown: lines(23, hexText("fffd1f"), { "telnet.options": hexText("fffb63fffd63") }),
    clean: lines(23, hexText("fffd18fffd20"), { "telnet.options": hexText("fffc63fffe63") }),
  },
  "telnet.login.mute": {
    shown: host(23, { null: "Debian GNU/Linux 7\r\nLogin: " }),
    clean: host(23, { null: hexText("fffd18fffd20fffd23fffd27").concat("host login: ") }),
  },
  "pop3.timestamp.repeats": {
    shown: host(110, { null: apop("1896.697170952"), "null.again": apop("1896.697170952") }),
    clean: host(110, { null: apop("1896.697170952"), "null.again": apop("1901.697170960") }),
  },
};
