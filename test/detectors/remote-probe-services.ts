import { generateKeyPairSync } from "node:crypto";
import { connect, createServer, type Server, type Socket } from "node:net";
import ssh2 from "ssh2";

/** Small services for the trials, each in two kinds: one that lets everybody in (or only says so), one that lets nobody in. */
export type Kind = "yes" | "no";

const server = (serve: (socket: Socket) => void): Server =>
  createServer({ allowHalfOpen: true }, (socket) => {
    socket.on("error", () => socket.destroy());
    serve(socket);
  });

/** Answers line by line; `talker` begins a conversation. */
function talks(greeting: string, talker: () => (line: string) => string) {
  return server((socket) => {
    const answer = talker();
    if (greeting !== "") socket.write(greeting);
    let rest = "";
    socket.on("data", (bytes: Buffer) => {
      const parts = `${rest}${bytes.toString("latin1")}`.split(/\r?\n/);
      rest = parts.pop() ?? "";
      for (const part of parts) {
        const said = answer(part);
        if (said !== "") socket.write(said);
      }
    });
  });
}

const lines = (greeting: string, answer: (line: string) => string) => talks(greeting, () => answer);

/** Answers piece by piece: what is given in turn, a function of what was heard. */
function turns(greeting: Uint8Array | undefined, ...answers: readonly ((heard: Buffer) => Uint8Array | undefined)[]) {
  return server((socket) => {
    if (greeting !== undefined) socket.write(greeting);
    let turn = 0;
    socket.on("data", (bytes: Buffer) => {
      const answer = answers[turn++]?.(bytes);
      if (answer !== undefined) socket.write(answer);
    });
  });
}

const word = (line: string) => (/^[a-z]+/i.exec(line)?.[0] ?? "").toUpperCase();
const hex = (digits: string) => Buffer.from(digits.replaceAll(" ", ""), "hex");
const mysqlPacket = (sequence: number, payload: Buffer) => Buffer.concat([Buffer.of(payload.length, 0, 0, sequence), payload]);
const mysqlGreeting = mysqlPacket(
  0,
  Buffer.concat([
    Buffer.from("\x0a8.0.36\0\x05\0\0\0abcdefgh\0\xff\xff\x21\x02\0\xff\xdf\x15"),
    Buffer.alloc(10),
    Buffer.from("ijklmnopqrst\0mysql_native_password\0", "latin1"),
  ]),
);

export const logins: Readonly<Record<string, (kind: Kind) => Server>> = {
  ftp: (kind) =>
    lines("220 (vsFTPd 3.0.3)\r\n", (line) =>
      word(line) === "USER"
        ? "331 Please specify the password.\r\n"
        : kind === "yes"
          ? "230 Login successful.\r\n"
          : "530 Login incorrect.\r\n",
    ),
  pop3: (kind) => lines("+OK ready\r\n", (line) => (word(line) === "USER" || kind === "yes" ? "+OK\r\n" : "-ERR [AUTH] failed\r\n")),
  imap: (kind) => lines("* OK ready\r\n", (line) => `* still here\r\n${line.split(" ")[0]} ${kind === "yes" ? "OK in" : "NO failed"}\r\n`),
  smtp: (kind) =>
    lines("220 mx ESMTP Postfix\r\n", (line) =>
      word(line) === "EHLO"
        ? "250-mx\r\n250-AUTH PLAIN LOGIN\r\n250 SIZE\r\n"
        : word(line) !== "AUTH"
          ? "550 no\r\n"
          : kind === "yes"
            ? "235 in\r\n"
            : "535 no\r\n",
    ),
  redis: (kind) => lines("", (line) => (word(line) === "AUTH" && kind === "yes" ? "+OK\r\n" : "-ERR unknown command\r\n")),
  http: (kind) =>
    server((socket) =>
      socket.on("data", (bytes: Buffer) => {
        const isIn = kind === "yes" && bytes.includes("Authorization: Basic");
        socket.end(isIn ? "HTTP/1.1 200 OK\r\n\r\nin" : 'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm="x"\r\n\r\n');
      }),
    ),
  mysql: (kind) =>
    turns(mysqlGreeting, () =>
      kind === "yes" ? mysqlPacket(2, hex("00000002000000")) : mysqlPacket(2, Buffer.from("\xff\x15\x04#28000no", "latin1")),
    ),
  postgres: (kind) =>
    turns(
      undefined,
      (heard) => (heard.includes("user\0") ? hex("52 0000000c 00000005 01020304") : Buffer.from("E\0\0\0\x10SFATAL\0Mno\0\0", "latin1")),
      () => (kind === "yes" ? hex("52 00000008 00000000 5a 00000005 49") : Buffer.from("E\0\0\0\x10SFATAL\0Mno\0\0", "latin1")),
    ),
  vnc: (kind) =>
    turns(
      Buffer.from("RFB 003.008\n"),
      () => Buffer.of(1, 2),
      () => Buffer.alloc(16, 7),
      () => Buffer.of(0, 0, 0, kind === "yes" ? 0 : 1),
    ),
  telnet: (kind) =>
    talks("\xff\xfd\x18\xff\xfb\x01host login: ", () => {
      let named = false;
      return () => {
        named = !named;
        if (named) return "Password: ";
        return kind === "yes" ? "\r\nLast login: today\r\nroot@host:~# " : "\r\nLogin incorrect\r\nhost login: ";
      };
    }),
};

const { privateKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs1", format: "pem" },
});

/** Takes every password, or none; tells with how many names it was asked. */
export function sshServer(kind: Kind) {
  const names = new Set<string>();
  const tries = { count: 0 };
  const made = new ssh2.Server({ hostKeys: [privateKey], algorithms: {} }, (client) => {
    client.on("error", () => client.removeAllListeners("authentication"));
    client.on("authentication", (context: import("ssh2").AuthContext) => {
      if (context.method !== "password") return context.reject(["password"]);
      names.add(context.username);
      tries.count += 1;
      if (kind === "yes") context.accept();
      else context.reject(["password"]);
    });
  });
  return { made, names, tries };
}

type Way = "socks4" | "socks5" | "connect";

const yes = { socks4: hex("005a000000000000"), socks5: hex("05000001000000000000"), connect: Buffer.from("HTTP/1.1 200 OK\r\n\r\n") };
const no = { socks4: hex("005b000000000000"), socks5: hex("05020001000000000000"), connect: Buffer.from("HTTP/1.1 403 No\r\n\r\n") };

/** A proxy for SOCKS 4, 5 or CONNECT: `liar` says yes and goes nowhere, `true` goes, `no` says no. */
export function proxy(way: Way, kind: "liar" | "true" | "no"): Server {
  return server((socket) => {
    if (way !== "socks5") return socket.once("data", (bytes: Buffer) => asked(socket, bytes));
    return socket.once("data", () => {
      socket.write(Buffer.of(5, 0));
      socket.once("data", (bytes: Buffer) => asked(socket, bytes));
    });
  });

  function asked(socket: Socket, bytes: Buffer): void {
    const goal = goalOf(way, bytes);
    if (goal === undefined || kind === "no") return void socket.end(no[way]);
    socket.write(yes[way]);
    if (kind === "liar") return void socket.resume();
    const through = connect(goal, "127.0.0.1");
    through.on("error", () => socket.destroy());
    socket.on("close", () => through.destroy()).pipe(through);
  }
}

function goalOf(way: Way, bytes: Buffer): number | undefined {
  if (way === "connect") return Number(/^CONNECT 127\.0\.0\.1:(\d+) /.exec(bytes.toString("latin1"))?.[1]) || undefined;
  const isRight = bytes[0] === (way === "socks4" ? 4 : 5) && bytes[1] === 1;
  return isRight ? bytes.readUInt16BE(way === "socks4" ? 2 : 8) : undefined;
}

/** A mail server that takes mails for everybody: and brings them to their address literal at `deliverTo`, or nowhere; or takes none. */
export function relay(deliverTo: number | "nowhere" | "refuses"): Server {
  return talks("220 mx ESMTP Postfix\r\n", () => {
    let mail: string[] | undefined;
    let address = "";
    const taken = (line: string) => {
      if (line !== ".") {
        mail?.push(line);
        return "";
      }
      if (typeof deliverTo === "number") deliver(address, deliverTo, mail ?? []);
      mail = undefined;
      return "250 queued\r\n";
    };
    return (line) => {
      if (mail !== undefined) return taken(line);
      address = /^RCPT TO:<[a-z]+@\[([\d.]+)\]>/.exec(line)?.[1] ?? address;
      if (word(line) === "RCPT" && deliverTo === "refuses") return "554 5.7.1 Relay access denied\r\n";
      if (word(line) !== "DATA") return "250 ok\r\n";
      mail = [];
      return "354 go\r\n";
    };
  });
}

function deliver(address: string, port: number, mail: readonly string[]): void {
  const socket = connect(port, address);
  const words = ["HELO mx", "MAIL FROM:<>", "RCPT TO:<x@y>", "DATA", [...mail, "."].join("\r\n"), "QUIT"];
  socket.on("error", () => socket.destroy());
  socket.on("data", () => {
    const next = words.shift();
    if (next === undefined) socket.end();
    else socket.write(`${next}\r\n`);
  });
}
