import type { Options } from "../../options.ts";
import type { Execution, Process, Program } from "../../program.ts";
import { allSockets, portName, type Socket } from "../../sockets.ts";
import { optionsOr } from "../usage.ts";

const LONG = {
  numeric: "n",
  resolve: "r",
  all: "a",
  listening: "l",
  options: "o",
  extended: "e",
  memory: "m",
  processes: "p",
  info: "i",
  summary: "s",
  tcp: "t",
  udp: "u",
  raw: "w",
  unix: "x",
  ipv4: "4",
  ipv6: "6",
  "no-header": "H",
  version: "V",
  oneline: "O",
  family: "f",
};

/** ss of iproute2 6.1: columns as wide as what stands in them. */
export const ss: Program = {
  name: "ss",
  *run(process) {
    const options = yield* optionsOr(
      process,
      { short: "hVnralBoempiTsHE4606dtuwxSMf:A:DF:NKbZz".replace("0", ""), long: LONG, errorStatus: 255 },
      "Usage: ss [ OPTIONS ]\n       ss [ OPTIONS ] [ FILTER ]\n",
    );
    if (typeof options === "number") return options;
    if (options.has("V")) return yield* show(process, "ss utility, iproute2-6.1.0, libbpf 1.1.2\n");
    if (options.has("s")) return yield* show(process, summary(process));
    return yield* show(process, table(process, options));
  },
};

function* show(process: Process, text: string): Execution {
  yield* process.print(text);
  return 0;
}

function wanted(socket: Socket, options: Options): boolean {
  const kinds = ["t", "u", "w", "x"].filter((letter) => options.has(letter));
  if (kinds.length > 0 && !kinds.includes(socket.protocol === "tcp" ? "t" : "u")) return false;
  if (options.has("4") !== options.has("6") && options.has("4") !== (socket.family === 4)) return false;
  const serves = socket.state !== "ESTABLISHED";
  return options.has("a") || (options.has("l") ? serves : !serves);
}

const NAMES: Readonly<Record<Socket["state"], string>> = { LISTEN: "LISTEN", ESTABLISHED: "ESTAB", "": "UNCONN" };

function table(process: Process, options: Options): string {
  const several = ["t", "u", "w", "x"].filter((letter) => options.has(letter)).length !== 1;
  const rows = allSockets(process.system)
    .filter((socket) => wanted(socket, options))
    .toSorted((one, other) => Number(one.protocol === "tcp") - Number(other.protocol === "tcp"))
    .map((socket) => cells(process, socket, options));
  const heads = ["Netid", "State", "Recv-Q", "Send-Q", "Local Address", "Port", "Peer Address", "Port", "Process"];
  const all = options.has("H") ? rows : [heads, ...rows];
  const width = (column: number) => all.reduce((most, row) => Math.max(most, row[column]?.length ?? 0), 0);
  const widths = heads.map((_, column) => width(column));
  const line = (row: readonly string[]) => {
    const cell = (column: number) => (row[column] ?? "").padEnd(widths[column] ?? 0);
    const right = (column: number) => (row[column] ?? "").padStart(widths[column] ?? 0);
    const lead = several ? `${cell(0)} ` : "";
    return `${lead}${cell(1)} ${cell(2)} ${cell(3)} ${right(4)}:${cell(5)} ${right(6)}:${cell(7)}${cell(8)}\n`;
  };
  return all.map(line).join("");
}

function cells(process: Process, socket: Socket, options: Options): readonly string[] {
  const host = (address: string) => (socket.family === 6 ? `[${address}]` : address);
  const port = (value: number) => (value === 0 ? "*" : options.has("n") ? String(value) : portName(value));
  const told = options.has("p") && (process.credentials.uid === 0 || process.credentials.uid === socket.uid);
  const owner = told ? `users:(("${socket.owner.name}",pid=${socket.owner.pid},fd=${socket.fd}))` : "";
  return [
    socket.protocol,
    NAMES[socket.state],
    String(socket.receive),
    String(socket.send),
    host(socket.address),
    port(socket.port),
    host(socket.peer),
    port(socket.peerPort),
    owner,
  ];
}

function summary(process: Process): string {
  const sockets = allSockets(process.system);
  const count = (protocol: string, family?: number) =>
    sockets.filter((one) => one.protocol === protocol && (family === undefined || one.family === family)).length;
  const established = sockets.filter(({ state }) => state === "ESTABLISHED").length;
  const row = (name: string, values: readonly number[]) =>
    `${name}\t  ${values
      .map((value) => String(value).padEnd(10))
      .join("")
      .trimEnd()
      .padEnd(29)}\n`;
  const [udp, tcp] = [count("udp"), count("tcp")];
  return (
    `Total: ${110 + (process.system.seeded("sockets") % 60)}\nTCP:   ${tcp} (estab ${established}, closed 0, orphaned 0, timewait 0)\n\nTransport Total     IP        IPv6\n` +
    row("RAW", [0, 0, 0]) +
    row("UDP", [udp, count("udp", 4), count("udp", 6)]) +
    row("TCP", [tcp, count("tcp", 4), count("tcp", 6)]) +
    row("INET", [udp + tcp, count("udp", 4) + count("tcp", 4), count("udp", 6) + count("tcp", 6)]) +
    row("FRAG", [0, 0, 0]) +
    "\n"
  );
}
