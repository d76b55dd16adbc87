import { socketInode } from "../../files/proc-network.ts";
import type { Options } from "../../options.ts";
import type { Execution, Process, Program } from "../../program.ts";
import { allSockets, portName, type Socket } from "../../sockets.ts";
import { optionsOr } from "../usage.ts";
import { routeTable } from "./ifconfig.ts";
import { links } from "./links.ts";

const LONG = {
  all: "a",
  listening: "l",
  numeric: "n",
  programs: "p",
  program: "p",
  tcp: "t",
  udp: "u",
  raw: "w",
  unix: "x",
  route: "r",
  interfaces: "i",
  statistics: "s",
  extend: "e",
  continuous: "c",
  timers: "o",
  version: "V",
  wide: "W",
  inet: "inet",
  inet6: "inet6",
  "numeric-ports": "n",
  "numeric-hosts": "n",
};

/** netstat of net-tools 2.10; busybox's takes fewer options. */
export const netstat: Program = {
  name: "netstat",
  *run(process) {
    const options = yield* optionsOr(
      process,
      { short: "aelnptuwxrisocCFgMNvW46AV", long: LONG },
      "usage: netstat [-vWeenNcCF] [<Af>] -r         netstat {-V|--version|-h|--help}\n",
    );
    if (typeof options === "number") return options;
    if (options.has("V")) return yield* show(process, "net-tools 2.10\n");
    if (options.has("r")) return yield* show(process, routeTable(process, { numeric: options.has("n"), netstat: true }));
    if (options.has("i")) return yield* show(process, interfaceTable(process));
    if (options.has("s")) return yield* show(process, statistics(process));
    return yield* show(process, tables(process, options));
  },
};

function* show(process: Process, text: string): Execution {
  yield* process.print(text);
  return 0;
}

function tables(process: Process, options: Options): string {
  const kinds = ["t", "u", "w", "x"].filter((letter) => options.has(letter));
  const inet = kinds.length === 0 || kinds.some((letter) => letter !== "x");
  const unix = kinds.length === 0 || kinds.includes("x");
  return (inet ? inetTable(process, options, kinds) : "") + (unix ? unixTable(process, options) : "");
}

/** Which states are meant: words for the heading too. */
function states(options: Options): string {
  if (options.has("l")) return "only servers";
  return options.has("a") ? "servers and established" : "w/o servers";
}

function inetTable(process: Process, options: Options, kinds: readonly string[]): string {
  const programs = options.has("p");
  const extended = options.has("e");
  const heading = `Active Internet connections (${states(options)})\nProto Recv-Q Send-Q Local Address           Foreign Address         State      ${extended ? " User       Inode     " : ""}${programs ? " PID/Program name    " : ""}\n`;
  const rows = allSockets(process.system).filter((socket) => wanted(socket, options, kinds));
  return heading + rows.map((socket) => socketRow(process, socket, options)).join("");
}

function wanted(socket: Socket, options: Options, kinds: readonly string[]): boolean {
  const kind = socket.protocol === "tcp" ? "t" : "u";
  if (kinds.some((letter) => letter !== "x") && !kinds.includes(kind)) return false;
  if (options.has("4") !== options.has("6") && options.has("4") !== (socket.family === 4)) return false;
  const serves = socket.state !== "ESTABLISHED";
  return options.has("a") || (options.has("l") ? serves : !serves);
}

function socketRow(process: Process, socket: Socket, options: Options): string {
  const numeric = options.has("n");
  const place = (address: string, port: number) => `${hostText(address, numeric)}:${port === 0 ? "*" : numeric ? port : portName(port)}`;
  const name = `${socket.protocol}${socket.family === 6 ? "6" : ""}`;
  const local = fitted(place(socket.address, socket.port), options);
  const peer = fitted(place(socket.peer, socket.peerPort), options);
  const queue = `${String(socket.receive).padStart(6)} ${String(0).padStart(6)}`;
  const extra = options.has("e")
    ? ` ${String(numeric ? socket.uid : socket.owner.user).padEnd(10)} ${String(socketInode(process.system, socket)).padEnd(9)} `
    : "";
  const owner = options.has("p") ? ` ${(mayTell(process, socket) ? programText(socket) : "-").padEnd(20)}` : "";
  return `${name.padEnd(5)} ${queue} ${local} ${peer} ${socket.state.padEnd(11)}${extra}${owner}\n`.replace(/ {2,}\n$/, (tail) =>
    options.has("p") ? tail : tail,
  );
}

