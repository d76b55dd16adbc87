import type { Process } from "../../program.ts";
import { isOwn } from "../network/reach.ts";
import { formatTime, UTC } from "../time-format.ts";
import type { Url } from "./url.ts";

/** What an HTTP server says: this machine's own serves its pages, all others know no such file. */
export interface HttpAnswer {
  readonly status: number;
  readonly reason: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

/** Servers as they stand on the net. */
const SERVERS = ["nginx", "nginx/1.18.0 (Ubuntu)", "nginx/1.22.1", "nginx/1.14.2"];
const ROOTS = ["/var/www/html", "/usr/share/nginx/html", "/www"];

export function httpAnswer(process: Process, url: Url, address: string): HttpAnswer {
  const own = isOwn(process, address);
  const page = own ? ownPage(process, url.path) : undefined;
  const server = own ? ownServer(process) : (SERVERS[process.system.seeded(`server ${url.host}`) % SERVERS.length] ?? "nginx");
  const date = formatTime("%a, %d %b %Y %H:%M:%S GMT", process.system.now().wallMs, UTC);
  const body = page ?? notFoundPage(server);
  const headers = [
    ["Server", server],
    ["Date", date],
    ["Content-Type", "text/html"],
    ["Content-Length", String(body.length)],
    ["Connection", "keep-alive"],
  ] as const;
  return page === undefined ? { status: 404, reason: "Not Found", headers, body } : { status: 200, reason: "OK", headers, body };
}

function ownServer(process: Process): string {
  const [, version] = /(nginx\/[\d.]+)/.exec(process.system.machine.versions["nginx"] ?? "") ?? [];
  return version ?? "nginx";
}

function ownPage(process: Process, path: string): string | undefined {
  const wanted = path.replace(/\?.*/, "").replace(/\/$/, "/index.html");
  if (wanted.includes("..")) return undefined;
  for (const root of ROOTS) {
    const text = process.fs.readFile(root + wanted);
    if (typeof text === "string") return text;
  }
  return undefined;
}

function notFoundPage(server: string): string {
  const lines = [
    "<html>",
    "<head><title>404 Not Found</title></head>",
    "<body>",
    "<center><h1>404 Not Found</h1></center>",
    `<hr><center>${server}</center>`,
    "</body>",
    "</html>",
  ];
  return lines.map((line) => `${line}\r\n`).join("");
}
