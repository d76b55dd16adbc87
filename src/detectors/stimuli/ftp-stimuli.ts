import { hear, type Stimulus, say } from "./stimulus.ts";
import { answer, greeting, quick, stimulusMaker } from "./stimulus-maker.ts";

/** FTP before anybody logged in (RFC 959): which commands are known, in whose words the others are refused. */
const ftp = stimulusMaker({ protocol: "ftp", ports: [21, 2121, 8021] });
const after = (...lines: readonly string[]) => [greeting, ...lines.flatMap((line) => [say(line), answer])];

export const ftpStimuli: readonly Stimulus[] = [
  ftp("odd", after("XYZZY\r\n"), quick),
  // A real login takes its time to fail.
  ftp("pass-empty", [...after("USER root\r\n"), say("PASS \r\n"), hear(6000, 300)], quick),
  ftp("pass-first", after("PASS x\r\n")),
  ftp("syst", after("SYST\r\n")),
  ftp("feat", after("FEAT\r\n"), quick),
  ftp("help", after("HELP\r\n")),
  ftp("lower", after("syst\r\n")),
  ftp("line-feed", after("SYST\n")),
  ftp("empty", after("\r\n")),
  ftp("pipeline", after("NOOP\r\nSYST\r\nXYZZY\r\n")),
  ftp("long", after(`USER ${"a".repeat(9000)}\r\n`)),
  ftp("auth-tls", after("AUTH TLS\r\n")),
  ftp("list", after("LIST\r\n")),
  ftp("quit", after("QUIT\r\n"), quick),
];
