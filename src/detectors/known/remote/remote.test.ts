import assert from "node:assert/strict";
import test from "node:test";
import { Writer } from "../../../wire/writer.ts";
import { protocolStimuli } from "../../stimuli/index.ts";
import { exchange, openPort, remoteView } from "../../views/build-view.ts";
import { detectKippoCowrie } from "./detect-kippo-cowrie.ts";
import { knownRemoteDetectors } from "./index.ts";
import { metasploitSshHoneypot } from "./metasploit-ssh-honeypot.ts";
import { nmapHoneypots } from "./nmap-honeypots.ts";
import { nucleiCount } from "./nuclei-count.ts";
import { nucleiHoneypots } from "./nuclei-honeypots.ts";
import { pages } from "./nuclei-pages.ts";
import { templates } from "./nuclei-templates.ts";
import { knownStimuli } from "./stimuli.ts";

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

for (const { id, asked } of templates.filter(({ meant }) => meant === undefined)) {
  test(`nuclei ${id} fires on its honeypot, and not on an ordinary service`, () => {
    const [honeypot, ordinary] = nuclei[id] ?? ["", ""];
    assert.match(nucleiHoneypots.judge(answered(7, asked, honeypot)).says, new RegExp(`^7: ${id}`, "m"));
    assert.ok(!nucleiHoneypots.judge(answered(7, asked, ordinary)).says.includes(id));
  });
}

test("nuclei's newer template for cpppo never fires, as in the tool", () => {
  const says = nucleiHoneypots.judge(
    answered(44818, "ethernet-ip.identity", nuclei["cpppo-ethernetip-cip-default-config"]?.[0] ?? ""),
  ).says;
  assert.equal(says, "44818: cpppo-ethernetip-cip-default-config");
});

test("nuclei's older template for snap7 never fires, since it cannot be loaded", () => {
  const says = nucleiHoneypots.judge(answered(102, "known.s7.blocks", nuclei["snap7-honeypot-default-config"]?.[0] ?? "")).says;
  assert.equal(says, "102: snap7-honeypot-default-config");
});

test("nuclei's engine calls a port a honeypot at which fifteen templates fire", () => {
  const titles = pages.flatMap(({ has }) => has.flatMap(({ allOf }) => allOf ?? []));
  const page = (some: readonly string[]) => answered(80, "http.get", `HTTP/1.1 200 OK\r\n\r\n${some.join("\n")}`);
  const all = nucleiCount.judge(page(titles));
  assert.equal(all.sees, "honeypot");
  assert.equal(all.says, `80: ${pages.length} templates fire`);
  assert.equal(nucleiCount.judge(page(titles.slice(0, 12))).sees, "nothing");
  assert.equal(nucleiCount.judge(page([])).sees, "nothing");
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
  const spacer = ["ssh.spacer", "Packet corrupt\n"] as const;
  const twice = ["ssh.double-banner", "Protocol mismatch.\n"] as const;
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

test("every stimulus of the known tools has an id of its own, and every template's stimulus is one that is sent", () => {
  const sent = [...protocolStimuli, ...knownStimuli].map(({ id }) => id);
  assert.equal(new Set(sent).size, sent.length);
  for (const { asked } of templates) assert.ok(sent.includes(asked), asked);
});

test("Metasploit's check wants the key exchanges that the banner's version has, and takes every underscore for OpenSSH's", () => {
  const asked = (banner: string, kex: readonly string[]) =>
    metasploitSshHoneypot.judge(
      remoteView({ ports: [openPort(22, [exchange("ssh.kexinit", Buffer.concat([Buffer.from(`${banner}\r\n`), kexInit(kex)]))])] }),
    );
  const whole = [
    "sntrup761x25519-sha512@openssh.com",
    "curve25519-sha256",
    "curve25519-sha256@libssh.org",
    "diffie-hellman-group14-sha256",
    "diffie-hellman-group16-sha512",
    "diffie-hellman-group18-sha512",
  ];
  assert.equal(asked("SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3", whole).sees, "nothing");
  assert.match(
    asked("SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3", whole.slice(1)).says,
    /^22: Cowrie \(likely\): Claims OpenSSH 9\.2 but missing expected KEX: sntrup761/,
  );
  assert.equal(asked("SSH-2.0-OpenSSH_6.0p1 Debian-4+deb7u2", []).sees, "nothing");
  assert.match(asked("SSH-2.0-OpenSSH_6.4", ["sntrup4591761x25519-sha512@tinyssh.org"]).says, /\(possible\)/);
  assert.equal(asked("SSH-2.0-dropbear_2022.83", whole).sees, "honeypot");
  assert.equal(asked("SSH-2.0-Go", []).sees, "nothing");
});

test("Metasploit's check knows Kippo by its two answers to newlines", () => {
  const asked = (answer: string) =>
    metasploitSshHoneypot.judge(answered(22, "known.ssh.mirror", `SSH-2.0-OpenSSH_5.1p1 Debian-5\r\n${answer}`)).sees;
  assert.equal(asked("Protocol mismatch.\n"), "honeypot");
  assert.equal(asked("\0\0\0\x34bad packet length 168430090"), "honeypot");
  assert.equal(asked("Invalid SSH identification string.\r\n"), "nothing");
});

/** A KEXINIT packet in clear (RFC 4253 §7.1), with the same list for all but the key exchanges. */
function kexInit(kex: readonly string[]): Buffer {
  const payload = new Writer().u8(20).bytes(Buffer.alloc(16)).string32(kex.join());
  for (const list of ["ssh-ed25519", "aes128-ctr", "aes128-ctr", "hmac-sha2-256", "hmac-sha2-256", "none", "none", "", ""])
    payload.string32(list);
  const message = payload.u8(0).u32(0).finish();
  const padding = 16 - ((message.length + 5) % 8);
  return new Writer()
    .u32(message.length + padding + 1)
    .u8(padding)
    .bytes(message)
    .bytes(Buffer.alloc(padding))
    .finish();
}
