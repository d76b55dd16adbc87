import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What ordinary programs say first, recorded on loopback: the benign side of the wire patterns. */
export interface Client {
  readonly who: string;
  readonly program: string;
  /** The port that the program's protocol has; it is played on another one. */
  readonly port: number;
  readonly args: (port: number, folder: string) => readonly string[];
  /** What the server says on connection, where clients wait for it. */
  readonly greeting?: Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Recorded {
  readonly who: string;
  readonly port: number;
  /** The first packets with a payload. */
  readonly packets: readonly Buffer[];
}

const MYSQL_GREETING = Buffer.concat([
  Buffer.from("4a0000000a", "hex"),
  Buffer.from("8.0.36\0"),
  Buffer.from("08000000", "hex"),
  Buffer.from("abcdefgh\0"),
  Buffer.from("fff7ff0200ff8115", "hex"),
  Buffer.alloc(10),
  Buffer.from("ijklmnopqrst\0mysql_native_password\0"),
]);
const text = (said: string) => Buffer.from(said, "latin1");
const curl = (who: string, port: number, args: (url: string, folder: string) => readonly string[]): Client => ({
  ...{ who: `curl ${who}`, program: "curl", port },
  args: (at, folder) => ["-s", "-m", "15", ...args(`127.0.0.1:${at}`, folder)],
});
const openssl = (who: string, port: number, args: readonly string[]): Client => ({
  ...{ who: `openssl s_client ${who}`, program: "openssl", port, args: (at) => ["s_client", "-connect", `127.0.0.1:${at}`, ...args] },
});

export const clients: readonly Client[] = [
  curl("GET", 80, (url) => [`http://${url}/index.html?name=a%20b&page=2`]),
  curl("HEAD", 8080, (url) => ["-I", `http://${url}/`]),
  curl("POST of JSON", 8000, (url) => [
    "-H",
    "Content-Type: application/json",
    "-d",
    '{"query":"{ user(id: 1) { name } }"}',
    `http://${url}/graphql`,
  ]),
  curl("POST of a form", 80, (url) => ["-d", "user=anna&comment=It's (really) $nice & 100%", `http://${url}/comments`]),
  curl("upload", 80, (url, folder) => ["-T", join(folder, "file.txt"), `http://${url}/files/file.txt`]),
  curl("multipart", 80, (url, folder) => ["-F", `file=@${join(folder, "file.txt")}`, `http://${url}/upload`]),
  curl("login", 9090, (url) => ["-u", "anna:secret", "-H", "Accept: application/json", `http://${url}/api/v1/targets`]),
  curl("range and cookies", 80, (url) => ["-r", "0-1023", "-b", "session=0123456789abcdef; theme=dark", `http://${url}/video.mp4`]),
  curl("HTTP/2 upgrade", 80, (url) => ["--http2", `http://${url}/`]),
  curl("HTTP/2 at once", 8080, (url) => ["--http2-prior-knowledge", `http://${url}/`]),
  curl("WebSocket-like upgrade", 80, (url) => [
    "-H",
    "Connection: Upgrade",
    "-H",
    "Upgrade: websocket",
    "-H",
    "Sec-WebSocket-Version: 13",
    `http://${url}/chat`,
  ]),
  curl("search", 9200, (url) => [
    "-H",
    "Content-Type: application/json",
    "-d",
    '{"query":{"match":{"title":"wire"}}}',
    `http://${url}/books/_search`,
  ]),
  curl("TLS", 443, (url) => ["-k", `https://${url}/`]),
  curl("TLS 1.2", 8443, (url) => ["-k", "--tls-max", "1.2", `https://${url}/`]),
  { ...curl("FTP", 21, (url) => [`ftp://${url}/`]), greeting: text("220 ready\r\n") },
  {
    ...curl("SMTP", 25, (url) => ["--mail-from", "a@example.org", "--mail-rcpt", "b@example.org", `smtp://${url}`]),
    greeting: text("220 mail ESMTP\r\n"),
  },
  { ...curl("IMAP", 143, (url) => [`imap://${url}/`]), greeting: text("* OK ready\r\n") },
  { ...curl("POP3", 110, (url) => [`pop3://${url}/`]), greeting: text("+OK ready\r\n") },
  curl("RTSP", 554, (url) => [`rtsp://${url}/`]),
  curl("MQTT", 1883, (url) => [`mqtt://${url}/home/temperature`]),
  { ...curl("DICT", 2628, (url) => [`dict://${url}/d:wire`]), greeting: text("220 dict\r\n") },
  openssl("", 443, []),
  openssl("with a name", 443, ["-servername", "www.example.org", "-alpn", "h2,http/1.1"]),
  openssl("TLS 1.2", 8443, ["-tls1_2"]),
  openssl("TLS 1.3", 443, ["-tls1_3"]),
  openssl("old ciphers", 465, ["-cipher", "ALL"]),
  { ...openssl("STARTTLS of SMTP", 587, ["-starttls", "smtp"]), greeting: text("220 mail ESMTP\r\n") },
  { ...openssl("STARTTLS of IMAP", 143, ["-starttls", "imap"]), greeting: text("* OK ready\r\n") },
  openssl("STARTTLS of LDAP", 389, ["-starttls", "ldap"]),
  openssl("STARTTLS of PostgreSQL", 5432, ["-starttls", "postgres"]),
  ...["-4", "-C"].map((option) => ({
    ...{ who: `ssh ${option}`, program: "ssh", port: 22, greeting: text("SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n") },
    args: (at: number) => [
      option,
      "-F",
      "none",
      "-o",
      "StrictHostKeyChecking=no",
      "-o",
      "UserKnownHostsFile=/dev/null",
      "-o",
      "BatchMode=yes",
      "-p",
      `${at}`,
      "anna@127.0.0.1",
      "true",
    ],
  })),
  {
    who: "git over HTTP",
    program: "git",
    port: 80,
    args: (at) => ["ls-remote", `http://127.0.0.1:${at}/project.git`],
    env: { GIT_TERMINAL_PROMPT: "0" },
  },
  { who: "git's own protocol", program: "git", port: 9418, args: (at) => ["ls-remote", `git://127.0.0.1:${at}/project.git`] },
  {
    who: "redis-cli",
    program: "redis-cli",
    port: 6379,
    args: (at) => ["-h", "127.0.0.1", "-p", `${at}`, "set", "greeting", "hello world"],
  },
  {
    who: "redis-cli with a password",
    program: "redis-cli",
    port: 6379,
    args: (at) => ["-h", "127.0.0.1", "-p", `${at}`, "-a", "secret", "--no-auth-warning", "config", "get", "maxmemory"],
  },
  {
    who: "psql",
    program: "psql",
    port: 5432,
    args: (at) => ["-h", "127.0.0.1", "-p", `${at}`, "-U", "anna", "-c", "select 1", "library"],
    env: { PGCONNECT_TIMEOUT: "15" },
  },
  {
    who: "psql without TLS",
    program: "psql",
    port: 5432,
    args: (at) => [`host=127.0.0.1 port=${at} user=anna dbname=library sslmode=disable connect_timeout=15`, "-c", "select 1"],
  },
  {
    who: "mysql",
    program: "mysql",
    port: 3306,
    args: (at) => ["-h", "127.0.0.1", "-P", `${at}`, "-u", "anna", "-psecret", "--connect-timeout=15", "library"],
    greeting: MYSQL_GREETING,
  },
  {
    who: "telnet",
    program: "telnet",
    port: 23,
    args: (at) => ["127.0.0.1", `${at}`],
    greeting: Buffer.from("fffd18fffd20fffd23fffd27", "hex"),
  },
  {
    who: "rsync",
    program: "rsync",
    port: 873,
    args: (at, folder) => ["--timeout=15", `rsync://127.0.0.1:${at}/backup/`, folder],
    greeting: text("@RSYNCD: 31.0\n"),
  },
  {
    who: "python's urllib",
    program: "python3",
    port: 8000,
    args: (at) => ["-c", `import urllib.request as u; u.urlopen("http://127.0.0.1:${at}/x?y=1", timeout=15)`],
  },
  {
    who: "node's fetch",
    program: "node",
    port: 3000,
    args: (at) => ["-e", `fetch("http://127.0.0.1:${at}/api",{method:"POST",body:"{}",signal:AbortSignal.timeout(15000)}).catch(()=>{})`],
  },
  {
    who: "perl's HTTP::Tiny",
    program: "perl",
    port: 80,
    args: (at) => ["-MHTTP::Tiny", "-e", `HTTP::Tiny->new(timeout=>15)->get("http://127.0.0.1:${at}/")`],
  },
];

/** Runs one client against a listener that says at most its greeting; @returns undefined where the program is not installed. */
export async function record(client: Client): Promise<Recorded | undefined> {
  const folder = mkdtempSync(join(tmpdir(), "first-words-"));
  writeFileSync(join(folder, "file.txt"), "hello\n".repeat(40));
  const packets: Buffer[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("data", (bytes: Buffer) => {
      if (packets.length < 3) packets.push(bytes);
      setTimeout(() => socket.end(), 300);
    });
    if (client.greeting !== undefined) socket.write(client.greeting);
    setTimeout(() => socket.destroy(), 20_000).unref();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const ran = await run(client, port, folder);
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true, force: true });
  return ran ? { who: client.who, port: client.port, packets } : undefined;
}

/** Programs that would wait for ever are ended. */
function run({ program, args, env = {} }: Client, port: number, folder: string): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(program, args(port, folder), { stdio: ["pipe", "ignore", "ignore"], env: { ...withoutProxies(), ...env } });
    child.stdin.on("error", () => child.stdin.destroy());
    child.stdin.write("hello\n");
    const limit = setTimeout(() => child.kill("SIGKILL"), 30_000);
    child.on("error", () => {
      clearTimeout(limit);
      resolve(false);
    });
    child.on("exit", () => {
      clearTimeout(limit);
      resolve(true);
    });
  });
}

/** A proxy of this machine would get the words that are meant for the listener. */
function withoutProxies(): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/_proxy$/i.test(name)));
}
