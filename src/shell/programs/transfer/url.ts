import { toBytes } from "../../bytes.ts";
import type { Process } from "../../program.ts";

/** An address as wget and curl take it: the scheme may be missing. RFC 3986 §3: scheme://user:password@host:port/path?query. */
export interface Url {
  readonly scheme: string;
  readonly host: string;
  readonly port: number;
  readonly portGiven: boolean;
  /** From the slash on, with the query. */
  readonly path: string;
  /** As it is shown: with scheme. */
  readonly text: string;
}

const PORTS: Readonly<Record<string, number>> = {
  http: 80,
  https: 443,
  ftp: 21,
  ftps: 990,
  tftp: 69,
  sftp: 22,
  scp: 22,
  telnet: 23,
  gopher: 70,
  dict: 2628,
  ldap: 389,
  imap: 143,
  pop3: 110,
  smtp: 25,
};

/** Undefined when there is no host in it. */
export function parseUrl(text: string): Url | undefined {
  const [, scheme, rest = ""] = /^(?:([A-Za-z][A-Za-z0-9+.-]*):\/\/)?([\s\S]*)$/.exec(text) ?? [];
  const [, authority = "", path = ""] = /^([^/?#]*)([^#]*)/.exec(rest) ?? [];
  const place = authority.slice(authority.lastIndexOf("@") + 1);
  const [, host = "", port] = /^(\[[^\]]*\]|[^:]*)(?::(\d*))?$/.exec(place) ?? [];
  if (host === "") return undefined;
  const lower = (scheme ?? "http").toLowerCase();
  const whole = path.startsWith("/") ? path : `/${path}`;
  const portGiven = port !== undefined && port !== "" && Number(port) !== PORTS[lower];
  const shown = `${lower}://${authority}${whole}`;
  return {
    scheme: lower,
    host: host.replace(/^\[|\]$/g, ""),
    port: port ? Number(port) : (PORTS[lower] ?? 0),
    portGiven,
    path: whole,
    text: shown,
  };
}

/** The name that a download gets: the path's last part, index.html for a directory. */
export function fileName(url: Url): string {
  return url.path.replace(/\?.*/, "").split("/").at(-1) || "index.html";
}

/** Reports that the visitor wanted something from elsewhere. */
export function reportDownload(process: Process, url: string, program: string): void {
  process.observe({ kind: "download.request", fields: { url: toBytes(url), program, fetched: false } });
}
