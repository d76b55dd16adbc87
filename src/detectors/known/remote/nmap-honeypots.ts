import type { RemoteView } from "../../views/remote-view.ts";
import type { KnownDetector } from "../known-detector.ts";
import { conversations, neverAsked, type PortHit, verdictOf } from "./answers.ts";

/**
 * What `nmap -sV` calls a honeypot: the products that its service detection names so, each told by the bytes that the product sends to one
 * of nmap's probes. A port has one answer: the first rule that fits, in the order of the probes.
 */
interface Rule {
  /** Service and product as nmap prints them. */
  readonly says: string;
  readonly asked: readonly string[];
  readonly fits: (text: string) => boolean;
}

/** A connection on which nothing was said; the two line ends; a bare HTTP request; and so on: which of our stimuli play nmap's probes. */
const NULL = ["null"];
const LINES = ["lines.two"];
const GET = ["http.get-1.0", "http.get"];

const SIP_ORDER = ["Content-Length", "Via", "From", "Accept", "To", "Contact", "CSeq", "Allow", "Call-ID", "Accept-Language"];
const PRELOGIN =
  "\x04\x01\0\x2b\0\0\0\0\0\0\x1a\0\x06\x01\0\x20\0\x01\x02\0\x21\0\x01\x03\0\x22\0\0\x04\0\x22\0\x01\xff\x08\0\x02\x10\0\0\x02\0\0";

const RULES: readonly Rule[] = [
  { says: "ftp Nepenthes HoneyTrap fake vulnerable ftpd", asked: NULL, fits: starts("220 ---freeFTPd 1.0---warFTPd 1.65---\r\n") },
  { says: "ftp Dionaea honeypot ftpd", asked: NULL, fits: starts("220 Welcome to the ftp service\r\n") },
  { says: "ssh Kojoney SSH honeypot", asked: NULL, fits: (text) => /^SSH-2\.0-Twisted\r?\n/.test(text) },
  { says: "ssh SSHTroll ssh honeypot", asked: NULL, fits: (text) => /^SSH-[0-9.]+-SSHTroll/.test(text) },
  {
    says: "honeypot Network Flight Recorder BackOfficer Friendly honeypot",
    asked: NULL,
    fits: (text) => text === "503 Service Unavailable\r\n\r\n\0",
  },
  { says: "honeypot Network Flight Recorder BackOfficer Friendly telnet honeypot", asked: NULL, fits: (text) => text === "\r\nlogin: \0" },
  { says: "honeypot Whiz Kid Technomagic Imaginary telnet honeypot", asked: NULL, fits: isWhizKid },
  { says: "honeypot honeyd cmdexe.pl", asked: NULL, fits: isCmdExe },
  { says: "telnet Cowrie Honeypot telnetd", asked: NULL, fits: (text) => text.startsWith("\xff\xfd\x1f") && text[3] !== "\xff" },
  { says: "netbios-ssn Nepenthes honeypot netbios-ssn", asked: LINES, fits: (text) => text === `\x82${"\0".repeat(63)}` },
  {
    says: "http Honeyd httpd",
    asked: GET,
    fits: (text) => /^HTTP\/1\.0 \d\d\d [^\r\n]*\r\nServer: HoneydHTTP\/[\d.]+ Python\/[\d.]+\r\n/.test(text),
  },
  { says: "http Dionaea honeypot httpd", asked: GET, fits: isEmptyListing },
  {
    says: "honeypot Network Flight Recorder BackOfficer Friendly http honeypot",
    asked: GET,
    fits: starts("HTTP/1.0 401 Unauthorized\r\n\r\n<BODY><HTML><H1>401 - Authorization Failed</H1></HTML></BODY>\0"),
  },
  { says: "honeypot Valhalla honeypot", asked: GET, fits: isValhalla },
  { says: "microsoft-ds Dionaea honeypot smbd", asked: ["smb.negotiate"], fits: isDionaeaSmb },
  {
    says: "honeypot Dionaea Honeypot httpd",
    asked: ["sip.options"],
    fits: starts("HTTP/1.0 200 OK\r\nAllow: OPTIONS, GET, HEAD, POST\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"),
  },
  { says: "honeypot Dionaea Honeypot sipd", asked: ["sip.options"], fits: isDionaeaSip },
  // The script for NetBus: a true one answers a password, right or wrong.
  { says: "netbus NetBuster (honeypot)", asked: ["netbus.password"], fits: (text) => /^NetBus [\d.]+ \r$/.test(text) },
  { says: "ms-sql-s Dionaea honeypot MS-SQL server", asked: ["tds.prelogin"], fits: starts(PRELOGIN) },
];

export const nmapHoneypots: KnownDetector<RemoteView> = {
  id: "nmap",
  title: "nmap -sV, products that it names honeypots",
  version: "7.93 (Debian 12)",
  source: "nmap's answers to these products, measured with nmap 7.93",
  runAs: "anyone",
  judge: (view) =>
    verdictOf(hits(view), { nothing: "no honeypot named", lacking: neverAsked(view, ["null", "smb.negotiate", "tds.prelogin"]) }),
};

function hits(view: RemoteView): readonly PortHit[] {
  const found = RULES.flatMap(({ says, asked, fits }) =>
    conversations(view, asked)
      .filter(({ text }) => fits(text))
      .map(({ port, exchange }) => ({ port, says, because: `answer to ${exchange.stimulus}` })),
  );
  return found.filter((hit, index) => found.findIndex(({ port }) => port === hit.port) === index);
}

function starts(prefix: string): (text: string) => boolean {
  return (text) => text.startsWith(prefix);
}

function isWhizKid(text: string): boolean {
  return /^\r\n[\w.-]+ [\d.]+ - Unauthorized access \x07prohibited under penalty of law\.\r\n\r\nlogin: \xff\xfc\x01/.test(text);
}

/** Line feeds alone: the real program sends carriage returns as well. */
function isCmdExe(text: string): boolean {
  return /^Microsoft Windows XP \[Version [\d.]+\]\n\(C\) Copyright 1985-\d+ Microsoft Corp\.\n\nC:\\>/.test(text);
}

function isEmptyListing(text: string): boolean {
  return (
    text.startsWith("HTTP/1.0 200 OK\r\nContent-type: text/html; charset=utf-8\r\nContent-Length: 204\r\n\r\n") &&
    text.includes('<li><a href="../">../</a>')
  );
}

function isValhalla(text: string): boolean {
  return (
    text.startsWith("\r\nHTTP/1.1 404 Not Found\r\n") &&
    text.includes("Server: IIS 5.0\r\n") &&
    text.includes("Erro. URL n\xe3o encontrada no servidor")
  );
}

/** SMB1 negotiate answer: dialect 7, and the names of the product's own host. The process and multiplex numbers are copied from the request. */
function isDionaeaSmb(text: string): boolean {
  const wide = (name: string) => [...name].map((letter) => `${letter}\0`).join("");
  return (
    text.slice(4, 9) === "\xffSMBr" && text.slice(36, 39) === "\x11\x07\0" && text.includes(`${wide("WORKGROUP")}\0\0${wide("HOMEUSER-")}`)
  );
}

function isDionaeaSip(text: string): boolean {
  const names = [...text.matchAll(/^([A-Z][\w-]+):/gm)].map(([, name = ""]) => name);
  return text.startsWith("SIP/2.0 200 OK\r\n") && names.join() === SIP_ORDER.join();
}
