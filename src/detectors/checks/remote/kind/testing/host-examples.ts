import { createHash } from "node:crypto";
import type { Example } from "../../../../check.ts";
import { exchange, openPort, remoteView } from "../../../../views/build-view.ts";
import type { PortView, RemoteView } from "../../../../views/remote-view.ts";
import { realHost } from "./real-servers.ts";
import { hexText, host, hosts, told } from "./told-views.ts";

/** Hosts as a whole, and ports that answer anything. */
const ordinary = realHost("openssh", "nginx", "apache", "vsftpd", "redis", "mariadb", "postgres", "samba");
const example = (shown: RemoteView, clean: RemoteView = ordinary): Example<RemoteView> => ({ shown, clean });

const drawn = (seed: string) => createHash("sha512").update(seed).digest();
const NOAUTH = "-NOAUTH Authentication required.\r\n";
const UNASKED = "HTTP/1.0 200 OK\r\n\r\nhello";
const anything = {
  "http.get": "HTTP/1.0 200 OK\r\n\r\n",
  "redis.ping": "+PONG\r\n",
  "sip.options": "SIP/2.0 200 OK\r\n\r\n",
  "random.64": "",
};
const greets = (port: number, greeting: string): PortView => told(port, { null: greeting });
const range = (count: number, from = 1000) => Array.from({ length: count }, (_, index) => from + index);
const mute = { null: "", "lines.two": "", "http.get": "", "random.64": "" };
const closing = (port: number) => openPort(port, [{ stimulus: "null", over: "plain", turns: [], ended: "them" }]);
const DIONAEA = [21, 42, 80, 135, 443, 445, 1433, 1723, 1883, 3306, 5060, 5061, 11211, 27017];

const S7 = hexText("03000016 11d00001000a00 c0010a c1020100 c2020102");
const ENIP = hexText("6300 0000 00000000 00000000 c1debed1c0ffee01 00000000");
const SSH = "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n";

/** Turns of a greeting in pieces. */
const dripping = (port: number, pieces: readonly (readonly [number, string])[]): RemoteView =>
  hosts(
    openPort(port, [
      {
        stimulus: "null",
        over: "plain",
        turns: pieces.map(([atMs, text]) => ({ from: "them", atMs, bytes: Buffer.from(text) })),
        ended: "limit",
      },
    ]),
  );

/** Ten answers, each so many milliseconds after its question. */
const answering = (delays: readonly number[]): RemoteView =>
  hosts(
    openPort(
      80,
      delays.map((delay, index) => ({
        stimulus: `x.${index}`,
        over: "plain",
        turns: [
          { from: "us", atMs: 1, bytes: Buffer.from("?") },
          { from: "them", atMs: 1 + delay, bytes: Buffer.from("!") },
        ],
        ended: "them",
      })),
    ),
  );

const login = (delay: number): RemoteView =>
  hosts(
    openPort(21, [
      {
        stimulus: "ftp.pass-empty",
        over: "plain",
        turns: [
          { from: "them", atMs: 490, bytes: Buffer.from("331 Please specify the password.\r\n") },
          { from: "us", atMs: 500, bytes: Buffer.from("PASS \r\n") },
          { from: "them", atMs: 500 + delay, bytes: Buffer.from("530 Login incorrect.\r\n") },
        ],
        ended: "silence",
      },
    ]),
  );

const noise = hexText("a1".repeat(64));
const echoed = remoteView({ ports: [openPort(4242, [exchange("random.64", noise, { said: noise })])] });

export const hostExamples: Readonly<Record<string, Example<RemoteView>>> = {
  "any.same-reply": example(
    host(6379, { "redis.ping": NOAUTH, "redis.info": NOAUTH, "redis.echo": NOAUTH, "random.64": NOAUTH, "http.get": NOAUTH }),
  ),
  "any.random-reply": example(
    host(1025, { "random.64": drawn("a"), "http.get": drawn("b"), "lines.two": drawn("c"), "smb.negotiate": drawn("d") }),
  ),
  "any.echo": example(echoed),
  "any.greets-unasked": example(host(80, { null: UNASKED, "http.get": UNASKED })),
  "map.several": example(host(8080, anything)),
  "map.greeting": example(host(22, { ...anything, null: SSH })),
  "map.same-greeting": example(
    hosts(...[7, 8, 2048, 4096].map((port) => greets(port, "Prototype unit 0001 is ready to accept programming\r\n"))),
  ),
  "map.same-answer": example(hosts(...[42, 1025, 3372, 5554].map((port) => told(port, { "random.64": "\x01\x02go away\n" })))),
  "map.everywhere": example(hosts(told(80, anything), told(8080, anything), told(9000, anything))),
  "ports.honeypot-set": example(hosts(...DIONAEA.map((port) => told(port, {})))),
  "ports.too-many": example(hosts(...range(250).map((port) => told(port, {})))),
  "ports.mute": example(hosts(...range(15).map((port) => told(port, mute)))),
  "ports.close-at-once": example(hosts(...range(8).map(closing))),
  "ports.ssh-crowd": example(hosts(greets(22, SSH), greets(64295, "SSH-2.0-OpenSSH_9.6p1 Ubuntu-3ubuntu13\r\n"))),
  "host.two-systems": example(hosts(greets(22, SSH), greets(21, "220 Microsoft FTP Service\r\n"))),
  "host.distributions": example(
    hosts(
      greets(22, SSH),
      told(80, { "http.get": "HTTP/1.1 200 OK\r\nServer: Apache/2.2.22 (Ubuntu)\r\n\r\n" }),
      told(81, { "http.get": "HTTP/1.1 200 OK\r\nServer: Apache/2.4.6 (CentOS)\r\n\r\n" }),
    ),
  ),
  "host.years": example(hosts(greets(22, SSH), told(80, { "http.get": "HTTP/1.1 200 OK\r\nServer: Apache/1.3.29 (Unix)\r\n\r\n" }))),
  "host.industry": example(hosts(told(102, { "s7.connect": S7 }), told(6379, { "redis.ping": "+PONG\r\n" }))),
  "host.two-vendors": example(hosts(told(102, { "s7.connect": S7 }), told(44818, { "ethernet-ip.identity": ENIP }))),
  "tempo.login.fast": example(login(12), realHost("vsftpd")),
  "tempo.first-byte": example(dripping(22, [[5400, SSH]]), realHost("openssh")),
  "tempo.drip": example(
    dripping(25, [
      [10, "2"],
      [1010, "2"],
      [2010, "0"],
      [3010, " "],
      [4010, "m"],
    ]),
    realHost("vsftpd"),
  ),
  "tempo.endless": example(dripping(22, [[900, "x9$k2\r\n"]]), realHost("openssh")),
  "tempo.even": example(answering(range(10).map((_, index) => 200 + (index % 2))), answering([3, 9, 4, 30, 5, 11, 2, 6, 90, 4])),
};
