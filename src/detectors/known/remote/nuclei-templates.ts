/**
 * The conditions of the public nuclei templates for honeypots (22 files), as data: what is asked, and what the answer must have. A template
 * fires when every condition holds. Written from the templates' published conditions; two of them never fire, on whatever host.
 */
export interface Template {
  readonly id: string;
  readonly asked: string;
  readonly has: readonly Condition[];
  /** What its author looked for, where the template as it stands can never fire. */
  readonly meant?: readonly Condition[];
}

/** Where to look (`body` and `header` of an HTTP answer, else everything heard), and for what. Strings are Latin-1. */
export interface Condition {
  readonly part?: "body" | "header" | "status";
  readonly anyOf?: readonly string[];
  readonly allOf?: readonly string[];
  readonly noneOf?: readonly string[];
  readonly pattern?: RegExp;
  readonly shorterThan?: number;
}

const bytes = (hex: string) => Buffer.from(hex, "hex").toString("latin1");

const IDENTITY = bytes(
  "63003c00000000000000000000000000c1debed10000000001000c00360001000002af1200000000000000000000000001000e003600140b60311a066c0014313735362d4c36312f42204c4f47495835353631ff",
);

const S7_BLOCKS = bytes(
  "0300001611d00014000100c1020100c2020102c0010a0300001b02f080320300000000000800000000f0000001000101e00300009902f080320700000000000c007c000112081284010000000000ff09007800110000001c0004000136455337203331352d32454831342d304142302000c000040001000636455337203331352d32454831342d304142302000c0000400010007202020202020202020202020202020202020202000c0560302060081426f6f74204c6f61646572202020202020202020000041200909",
);

export const templates: readonly Template[] = [
  {
    id: "adbhoney-honeypot-cnxn-detect",
    asked: "adb.connect",
    has: [{ anyOf: ["device::http://ro.product.name =starltexx;ro.product.model=SM-G960F"] }],
  },
  {
    id: "adbhoney-honeypot-shell-detect",
    asked: "known.adb.pwd",
    has: [{ anyOf: [bytes("57525445020000006b0000000000000000000000a8adabba")] }],
  },
  { id: "conpot-siemens-honeypot-detect", asked: "known.s7.connect", has: [{ anyOf: [bytes("030000130ed00000000000c1020000c2020000")] }] },
  {
    id: "cowrie-ssh-honeypot-detect",
    asked: "ssh.bad-version",
    has: [{ pattern: /SSH-[0-9.A-Za-z_ -]+/ }, { anyOf: ["Protocol major versions differ.", "bad version 1337"] }],
  },
  { id: "cpppo-ethernetip-cip-default-config", asked: "ethernet-ip.identity", has: [{ anyOf: [IDENTITY] }] },
  // The newer template of the same product looks for hexadecimal digits as text in a part that raw TCP answers do not have: it never fires.
  { id: "cpppo-ethernetip-cip-honeypot", asked: "ethernet-ip.identity", has: [{ anyOf: [] }], meant: [{ anyOf: [IDENTITY] }] },
  { id: "dionaea-ftp-honeypot-detect", asked: "ftp.pass-empty", has: [{ anyOf: ["500 Syntax error: PASS requires an argument"] }] },
  // Whatever does not say "version" fires it, as long as it answers.
  { id: "dionaea-mongodb-honeypot-detect", asked: "mongodb.buildinfo", has: [{ noneOf: ["version"] }] },
  { id: "dionaea-mqtt-honeypot-detect", asked: "mqtt.v5", has: [{ anyOf: [bytes("20020000")] }] },
  { id: "dionaea-mysql-honeypot-detect", asked: "null", has: [{ anyOf: ["5.7.16"] }, { anyOf: ["aaaaaaaa"] }] },
  { id: "dionaea-smb-honeypot-detect", asked: "known.smb.dialects", has: [{ anyOf: [bytes("6538547e6c42")] }] },
  { id: "gaspot-honeypot-detect", asked: "known.gaspot.odd", has: [{ anyOf: ["9999FF1B"] }] },
  { id: "mailoney-honeypot-detect", asked: "smtp.help", has: [{ anyOf: ['502 Error: command "HELP" not implemented'] }] },
  { id: "redis-honeypot-detect", asked: "redis.quit", has: [{ anyOf: ["-ERR unknown command `QUIT`, with args beginning with:"] }] },
  { id: "snap7-honeypot-default-config", asked: "known.s7.blocks", has: [{ anyOf: [S7_BLOCKS] }] },
  // The older file of the same: its last string is not closed, so that it cannot be loaded.
  { id: "detect-defaul-config-honeypot-snap7", asked: "known.s7.blocks", has: [{ anyOf: [] }], meant: [{ anyOf: [S7_BLOCKS] }] },
  {
    id: "cisco-asa-honeypot-detect",
    asked: "known.http.asa",
    has: [
      { part: "status", anyOf: ["200"] },
      { part: "body", anyOf: ['<input style="font-weight: bold; cursor: pointer;" type="submit" name="Login" value="Logon" />'] },
    ],
  },
  {
    id: "citrix-honeypot-detect",
    asked: "http.get",
    has: [
      { part: "body", shorterThan: 2000 },
      { part: "body", anyOf: ["<title>Citrix Login</title>"] },
      { part: "body", noneOf: ["In order to use our services, you must agree to Citrix's Terms of Service."] },
    ],
  },
  {
    id: "dionaea-http-honeypot-detect",
    asked: "http.odd-verb",
    has: [
      { part: "status", anyOf: ["501"] },
      { part: "header", anyOf: ["nginx"] },
      { part: "body", anyOf: ['<?xml version="1.0" encoding="ascii"?>'] },
    ],
  },
  { id: "elasticpot-honeypot-detect", asked: "known.http.cluster", has: [{ part: "body", anyOf: ["index_not_found_exception"] }] },
  {
    id: "snare-honeypot-detect",
    asked: "http.bad-version",
    has: [
      { part: "header", anyOf: ["Python/3.10 aiohttp/3.8.3"] },
      { part: "body", anyOf: ["Bad status line 'Expected dot'"] },
    ],
  },
  {
    id: "tpot-honeypot-detect",
    asked: "http.get",
    has: [
      { part: "body", allOf: ["<title>T-Pot</title>", "T-Pot @ Github", "T-Pot ReadMe"] },
      { part: "status", anyOf: ["200"] },
    ],
  },
];
