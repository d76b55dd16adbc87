import { type Stimulus, say } from "./stimulus.ts";
import { answer, greeting, quick, stimulusMaker } from "./stimulus-maker.ts";

/** IMAP before a login (RFC 9051): every answer must carry the tag that was sent. */
const imap = stimulusMaker({ protocol: "imap", ports: [143, 993] });
const after = (...lines: readonly string[]) => [greeting, ...lines.flatMap((line) => [say(line), answer])];

export const imapStimuli: readonly Stimulus[] = [
  imap("capability", after("q7w1 CAPABILITY\r\n"), quick),
  imap("odd", after("q7w2 XYZZY\r\n"), quick),
  imap("no-tag", after("CAPABILITY\r\n")),
  imap("select-first", after("q7w3 SELECT INBOX\r\n")),
  imap("empty", after("\r\n")),
  imap("logout", after("q7w4 LOGOUT\r\n")),
];
