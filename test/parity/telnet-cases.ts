/**
 * What is sent to busybox telnetd with /bin/login, and to ours: escapes as in talks, each step with the milliseconds that its answer may take.
 * A failed login is answered after some three seconds, so such a step waits longer.
 */
export interface TelnetCase {
  readonly name: string;
  readonly steps: readonly (readonly [bytes: string, waitMs: number])[];
  /** Close our sending side after the last step. */
  readonly halfClose?: boolean;
}

const QUICK = 600;
const FAILURE = 5000;

export const telnetCases: readonly TelnetCase[] = [
  { name: "nothing is sent", steps: [["", QUICK]] },
  {
    name: "a wrong password",
    steps: [
      ["nobody1\\r\\0", QUICK],
      ["bad\\r\\0", FAILURE],
    ],
  },
  {
    name: "CR LF ends a line",
    steps: [
      ["nobody1\\r\\n", QUICK],
      ["bad\\r\\n", FAILURE],
    ],
  },
  {
    name: "LF alone ends a line",
    steps: [
      ["nobody1\\n", QUICK],
      ["bad\\n", FAILURE],
    ],
  },
  {
    name: "CR alone ends a line",
    steps: [
      ["nobody1\\r", QUICK],
      ["bad\\r", FAILURE],
    ],
  },
  {
    name: "five wrong passwords",
    steps: Array.from({ length: 5 }, (): readonly (readonly [string, number])[] => [
      ["nobody1\\r\\0", QUICK],
      ["bad\\r\\0", FAILURE],
    ]).flat(),
  },
  {
    name: "an empty name",
    steps: [
      ["\\r\\0", QUICK],
      ["\\r\\0", FAILURE],
    ],
  },
  {
    name: "an empty password",
    steps: [
      ["nobody1\\r\\0", QUICK],
      ["\\r\\0", FAILURE],
    ],
  },
  { name: "DEL erases", steps: [["ab\\x7fc", QUICK]] },
  { name: "DEL on an empty line", steps: [["\\x7f\\x7fa", QUICK]] },
  { name: "backspace is shown", steps: [["ab\\x08c", QUICK]] },
  { name: "DEL after a control", steps: [["a\\x01\\x7fb", QUICK]] },
  { name: "^U erases the line", steps: [["ab cd\\x15z", QUICK]] },
  { name: "^W erases words", steps: [["ab cd ef\\x17\\x17x", QUICK]] },
  { name: "arrow keys are shown", steps: [["\\e[A\\e[D", QUICK]] },
  { name: "a tab", steps: [["a\\tb", QUICK]] },
  { name: "DEL after a tab", steps: [["a\\t\\x7fb", QUICK]] },
  {
    name: "^C ends it",
    steps: [
      ["ab", QUICK],
      ["\\x03", QUICK],
    ],
  },
  {
    name: "^\\ ends it",
    steps: [
      ["ab", QUICK],
      ["\\x1c", QUICK],
    ],
  },
  { name: "^D in a line sends it", steps: [["nobody1\\x04", QUICK]] },
  {
    name: "^C at the password",
    steps: [
      ["nobody1\\r\\0", QUICK],
      ["\\x03", QUICK],
    ],
  },
  {
    name: "^D at the password",
    steps: [
      ["nobody1\\r\\0", QUICK],
      ["\\x04", FAILURE],
    ],
  },
  { name: "^V takes the next as it is", steps: [["a\\x16\\x03b", QUICK]] },
  { name: "bytes above 127", steps: [["\\xc3\\xa9\\x80\\r\\0", QUICK]] },
  { name: "NUL bytes", steps: [["a\\0b", QUICK]] },
  { name: "a name of 300 bytes", steps: [[`${"A".repeat(300)}\\r\\0`, QUICK]] },
  {
    name: "a password of 600 bytes",
    steps: [
      ["nobody1\\r\\0", QUICK],
      [`${"B".repeat(600)}\\r\\0`, FAILURE],
    ],
  },
  { name: "a name that looks like an option", steps: [["-f root\\r\\0", FAILURE]] },
  { name: "IAC AYT", steps: [["\\xff\\xf6", QUICK]] },
  { name: "IAC NAWS", steps: [["\\xff\\xfb\\x1f\\xff\\xfa\\x1f\\0P\\0\\x18\\xff\\xf0a", QUICK]] },
  { name: "IAC TTYPE", steps: [["\\xff\\xfb\\x18\\xff\\xfa\\x18\\0xterm\\xff\\xf0a", QUICK]] },
  {
    name: "IAC DO and WILL of everything usual",
    steps: [["\\xff\\xfd\\x01\\xff\\xfd\\x03\\xff\\xfb\\x18\\xff\\xfb\\x1f\\xff\\xfc\\x20a", QUICK]],
  },
  { name: "IAC IAC", steps: [["a\\xff\\xffb", QUICK]] },
  { name: "IAC BREAK, IP and AO", steps: [["a\\xff\\xf3\\xff\\xf4\\xff\\xf5b", QUICK]] },
  {
    name: "an option cut in two",
    steps: [
      ["a\\xff", QUICK],
      ["\\xfd\\x01b", QUICK],
    ],
  },
  { name: "an HTTP request", steps: [["GET / HTTP/1.0\\r\\n", QUICK]] },
  { name: "an SSH greeting", steps: [["SSH-2.0-x\\r\\n", QUICK]] },
  { name: "a half-closed connection", steps: [["ab", QUICK]], halfClose: true },
];
