import { type Stimulus, say } from "./stimulus.ts";
import { answer, greeting, quick, stimulusMaker } from "./stimulus-maker.ts";

/** SMTP up to, and never beyond, the envelope (RFC 5321): no message is sent. */
const smtp = stimulusMaker({ protocol: "smtp", ports: [25, 465, 587, 2525] });
const after = (...lines: readonly string[]) => [greeting, ...lines.flatMap((line) => [say(line), answer])];

export const smtpStimuli: readonly Stimulus[] = [
  smtp("ehlo", after("EHLO localhost\r\n"), quick),
  smtp("help", after("HELP\r\n"), quick),
  smtp("odd", after("XYZZY\r\n"), quick),
  smtp("data-first", after("DATA\r\n")),
  smtp("rcpt-first", after("RCPT TO:<postmaster>\r\n")),
  smtp("ehlo-empty", after("EHLO\r\n")),
  smtp("mail-broken", after("EHLO localhost\r\n", "MAIL FROM:<<a@@b>\r\n")),
  smtp("vrfy", after("VRFY postmaster\r\n")),
  smtp("noop", after("NOOP\r\n")),
  smtp("line-feed", after("NOOP\n")),
  smtp("starttls", after("EHLO localhost\r\n", "STARTTLS\r\n")),
  smtp("auth-unknown", after("EHLO localhost\r\n", "AUTH XYZZY\r\n")),
  smtp("long", after(`NOOP ${"a".repeat(9000)}\r\n`)),
  smtp("pipeline", after("NOOP\r\nXYZZY\r\nQUIT\r\n")),
  smtp("quit", after("QUIT\r\n")),
];
