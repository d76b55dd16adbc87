import { type Stimulus, say } from "./stimulus.ts";
import { answer, greeting, hex, quick, stimulusMaker } from "./stimulus-maker.ts";

/** Telnet options (RFC 854, 855): one that nobody has must be refused, a question must be answered, a doubled IAC is one byte. */
const telnet = stimulusMaker({ protocol: "telnet", ports: [23, 223, 2023, 2223, 2323, 23231] });
const after = (digits: string) => [greeting, say(hex(digits)), answer];

export const telnetStimuli: readonly Stimulus[] = [
  // DO 0x63, WILL 0x63: options without a meaning.
  telnet("options", after("fffd63 fffb63"), quick),
  // WONT and DONT for all that a server usually asks for.
  telnet("refuse", after("fffc18 fffc20 fffc23 fffc27 fffc1f fffc01 fffe01 fffe03 fffc03")),
  // Are you there?
  telnet("there", after("fff6")),
  telnet("broken", after("fffa18 00 78 fff0 fffa")),
  telnet("lines", [greeting, say("\r\n"), answer, say("\r\n"), answer]),
];