/** Only root sees whose a socket is. */
function mayTell(process: Process, socket: Socket): boolean {
  return process.credentials.uid === 0 || process.credentials.uid === socket.uid;
}

function programText({ owner }: Socket): string {
  return `${owner.pid}/${owner.command.startsWith("sshd: ") ? owner.command.slice(0, 14) : owner.name}`.slice(0, 19);
}

function fitted(text: string, options: Options): string {
  return (options.has("W") ? text : text.slice(0, 23)).padEnd(23);
}

function hostText(address: string, numeric: boolean): string {
  if (numeric) return address;
  if (address === "0.0.0.0" || address === "::") return address === "::" ? "[::]" : "0.0.0.0";
  return address === "127.0.0.1" ? "localhost" : address;
}

/** Paths of sockets that a running system has. */
const UNIX_SOCKETS: readonly (readonly [type: string, path: string, owner: RegExp])[] = [
  ["STREAM", "/run/systemd/private", /systemd$|\/init$/],
  ["SEQPACKET", "/run/udev/control", /udevd/],
  ["STREAM", "/run/systemd/journal/stdout", /journald/],
  ["DGRAM", "/run/systemd/journal/dev-log", /journald/],
  ["DGRAM", "/run/systemd/journal/socket", /journald/],
  ["STREAM", "/run/dbus/system_bus_socket", /dbus/],
  ["STREAM", "/var/run/ubus/ubus.sock", /ubusd/],
];

function unixTable(process: Process, options: Options): string {
  const heading = `Active UNIX domain sockets (${states(options)})\nProto RefCnt Flags       Type       State         I-Node  ${options.has("p") ? " PID/Program name    " : ""} Path\n`;
  if (!options.has("a") && !options.has("l")) return heading;
  const rows = UNIX_SOCKETS.flatMap(([type, path, pattern]) => {
    const owner = process.system.processes().find(({ command }) => pattern.test(command));
    if (owner === undefined) return [];
    const inode = 10_000 + (process.system.seeded(`unix ${path}`) % 8000);
    const program = options.has("p") ? ` ${`${owner.pid}/${owner.name}`.padEnd(20)}` : "";
    return [`unix  2      [ ACC ]     ${type.padEnd(10)} LISTENING     ${String(inode).padEnd(8)}${program} ${path}\n`];
  });
  return heading + rows.join("");
}

function interfaceTable(process: Process): string {
  const cell = (value: number, width: number) => String(value).padStart(width);
  const rows = links(process).map(
    (link) =>
      `${link.name.padEnd(16)} ${cell(link.mtu, 4)} ${cell(link.received.packets, 8)}      0      0 0      ${cell(link.sent.packets, 8)}      0      0      0 ${link.loopback ? "LRU" : "BMRU"}\n`,
  );
  return `Kernel Interface table\nIface             MTU    RX-OK RX-ERR RX-DRP RX-OVR    TX-OK TX-ERR TX-DRP TX-OVR Flg\n${rows.join("")}`;
}

function statistics(process: Process): string {
  const received = links(process).reduce((sum, link) => sum + link.received.packets, 0);
  const sent = links(process).reduce((sum, link) => sum + link.sent.packets, 0);
  return `Ip:\n    Forwarding: 2\n    ${received} total packets received\n    0 forwarded\n    0 incoming packets discarded\n    ${received} incoming packets delivered\n    ${sent} requests sent out\nTcp:\n    ${Math.floor(sent / 900)} active connection openings\n    ${Math.floor(received / 400)} passive connection openings\n    ${Math.floor(received / 9000)} failed connection attempts\n    1 connections established\n`;
}
