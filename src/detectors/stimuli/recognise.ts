import { Reader } from "../../wire/reader.ts";

/**
 * Which protocols an answer looks like, by its first bytes. Several may fit, none may: a caller asks with what it heard. The port only
 * decides where bytes are ambiguous (a greeting of "220" is FTP's and SMTP's), never alone: a port number is no evidence.
 */
export function recognise(heard: Uint8Array, port = 0): readonly string[] {
  if (heard.length === 0) return [];
  const text = Buffer.from(heard.subarray(0, 8192)).toString("latin1");
  const found = [...TEXTS.filter(({ looks }) => looks.test(text)).map(({ protocol }) => protocol), ...binaryOf(heard)];
  return [...new Set([...found, ...greetingOf(text, port)])];
}

interface TextRule {
  readonly protocol: string;
  readonly looks: RegExp;
}

const TEXTS: readonly TextRule[] = [
  { protocol: "ssh", looks: /(?:^|\n)SSH-\d+\.\d+-/ },
  { protocol: "http", looks: /^(?:\r\n)?HTTP\/\d(?:\.\d)? \d{3}/ },
  { protocol: "http", looks: /^\s*<(?:!doctype html|html|head|title)\b/i },
  { protocol: "elasticsearch", looks: /"tagline"\s*:\s*"You Know, for Search"|X-elastic-product/i },
  { protocol: "docker", looks: /^(?:Api-Version|Server): (?:\d\.\d+\r?$|Docker\/)/im },
  { protocol: "rtsp", looks: /^RTSP\/1\.0 \d{3}/ },
  { protocol: "sip", looks: /^SIP\/2\.0 \d{3}/ },
  { protocol: "ssdp", looks: /^HTTP\/1\.1 200 OK\r\n(?=[\s\S]*^ST:)(?=[\s\S]*^USN:)/im },
  {
    protocol: "pop3",
    looks:
      /^(?:\+OK\b(?!\r\n$)|-ERR (?!unknown command|wrong number|Protocol error|operation not|max number|syntax|value|no such|invalid password|Client))/,
  },
  { protocol: "imap", looks: /^\* (?:OK|PREAUTH|BYE|BAD)\b/ },
  {
    protocol: "redis",
    looks:
      /^(?:\+PONG\r\n|-(?:NOAUTH|DENIED|WRONGTYPE|MISCONF|LOADING) |-ERR (?:unknown command|wrong number|Protocol error|operation not|max number|syntax|value|no such|invalid password|Client)|\$\d+\r\n# Server)/,
  },
  { protocol: "memcached", looks: /^(?:VERSION \d|ERROR\r\n$|CLIENT_ERROR |STAT \w+ )/ },
  { protocol: "vnc", looks: /^RFB \d{3}\.\d{3}\n/ },
  { protocol: "telnet", looks: /^(?:\xff[\xfb-\xfe][\0-\x31\xff]|\xff\xfa)/ },
  { protocol: "telnet", looks: /^[\s\S]{0,400}(?:\blogin|\buser ?name|\bpassword|user access verification)\s?: ?\0?$/i },
  { protocol: "printer", looks: /^(?:\x1b%-12345X)?@PJL (?:INFO|ECHO|USTATUS)/ },
  { protocol: "adb", looks: /^(?:CNXN|AUTH)[\s\S]{20}/ },
  { protocol: "gas-tank", looks: /^\x01(?:I\d{5}|9999)|^9999FF1B/ },
  { protocol: "netbus", looks: /^NetBus \d/ },
  { protocol: "irc", looks: /^:\S+ (?:NOTICE|\d{3}) |^NOTICE AUTH|^PING :/ },
  { protocol: "rsync", looks: /^@RSYNCD: / },
  { protocol: "nntp", looks: /^20[01] .*(?:NNTP|InterNetNews)/i },
  { protocol: "xmpp", looks: /^<\?xml[^>]*\?>\s*<stream:|<stream:stream/ },
  { protocol: "svn", looks: /^\( success \( / },
  { protocol: "ident", looks: /^\d+ ?, ?\d+ ?: ?(?:ERROR|USERID) ?:/ },
  { protocol: "finger", looks: /^(?:finger: |Login[:\s]+.*Name|No one logged on)/i },
  { protocol: "daytime", looks: /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\w*,? [^\r\n]{10,50}\r?\n$/ },
  { protocol: "socks", looks: /^(?:\x05[\0\x01\x02\xff]|\0[\x5a-\x5d][\s\S]{6})$/ },
  { protocol: "java-rmi", looks: /^N\0\x09|^\xac\xed\0\x05/ },
  { protocol: "windows-shell", looks: /^(?:Microsoft Windows |\(C\) Copyright 1985)[\s\S]*[A-Z]:\\[^>]*>/ },
];

/** "220" and its kin: FTP and SMTP have the same form; words decide, then the port. */
function greetingOf(text: string, port: number): readonly string[] {
  if (!/^(?:[1-5]\d\d)[ -][^\r\n]*(?:\r?\n|$)/.test(text)) return [];
  if (/\b(?:E?SMTP|sendmail|postfix|exim|mail)\b|^(?:250|354|5\d\d \d\.\d\.\d|500 5\.|502 5\.)/im.test(text)) return ["smtp"];
  if (/ftpd\b|\bftp\b|^(?:230|331|530|215|211)/im.test(text)) return ["ftp"];
  if ([25, 465, 587, 2525].includes(port)) return ["smtp"];
  if ([21, 990, 2121, 8021].includes(port)) return ["ftp"];
  return /^220[ -]/.test(text) ? ["ftp", "smtp"] : [];
}

interface BinaryRule {
  readonly protocol: string;
  readonly looks: (heard: Uint8Array) => boolean;
}

const ascii = (heard: Uint8Array, at: number, size: number) => Buffer.from(heard.subarray(at, at + size)).toString("latin1");

/** Layouts above each: offset, what stands there. */
const BINARIES: readonly BinaryRule[] = [
  // 0 session message, 4 FF or FE "SMB"
  { protocol: "smb", looks: (heard) => heard[0] === 0 && /^[\xff\xfe]SMB/.test(ascii(heard, 4, 4)) },
  // 0 positive or negative session response, 2 a small length
  {
    protocol: "netbios",
    looks: (heard) => (heard[0] === 0x82 || heard[0] === 0x83) && heard[1] === 0 && heard[2] === 0 && heard.length < 80,
  },
  // 0 length (3, little-endian) and sequence 0, 4 protocol 10 and a version, or FF and an error
  { protocol: "mysql", looks: isMysql },
  // 0 version 3, 2 length of the whole, 5 X.224 connection confirm
  { protocol: "tpkt", looks: (heard) => heard[0] === 3 && heard[1] === 0 && heard[5] === 0xd0 },
  {
    protocol: "rdp",
    looks: (heard) => heard[0] === 3 && heard[1] === 0 && heard[5] === 0xd0 && (heard.length === 11 || [2, 3].includes(heard[11] ?? 0)),
  },
  {
    protocol: "s7",
    looks: (heard) => heard[0] === 3 && heard[1] === 0 && heard[5] === 0xd0 && [0xc0, 0xc1, 0xc2].includes(heard[11] ?? 0),
  },
  // 0 type 4 (answer), 1 status, 2 length, 8 the first option or token
  {
    protocol: "tds",
    looks: (heard) =>
      heard[0] === 4 && (heard[1] ?? 9) < 2 && new Reader(heard, 2).u16() >= 8 && heard.length >= 9 && heard[6] !== undefined,
  },
  { protocol: "postgres", looks: (heard) => (heard.length === 1 && (heard[0] === 0x53 || heard[0] === 0x4e)) || isPostgresError(heard) },
  // 12 opcode OP_REPLY or OP_MSG, 0 length of the whole
  { protocol: "mongodb", looks: isMongo },
  { protocol: "mqtt", looks: (heard) => heard[0] === 0x20 && (heard[1] ?? 0) >= 2 && heard.length === (heard[1] ?? 0) + 2 },
  { protocol: "pptp", looks: (heard) => new Reader(heard, 4).u32() === 0x1a2b3c4d },
  { protocol: "ldap", looks: isLdap },
  // 0 version 5, 2 bind ack, bind nak or fault
  { protocol: "msrpc", looks: (heard) => heard[0] === 5 && heard[1] === 0 && [3, 12, 13].includes(heard[2] ?? 0) && heard.length >= 16 },
  {
    protocol: "modbus",
    looks: (heard) =>
      heard[0] === 0x0a && new Reader(heard, 2).u16() === 0 && new Reader(heard, 4).u16() === heard.length - 6 && heard.length > 8,
  },
  { protocol: "ethernet-ip", looks: (heard) => heard.length >= 24 && ascii(heard, 12, 8) === "\xc1\xde\xbe\xd1\xc0\xff\xee\x01" },
  {
    protocol: "tls",
    looks: (heard) =>
      [0x15, 0x16].includes(heard[0] ?? 0) && heard[1] === 3 && (heard[2] ?? 9) <= 4 && new Reader(heard, 3).u16() <= 0x4800,
  },
  {
    protocol: "snmp",
    looks: (heard) =>
      heard[0] === 0x30 &&
      heard[2] === 2 &&
      heard[3] === 1 &&
      (heard[4] === 0 || heard[4] === 1 || heard[4] === 3) &&
      heard[5] !== 0x60 &&
      (heard[5] === 4 || heard[5] === 0x30),
  },
  {
    protocol: "ntp",
    looks: (heard) =>
      heard.length >= 48 && ((heard[0] ?? 0) & 7) === 4 && [1, 2, 3, 4].includes(((heard[0] ?? 0) >> 3) & 7) && heard.length <= 72,
  },
  { protocol: "dns", looks: (heard) => heard[0] === 0x87 && ((heard[2] ?? 0) & 0x80) !== 0 && heard.length >= 12 },
  {
    protocol: "tftp",
    looks: (heard) => heard[0] === 0 && (heard[1] === 5 || heard[1] === 3) && heard[2] === 0 && (heard[3] ?? 99) <= 8 && heard.length > 4,
  },
];

function binaryOf(heard: Uint8Array): readonly string[] {
  return BINARIES.filter(({ looks }) => looks(heard)).map(({ protocol }) => protocol);
}

function isMysql(heard: Uint8Array): boolean {
  if (heard.length < 7 || heard[3] !== 0) return false;
  const length = new Reader(heard).u16le();
  if (heard[2] !== 0 || length > heard.length) return false;
  return (heard[4] === 10 && /^[\d.]+[\w.~+:-]*\0/.test(ascii(heard, 5, 80))) || (heard[4] === 0xff && /^[#\w]/.test(ascii(heard, 7, 1)));
}

function isPostgresError(heard: Uint8Array): boolean {
  if (heard[0] === 0x52) return new Reader(heard, 1).u32() <= 64;
  return heard[0] === 0x45 && (/^[SV][A-Z]+\0/.test(ascii(heard, 5, 12)) || /^E(?:FATAL|ERROR):/.test(ascii(heard, 0, 7)));
}

function isMongo(heard: Uint8Array): boolean {
  const opcode = new Reader(heard, 12).u32le();
  return heard.length >= 20 && (opcode === 1 || opcode === 2013) && new Reader(heard).u32le() <= heard.length + 65_536;
}

/** A message of sequence, integer, then an answer: bind, search entry, search done, extended. */
function isLdap(heard: Uint8Array): boolean {
  if (heard[0] !== 0x30 || heard.length < 7) return false;
  const at = ((heard[1] ?? 0) & 0x80) === 0 ? 2 : 2 + ((heard[1] ?? 0) & 7);
  return heard[at] === 2 && [0x61, 0x64, 0x65, 0x73, 0x78].includes(heard[at + 2 + (heard[at + 1] ?? 0)] ?? 0);
}
