import assert from "node:assert/strict";
import test from "node:test";
import { exchange, openPort, remoteView } from "../../views/build-view.ts";
import { detectKippoCowrie } from "./detect-kippo-cowrie.ts";
import { knownRemoteDetectors } from "./index.ts";
import { nmapHoneypots } from "./nmap-honeypots.ts";
import { nucleiHoneypots } from "./nuclei-honeypots.ts";
import { templates } from "./nuclei-templates.ts";
import { adbMessage, knownStimuli } from "./stimuli.ts";

const answered = (port: number, stimulus: string, text: string) => remoteView({ ports: [openPort(port, [exchange(stimulus, text)])] });

/** The answer of the honeypot that each template is for, and of an ordinary service. */
const nuclei: Readonly<Record<string, readonly [string, string]>> = {
  "adbhoney-honeypot-cnxn-detect": [
    "CNXN....device::http://ro.product.name =starltexx;ro.product.model=SM-G960F;ro.product.device=starlte",
    "CNXN....device::ro.product.name=panther;",
  ],
  "adbhoney-honeypot-shell-detect": [Buffer.from("57525445020000006b0000000000000000000000a8adabba", "hex").toString("latin1"), "CLSE"],
  "conpot-siemens-honeypot-detect": [
    Buffer.from("030000130ed00000000000c1020000c2020000", "hex").toString("latin1"),
    "\x03\0\0\x16\x11\xd0",
  ],
  "cowrie-ssh-honeypot-detect": [
    "SSH-2.0-OpenSSH_9.2p1\r\nProtocol major versions differ.\n",
    "SSH-2.0-OpenSSH_9.2p1\r\nInvalid SSH identification string.\r\n",
  ],
  "cpppo-ethernetip-cip-default-config": [
    templates.find(({ id }) => id === "cpppo-ethernetip-cip-default-config")?.has[0]?.anyOf?.[0] ?? "",
    "c\0",
  ],
  "dionaea-ftp-honeypot-detect": [
    "220 x\r\n331 y\r\n500 Syntax error: PASS requires an argument\r\n",
    "220 (vsFTPd 3.0.3)\r\n331 Please specify the password.\r\n530 Login incorrect.\r\n",
  ],
  "dionaea-mongodb-honeypot-detect": ["\0ismaster\0", "\0version\x005.0.1\0"],
  "dionaea-mqtt-honeypot-detect": ["\x20\x02\0\0", "\x20\x03\0\0\0"],
  "dionaea-mysql-honeypot-detect": ["\x34\0\0\0\n5.7.16\0\0\0\x12gaaaaaaaa\0", "\x5b\0\0\0\n5.7.16\0\x08\0\0\0k3_dfP%a\0"],
  "dionaea-smb-honeypot-detect": ["\xffSMBr\x0b\xffe8T~lB\xa4", "\xfeSMB"],
  "gaspot-honeypot-detect": ["\x019999FF1B\n\x03", "\x01I20100"],
  "mailoney-honeypot-detect": ['220 x\r\n502 Error: command "HELP" not implemented\n', "220 x\r\n214 2.0.0 help\r\n"],
  "redis-honeypot-detect": ["-ERR unknown command `QUIT`, with args beginning with: \r\n", "+OK\r\n"],
  "snap7-honeypot-default-config": [
    templates.find(({ id }) => id === "snap7-honeypot-default-config")?.has[0]?.anyOf?.[0] ?? "",
    "\x03\0\0\x16",
  ],
  "cisco-asa-honeypot-detect": [
    'HTTP/1.1 200 OK\r\n\r\n<input style="font-weight: bold; cursor: pointer;" type="submit" name="Login" value="Logon" />',
    "HTTP/1.1 404 Not Found\r\n\r\n",
  ],
  "citrix-honeypot-detect": [
    "HTTP/1.1 200 OK\r\n\r\n<title>Citrix Login</title>",
    `HTTP/1.1 200 OK\r\n\r\n<title>Citrix Login</title>${"x".repeat(2000)}`,
  ],
  "dionaea-http-honeypot-detect": [
    'HTTP/1.0 501 x\r\nServer: nginx\r\n\r\n<?xml version="1.0" encoding="ascii"?>',
    "HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n\r\n<html>",
  ],
  "elasticpot-honeypot-detect": [
    'HTTP/1.1 404 Not Found\r\n\r\n{"error":{"type":"index_not_found_exception"}}',
    'HTTP/1.1 200 OK\r\n\r\n{"persistent":{}}',
  ],
  "snare-honeypot-detect": [
    "HTTP/1.0 400 Bad Request\r\nServer: Python/3.10 aiohttp/3.8.3\r\n\r\nBad status line 'Expected dot'",
    "HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n\r\n",
  ],
  "tpot-honeypot-detect": [
    "HTTP/1.1 200 OK\r\n\r\n<title>T-Pot</title> T-Pot @ Github T-Pot ReadMe",
    "HTTP/1.1 200 OK\r\n\r\n<title>T-Pot</title>",
  ],
};

