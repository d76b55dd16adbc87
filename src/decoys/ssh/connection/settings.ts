import { choice, flag, integer, list, type Of, object, standard, text } from "../../../shape/shape.ts";

/** The connection layer's part of a persona: how this product's channels behave. */
export const connectionPersona = object("Channels (RFC 4254)", {
  windowBytes: integer("Window that the server grants, bytes", 1, 0xffff_ffff),
  packetBytes: integer("Largest packet that the server takes, bytes", 1, 0xffff_ffff),
  hostkeysProof: flag("Announces its host keys after login (hostkeys-00@openssh.com)"),
  maxSessions: standard(integer("Sessions open at once on one connection", 1, 1000), 10),
  acceptEnv: standard(list("Environment variables that a visitor may set; * stands for any ending", text("Name")), ["LANG", "LC_*"]),
  x11: standard(flag("Grants X11 forwarding when asked"), true),
  agent: standard(flag("Grants agent forwarding when asked"), true),
  sftp: flag("Offers the sftp subsystem"),
  sftpExtensions: list(
    "Names and versions in the SFTP version answer, in order",
    object("An SFTP extension", { name: text("Name"), version: text("Version") }),
  ),
});

const turn = object("What a canned service answers to one piece of input", {
  starts: text("Answers input that starts so, in any case of letters; empty: any input"),
  answer: text("The answer; {host}, {port} and {date} are filled in", { maxLength: 65_536 }),
  until: standard(text("The next piece ends with this, such as the lone full stop after DATA"), ""),
  closes: standard(flag("Ends the connection after the answer"), false),
});

const cannedService = object("A service that answers in a tunnel, though no packet leaves", {
  name: text("Name in events"),
  ports: list("Ports at which it answers", integer("Port", 1, 65_535)),
  greeting: standard(text("Said as soon as the tunnel is open", { maxLength: 65_536 }), ""),
  ends: text("What ends a piece of input"),
  turns: list("Answers, the first that fits", turn),
});

/** What the operator may set about channels. */
export const connectionOptions = object("Channels", {
  maxChannels: standard(integer("Channels open at once, tunnels included", 1, 1000), 100),
  tunnels: standard(
    choice("Tunnels to ports without a canned service: refused by the far end, or prohibited", ["refuse", "prohibit"]),
    "refuse",
  ),
  listening: standard(
    choice("Whether a request to listen for the visitor seems to succeed; nothing ever listens", ["refuse", "accept"]),
    "refuse",
  ),
  services: standard(list("Canned services", cannedService), [
    {
      name: "http",
      ports: [80, 8080],
      greeting: "",
      ends: "\r\n\r\n",
      turns: [
        {
          starts: "",
          answer:
            "HTTP/1.1 200 OK\r\nDate: {date}\r\nServer: nginx\r\nContent-Type: text/html\r\nContent-Length: 45\r\nConnection: close\r\n\r\n<html><body><h1>It works!</h1></body></html>\n",
          until: "",
          closes: true,
        },
      ],
    },
    {
      name: "smtp",
      ports: [25, 587],
      greeting: "220 {host} ESMTP Postfix\r\n",
      ends: "\r\n",
      turns: [
        {
          starts: "EHLO",
          answer: "250-{host}\r\n250-PIPELINING\r\n250-SIZE 10240000\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n",
          until: "",
          closes: false,
        },
        { starts: "HELO", answer: "250 {host}\r\n", until: "", closes: false },
        { starts: "MAIL", answer: "250 2.1.0 Ok\r\n", until: "", closes: false },
        { starts: "RCPT", answer: "250 2.1.5 Ok\r\n", until: "", closes: false },
        { starts: "RSET", answer: "250 2.0.0 Ok\r\n", until: "", closes: false },
        { starts: "NOOP", answer: "250 2.0.0 Ok\r\n", until: "", closes: false },
        { starts: "DATA", answer: "354 End data with <CR><LF>.<CR><LF>\r\n", until: "\r\n.\r\n", closes: false },
        { starts: "QUIT", answer: "221 2.0.0 Bye\r\n", until: "", closes: true },
        { starts: "\r\n.\r\n", answer: "250 2.0.0 Ok: queued as 4C7F1208E5\r\n", until: "", closes: false },
        { starts: "", answer: "502 5.5.2 Error: command not recognized\r\n", until: "", closes: false },
      ],
    },
  ]),
});

export type ConnectionPersona = Of<typeof connectionPersona>;
export type ConnectionOptions = Of<typeof connectionOptions>;
export type CannedService = Of<typeof cannedService>;
