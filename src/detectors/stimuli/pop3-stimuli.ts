import { type Stimulus, say } from "./stimulus.ts";
import { answer, greeting, quick, stimulusMaker } from "./stimulus-maker.ts";

/** POP3 before a login (RFC 1939, 2449). */
const pop3 = stimulusMaker({ protocol: "pop3", ports: [110, 995] });
const after = (...lines: readonly string[]) => [greeting, ...lines.flatMap((line) => [say(line), answer])];

export const pop3Stimuli: readonly Stimulus[] = [
  pop3("capa", after("CAPA\r\n"), quick),
  pop3("odd", after("XYZZY\r\n"), quick),
  pop3("stat-first", after("STAT\r\n")),
  pop3("pass-first", after("PASS x\r\n")),
  pop3("lower", after("capa\r\n")),
  pop3("long", after(`USER ${"a".repeat(9000)}\r\n`)),
  pop3("quit", after("QUIT\r\n")),
];
