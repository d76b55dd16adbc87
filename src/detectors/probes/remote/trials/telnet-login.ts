import type { Line } from "./line.ts";
import type { Login, LoginAnswer } from "./login.ts";

/**
 * Telnet has no word for "you are in": a shell's prompt says it, another question for a name or a complaint says the contrary. Every
 * option that the server asks for or offers is declined (RFC 854, RFC 1143 §7), which every server must bear.
 */
export const telnetLogin: Login = {
  protocol: "telnet",
  usualPorts: [23, 992, 2323, 2223],
  attempt: async (line, { user, password }) => {
    if ((await prompted(line, NAME_PROMPT)) === undefined) return undefined;
    line.say(`${user}\r\n`);
    const asked = await prompted(line, /(?:password|passcode)[^\n]{0,20}: ?\0?$/i);
    if (asked === undefined) return undefined;
    line.say(`${password}\r\n`);
    return answerOf(await prompted(line, DECIDED, DECISION_MS));
  },
};

const NAME_PROMPT = /(?:login|user ?name|user|account)[^\n]{0,20}: ?\0?$/i;
const REFUSED = /incorrect|invalid|fail|denied|bad (?:login|password)|wrong|(?:login|user ?name|password): ?\0?$/i;
const SHELL = /(?:^|\n)[^\n]{0,80}[$#>%] ?(?:\x1b\[[\d;?]*[a-zA-Z])*$/;
const DECIDED = new RegExp(`${REFUSED.source}|${SHELL.source}`, "i");
/** Debian's login waits three seconds before it says no. */
const DECISION_MS = 6_000;

function answerOf(text: string | undefined): LoginAnswer {
  if (text === undefined) return undefined;
  return REFUSED.test(text) ? "refused" : "accepted";
}

/** Listens until the text without negotiation looks so, and declines what is negotiated meanwhile. */
async function prompted(line: Line, whole: RegExp, maxMs = 5_000): Promise<string | undefined> {
  let declined = 0;
  const heard = await line.hear((bytes) => {
    const { text, answers } = withoutOptions(bytes);
    if (answers.length > declined) line.say(answers.subarray(declined));
    declined = Math.max(declined, answers.length);
    return whole.test(text);
  }, maxMs);
  return heard === undefined ? undefined : withoutOptions(heard).text;
}

const [IAC, DONT, DO, WONT, WILL, SB, SE] = [255, 254, 253, 252, 251, 250, 240];
const MOST_ANSWERS = 300;

/**
 *     IAC u8 255, command: WILL, WONT, DO, DONT with an option; SB option ... IAC SE; others alone; IAC IAC is the byte itself
 *
 * RFC 854.
 */
function withoutOptions(bytes: Uint8Array): { readonly text: string; readonly answers: Uint8Array } {
  const text: number[] = [];
  const answers: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    const [byte = 0, command = 0, option = 0] = bytes.subarray(at, at + 3);
    if (byte === IAC) {
      const answer = DECLINED[command];
      if (answer !== undefined && answers.length < MOST_ANSWERS) answers.push(IAC, answer, option);
      at = behindCommand(bytes, at, command);
    } else {
      text.push(byte);
      at += 1;
    }
  }
  return { text: Buffer.from(text).toString("latin1"), answers: Uint8Array.from(answers) };
}

const DECLINED: Readonly<Record<number, number>> = { [DO]: WONT, [WILL]: DONT };

function behindCommand(bytes: Uint8Array, at: number, command: number): number {
  if (command === SB) return endOfOption(bytes, at);
  return at + (command >= WILL && command !== IAC ? 3 : 2);
}

function endOfOption(bytes: Uint8Array, from: number): number {
  for (let at = from + 2; at + 1 < bytes.length; at++) if (bytes[at] === IAC && bytes[at + 1] === SE) return at + 2;
  return bytes.length;
}