for (const { id, asked } of templates.filter(({ id }) => id !== "cpppo-ethernetip-cip-honeypot")) {
  test(`nuclei ${id} fires on its honeypot, and not on an ordinary service`, () => {
    const [honeypot, ordinary] = nuclei[id] ?? ["", ""];
    assert.match(nucleiHoneypots.judge(answered(7, asked, honeypot)).says, new RegExp(`^7: ${id}`, "m"));
    assert.ok(!nucleiHoneypots.judge(answered(7, asked, ordinary)).says.includes(id));
  });
}

test("nuclei's newer template for cpppo never fires, as in the tool", () => {
  const says = nucleiHoneypots.judge(answered(44818, "known.enip.identity", nuclei["cpppo-ethernetip-cip-default-config"]?.[0] ?? "")).says;
  assert.equal(says, "44818: cpppo-ethernetip-cip-default-config");
});

test("the script wants two of three odd answers, and only from what calls itself OpenSSH", () => {
  const asked = (banner: string, ...answers: readonly (readonly [string, string])[]) =>
    detectKippoCowrie.judge(
      remoteView({
        ports: [
          openPort(
            22,
            answers.map(([stimulus, text]) => exchange(stimulus, `${banner}${text}`)),
          ),
        ],
      }),
    ).sees;
  const spacer = ["known.ssh.spacer", "Packet corrupt\n"] as const;
  const twice = ["known.ssh.twice", "Protocol mismatch.\n"] as const;
  assert.equal(asked("SSH-2.0-OpenSSH_6.0p1\r\n", spacer, twice), "honeypot");
  assert.equal(asked("SSH-2.0-OpenSSH_6.0p1\r\n", spacer), "nothing");
  assert.equal(asked("SSH-2.0-dropbear\r\n", spacer, twice), "nothing");
});

test("nmap has one answer a port, the first that fits", () => {
  const port = openPort(23, [exchange("null", "\xff\xfd\x1flogin: "), exchange("lines.two", `\x82${"\0".repeat(63)}`)]);
  assert.equal(nmapHoneypots.judge(remoteView({ ports: [port] })).says, "23: telnet Cowrie Honeypot telnetd");
  assert.equal(nmapHoneypots.judge(answered(23, "null", "\xff\xfd\x1f\xff\xfd\x18")).sees, "nothing");
});

test("what was never asked is named", () => {
  for (const detector of knownRemoteDetectors) {
    const { sees, lacking } = detector.judge(remoteView());
    assert.equal(sees, "nothing", detector.id);
    assert.ok(lacking.length > 0, detector.id);
  }
});

test("an ADB message carries its sum and its complement", () => {
  const message = Buffer.from(adbMessage("CNXN", [1, 2], Buffer.from([1, 2, 3])));
  assert.equal(message.readUInt32LE(16), 6);
  assert.equal((message.readUInt32LE(0) ^ message.readUInt32LE(20)) >>> 0, 0xffffffff);
});

test("every stimulus of the known tools has its own id", () => {
  assert.equal(new Set(knownStimuli.map(({ id }) => id)).size, knownStimuli.length);
});
