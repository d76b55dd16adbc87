import { choice, flag, integer, type Of, object, text } from "../../shape/shape.ts";

const bytes = text("Text, with its line ends as sent", { maxLength: 2048 });
const hex = text("Bytes in hexadecimal, spaces allowed; may be empty", {
  pattern: /^([0-9a-f]{2} ?)*$/,
  allowed: "pairs of hexadecimal digits",
});

/** Which telnet server and login program a host shows. */
export const telnetPersona = object("Telnet server", {
  dialect: choice("How it reads the stream: by the standards, or as busybox telnetd does", ["rfc854", "busybox"]),
  answersOptions: flag("Whether it answers DO and WILL; busybox telnetd does not"),
  opening: hex,
  greeting: bytes,
  terminalType: text("TERM of a visitor who names none"),
  login: object("The login program", {
    kind: choice("Whose order of things it keeps", ["util-linux", "busybox", "twisted"]),
    prompt: bytes,
    passwordPrompt: bytes,
    echo: flag("Whether the server echoes the user name"),
    beforePassword: hex,
    afterPassword: hex,
    failure: bytes,
    failureDelayMs: integer("Milliseconds before it says so", 0, 60_000),
    maxTries: integer("Failures until it hangs up; 0: it never does", 0, 1000),
    tooMany: bytes,
    graceSeconds: integer("Seconds to log in; 0: no end", 0, 86_400),
    timeout: bytes,
    success: bytes,
  }),
});

export type TelnetPersona = Of<typeof telnetPersona>;
