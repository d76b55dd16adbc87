import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import test from "node:test";
import { promisify } from "node:util";
import { loadPatterns, matchPatterns } from "../../src/patterns/index.ts";
import { buildPacket } from "../../src/patterns/testing/build-packet.ts";
import { needs } from "../rig/needs.ts";

/** The installed scanners and password guessers are recognised by what they really send: in a network namespace of their own, or on loopback. */
const { patterns } = loadPatterns();
const run = promisify(execFile);

const SNIFFER = join(import.meta.dirname, "sniff.py");
/** Packets that a command sends, seen in a namespace of its own. */
async function packetsOf(...command: readonly string[]): Promise<readonly Buffer[]> {
  const child = spawn("unshare", ["-n", "sh", "-c", 'ip link set lo up && exec python3 "$@"', "scan", SNIFFER, "lo", ...command], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const packets: Buffer[] = [];
  for await (const line of createInterface({ input: child.stdout })) packets.push(Buffer.from(line, "hex"));
  if (child.exitCode === null) await once(child, "exit");
  return packets;
}

/** Ids of the patterns that recognise any of the packets, as strays or as beginnings of a flow. */
function recognised(packets: readonly Buffer[]): ReadonlySet<string> {
  const flows = ["new", "stray"] as const;
  return new Set(packets.flatMap((packet) => flows.flatMap((flow) => matchPatterns(patterns, packet, { direction: "in", flow }))));
}

const scans: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ["SYN", ["-sS"], ["scan.nmap.syn"]],
  ["NULL", ["-sN"], ["scan.tcp.null"]],
  ["FIN", ["-sF"], ["scan.tcp.fin"]],
  ["Xmas", ["-sX"], ["scan.tcp.xmas"]],
  ["ACK", ["-sA"], ["scan.nmap.ack"]],
  ["Maimon", ["-sM"], ["scan.nmap.maimon"]],
];

for (const [name, options, expected] of scans) {
  test(`nmap's ${name} scan is recognised`, needs("nmap", "python3", "unshare", "ip", "root"), async () => {
    const found = recognised(await packetsOf("nmap", "-n", "-Pn", ...options, "-p", "1-5", "127.0.0.1"));
    for (const id of expected) assert.ok(found.has(id), [...found].join());
  });
}

test("nmap's questions for the operating system are recognised, each", needs("nmap", "python3", "unshare", "ip", "root"), async () => {
  const listener = "import socket,subprocess,sys\ns=socket.socket();s.bind(('127.0.0.1',8080));s.listen(9)\nsubprocess.run(sys.argv[1:])";
  const found = recognised(
    await packetsOf("python3", "-c", listener, "nmap", "-n", "-Pn", "-O", "--max-os-tries", "1", "-p", "1,8080", "127.0.0.1"),
  );
  for (const name of ["seq", "ecn", "t2", "t3", "t4", "t6", "t7", "u1", "ie1", "ie2"])
    assert.ok(found.has(`scan.nmap.os.${name}`), `${name}: ${[...found].join()}`);
});

interface Tool {
  readonly program: string;
  readonly args: (port: number) => readonly string[];
  readonly port: number;
  readonly greeting: string;
  readonly id: string;
}

const SSH = "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n";
const guess = ["-l", "root", "-p", "x", "-t", "1"];
const tools: readonly Tool[] = [
  {
    program: "hydra",
    args: (port) => [...guess, "-s", `${port}`, "127.0.0.1", "http-get", "/"],
    port: 80,
    greeting: "",
    id: "tools.hydra",
  },
  {
    program: "medusa",
    args: (port) => ["-h", "127.0.0.1", "-n", `${port}`, "-u", "root", "-p", "x", "-M", "ssh", "-t", "1"],
    port: 22,
    greeting: SSH,
    id: "ssh.medusa",
  },
  {
    program: "medusa",
    args: (port) => ["-h", "127.0.0.1", "-n", `${port}`, "-u", "root", "-p", "x", "-M", "http", "-t", "1"],
    port: 80,
    greeting: "",
    id: "tools.medusa",
  },
  {
    program: "ncrack",
    args: (port) => ["--user", "root", "--pass", "x", `ssh://127.0.0.1:${port},cr=1,at=1`],
    port: 22,
    greeting: SSH,
    id: "ssh.ncrack",
  },
  {
    program: "nmap",
    args: (port) => ["-n", "-Pn", "-sT", "--script", "+ssh2-enum-algos", "-p", `${port}`, "127.0.0.1"],
    port: 22,
    greeting: SSH,
    id: "ssh.nmap",
  },
  {
    program: "nmap",
    args: (port) => ["-n", "-Pn", "-sT", "--script", "+http-title", "-p", `${port}`, "127.0.0.1"],
    port: 80,
    greeting: "",
    id: "tools.nmap-nse",
  },
];

for (const tool of tools) {
  test(`${tool.program} is recognised: ${tool.id}`, needs(tool.program), async () => {
    const found = await saidBy(tool);
    assert.ok(found.has(tool.id), [...found].join());
  });
}

/** Ids that recognise what a tool says to a listener; the tool is ended once it is recognised. */
async function saidBy({ program, args, port, greeting, id }: Tool): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  const sockets = new Set<Socket>();
  const done = new AbortController();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("data", (payload: Buffer) => {
      const bytes = buildPacket({ protocol: "tcp", toPort: port, payload: payload.subarray(0, 1400) });
      for (const matched of matchPatterns(patterns, bytes, { direction: "in", flow: "first" })) found.add(matched);
      if (found.has(id)) done.abort();
    });
    if (greeting !== "") socket.write(greeting);
    setTimeout(() => socket.end(), 3000);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const at = typeof address === "object" && address !== null ? address.port : 0;
  const ended = run(program, [...args(at)], { signal: done.signal, timeout: 60_000 });
  await ended.then(
    () => undefined,
    () => undefined,
  );
  for (const socket of sockets) socket.destroy();
  server.close();
  return found;
}
